/** What a sign-up may ask for after its beginning. */
import { type ReactElement, useState } from 'react';
import { KeyrackError } from '../../error.js';
import type { SignupAttempt } from '../../types.gen.js';
import type { UseSignUp } from '../../use-sign-up.js';
import { CodeForm } from './code-form.js';
import { AuthenticatorForm } from './enrol.js';
import { useParts } from './kit.js';
import { Resend, Sent } from './resend.js';
import { useSay } from './say.js';
import { digits, missing, useForm } from './use-form.js';

/** What each step of a sign-up takes. */
export interface SignUpStepProps {
  readonly hook: UseSignUp;
  readonly attempt: SignupAttempt;

  /** The person wants to begin again with another address. */
  readonly onOther: () => void;
}

/** Refusals that ask for another username. */
const NAMES_IT: readonly string[] = ['USERNAME_EXISTS', 'username_reserved', 'invalid_username'];

/** Proves the address, or the number, with the code that was sent to it. */
function CodeStep({ hook, attempt, onOther }: SignUpStepProps): ReactElement {
  const { Title, Form, Field, Other, Button } = useParts();
  const say = useSay();
  const [isTaken, setTaken] = useState(false);
  const isPhone = attempt.current_step === 'verify_phone';
  const title = say(isPhone ? 'codePhoneTitle' : 'codeTitle');
  const form = useForm({
    check: ({ code, ...values }) => ({
      ...('username' in values ? missing(values, ['username'], say('fieldMissing')) : {}),
      ...(digits(code) ? {} : { code: say('errorCodeRequired') }),
    }),
    submit: async ({ code, username = '' }) => {
      try {
        await hook.verify(digits(code), isTaken ? { username: username.trim() } : undefined);
      } catch (error) {
        // Somebody was faster with the username; the code is still good.
        if (error instanceof KeyrackError && NAMES_IT.includes(error.code)) setTaken(true);
        throw error;
      }
    },
  });
  return (
    <>
      <Title>{title}</Title>
      <Sent unsent={hook.unsent}>{say(isPhone ? 'codePhoneText' : 'codeText', { email: attempt.email })}</Sent>
      <Form form={form} name={title} submit={say('codeSubmit')}>
        {isTaken ? (
          <Field
            form={form}
            label={say('fieldUsername')}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            defaultValue={attempt.username}
            required
          />
        ) : (
          // For password managers: whose password it is that was chosen a step before.
          <input
            className="off kr-off"
            type="text"
            name="account"
            autoComplete="username"
            value={attempt.username || attempt.email}
            tabIndex={-1}
            aria-hidden="true"
            readOnly
          />
        )}
        <Field
          form={form}
          label={say('fieldCode')}
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          className="code"
          maxLength={20}
          takesFocus
          required
        />
      </Form>
      <Resend label={say('codeResend')} send={() => hook.prepare()} isDue={!!hook.unsent} />
      <Other>
        <Button look="link" onPress={onOther}>
          {say('codeOtherAddress')}
        </Button>
      </Other>
    </>
  );
}

/** Sets up the authenticator that the deployment asks everybody for. */
function AppStep({ hook, onOther }: SignUpStepProps): ReactElement {
  const { Title, Lead, Other, Button } = useParts();
  const say = useSay();
  return (
    <>
      <Title takesFocus>{say('enrolTitle')}</Title>
      <Lead>{say('enrolText')}</Lead>
      <AuthenticatorForm prepare={hook.prepareAuthenticator} text="enrolAuthenticatorText">
        <CodeForm title={say('factorAuthenticator')} verify={(code) => hook.verify(code)} wrong={say('factorWrong')} />
      </AuthenticatorForm>
      <Other>
        <Button look="link" onPress={onOther}>
          {say('startOver')}
        </Button>
      </Other>
    </>
  );
}

/** The step that a sign-up waits for. */
export function SignUpStep(props: SignUpStepProps): ReactElement {
  return props.attempt.current_step === 'verify_authenticator' ? <AppStep {...props} /> : <CodeStep {...props} />;
}
