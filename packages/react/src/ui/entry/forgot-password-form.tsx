import { type ReactElement, type ReactNode, useState } from 'react';
import { useForgotPassword } from '../../use-forgot-password.js';
import { Frame } from '../frame.js';
import { useParts } from './kit.js';
import { ForgotStep, Left } from './later.js';
import { useSay } from './say.js';
import { looksLikeEmail, missing, useForm } from './use-form.js';
import { useOnce } from './use-once.js';

/** What {@link ForgotPasswordForm} takes. */
export interface ForgotPasswordFormProps {
  /** Called once the account is signed in with its new password. */
  readonly onDone?: (() => void) | undefined;

  /** Of a mailed link (`token=`): only the new password is asked for then. */
  readonly token?: string | undefined;

  /** The address to begin with. */
  readonly email?: string | undefined;

  /** What to know before a password is chosen; how long it must be when omitted. */
  readonly passwordHint?: string | undefined;

  /** What is wrong with a new password; too short when omitted. */
  readonly passwordProblem?: ((password: string) => string | undefined) | undefined;

  /** What stands below the first step, such as a link back to the sign-in. */
  readonly footer?: ReactNode;
}

/** Gets somebody back in who has forgotten the password: address, code, new password, and a second proof if one is due. */
export function ForgotPasswordForm(props: ForgotPasswordFormProps): ReactElement {
  return (
    <Frame>
      <Forgot {...props} />
    </Frame>
  );
}

function Forgot({ onDone, token, email = '', passwordHint, passwordProblem, footer }: ForgotPasswordFormProps): ReactElement {
  const { Title, Lead, Notice, Working, problemOf } = useParts();
  const say = useSay();
  const hook = useForgotPassword({ token });
  const [isIn, setIn] = useState(false);
  useOnce(isIn, () => onDone?.());
  if (isIn) return <Working />;
  switch (hook.step) {
    case 'done':
      return <Left attemptId={hook.attemptId} onDone={() => setIn(true)} onOver={hook.startOver} />;
    case 'check':
      return hook.error ? <Notice isBad>{problemOf(hook.error).text}</Notice> : <Working />;
    case 'password':
    case 'code':
      return <ForgotStep key={hook.step} {...{ hook, passwordHint, passwordProblem, footer }} onReset={setIn} />;
    default:
      return (
        <>
          <Title>{say('forgotTitle')}</Title>
          {hook.step === 'over' && <Notice isBad>{say('resetOver')}</Notice>}
          <Lead>{say('forgotText')}</Lead>
          <Address key={hook.step} email={hook.email || email} request={hook.request} />
          {footer}
        </>
      );
  }
}

function Address({ email, request }: { readonly email: string; readonly request: (email: string) => Promise<void> }): ReactElement {
  const { Form, Field } = useParts();
  const say = useSay();
  const form = useForm({
    check: (values) => {
      const found = missing(values, ['email'], say('fieldMissing'));
      return found['email'] || looksLikeEmail(values['email']) ? found : { email: say('errorInvalidEmail') };
    },
    submit: ({ email: typed = '' }) => request(typed.trim()),
  });
  return (
    <Form form={form} name={say('forgotTitle')} submit={say('forgotSubmit')}>
      <Field
        form={form}
        label={say('fieldEmail')}
        name="email"
        type="email"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        defaultValue={email}
        takesFocus
        required
      />
    </Form>
  );
}
