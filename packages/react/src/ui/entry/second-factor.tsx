import { type ReactElement, useState } from 'react';
import { hasPasskeys } from '../../has-passkeys.js';
import type { SecondFactor } from '../../use-sign-in.js';
import type { EntryWords } from './entry-words.js';
import { CodeForm, type StepProps } from './code-form.js';
import { useParts } from './kit.js';
import type { Problem } from './problem.js';
import { Resend } from './resend.js';
import { useSay } from './say.js';
import { useForm } from './use-form.js';

type Factor = SecondFactor | 'passkey';

/** In the order in which they are offered; the first one that the account has is asked for at once. */
const NAMES: Readonly<Record<Factor, keyof EntryWords>> = {
  passkey: 'factorPasskey',
  authenticator: 'factorAuthenticator',
  phone_otp: 'factorPhoneOtp',
  backup_code: 'factorBackupCode',
};

/** The second proof: one of those that the account has, by choice. */
export function FactorStep({ hook, attempt }: StepProps): ReactElement {
  const { Title, Lead, Notice, Ways, Button, Other } = useParts();
  const say = useSay();
  const had = (Object.keys(NAMES) as Factor[]).filter(
    (factor) => attempt.available_2fa_methods.includes(factor) && (factor !== 'passkey' || hasPasskeys()),
  );
  const [chosen, choose] = useState<Factor | null>(had[0] ?? null);
  const [isChoosing, setChoosing] = useState(false);
  return (
    <>
      <Title key={`title ${isChoosing ? '' : chosen}`} takesFocus={isChoosing || chosen === 'passkey'}>{say('factorTitle')}</Title>
      {had.length === 0 ? (
        <Notice isBad>{say('factorNone')}</Notice>
      ) : isChoosing || !chosen ? (
        <>
          <Lead>{say('factorText')}</Lead>
          <Ways>
            {had.map((factor) => (
              <Button
                key={factor}
                onPress={() => {
                  choose(factor);
                  setChoosing(false);
                }}
              >
                {say(NAMES[factor])}
              </Button>
            ))}
          </Ways>
        </>
      ) : (
        <Proof key={chosen} factor={chosen} hook={hook} attempt={attempt} />
      )}
      {!isChoosing && had.length > 1 && (
        <Other>
          <Button look="link" onPress={() => setChoosing(true)}>
            {say('factorOther')}
          </Button>
        </Other>
      )}
    </>
  );
}

function Proof({ factor, ...props }: StepProps & { readonly factor: Factor }): ReactElement {
  const { Lead } = useParts();
  const say = useSay();
  if (factor === 'passkey') return <PasskeyProof {...props} />;
  if (factor === 'phone_otp') return <PhoneProof {...props} />;
  return (
    <>
      <Lead>{say(factor === 'authenticator' ? 'factorAuthenticatorText' : 'factorBackupCodeText')}</Lead>
      <CodeForm
        title={say(NAMES[factor])}
        isNumeric={factor === 'authenticator'}
        wrong={say(factor === 'authenticator' ? 'factorWrong' : 'factorBackupCodeWrong')}
        missing={say(factor === 'authenticator' ? 'factorAuthenticatorText' : 'factorBackupCodeText')}
        verify={(code) => props.hook.verify(code, factor)}
      />
    </>
  );
}

/** The number is proved to be known before it is sent anything. */
function PhoneProof({ hook }: StepProps): ReactElement {
  const { Lead, Form, Field } = useParts();
  const say = useSay();
  const [last, setLast] = useState<string>();
  const prepare = (last_digits: string): Promise<unknown> => hook.prepare({ strategy: 'phone_otp', last_digits });
  const form = useForm({
    check: ({ last_digits = '' }) => (/^\d{4}$/.test(last_digits.trim()) ? {} : { last_digits: say('factorPhoneOtpText') }),
    submit: async ({ last_digits = '' }) => {
      await prepare(last_digits.trim());
      setLast(last_digits.trim());
    },
  });
  if (last !== undefined) {
    return (
      <>
        <Lead>{say('codePhoneText')}</Lead>
        <CodeForm title={say('factorPhoneOtp')} verify={(code) => hook.verify(code, 'phone_otp')} />
        <Resend label={say('codeResend')} send={() => prepare(last)} />
      </>
    );
  }
  return (
    <>
      <Lead>{say('factorPhoneOtpText')}</Lead>
      <Form form={form} name={say('factorPhoneOtp')} submit={say('signInCodeSubmit')}>
        <Field
          form={form}
          label={say('fieldLastDigits')}
          name="last_digits"
          inputMode="numeric"
          autoComplete="off"
          maxLength={4}
          takesFocus
          required
        />
      </Form>
    </>
  );
}

function PasskeyProof({ hook }: StepProps): ReactElement {
  const { Lead, Ways, Button, Outcome, problemOf } = useParts();
  const say = useSay();
  const [problem, setProblem] = useState<Problem>();
  return (
    <>
      <Lead>{say('factorPasskeyText')}</Lead>
      <Ways>
        <Button
          look="main"
          isBusy={hook.loading}
          onPress={() => {
            setProblem(undefined);
            hook.verifyPasskey().catch((error: unknown) => setProblem(problemOf(error)));
          }}
        >
          {say('factorPasskeySubmit')}
        </Button>
      </Ways>
      <Outcome isGood={false}>{problem?.text}</Outcome>
    </>
  );
}
