/** What follows the address of a forgotten password. */
import type { ReactElement } from 'react';
import { useDeployment } from '../../use-deployment.js';
import type { UseForgotPassword } from '../../use-forgot-password.js';
import { Account, CodeForm } from './code-form.js';
import type { ForgotPasswordFormProps } from './forgot-password-form.js';
import { useParts } from './kit.js';
import { Resend } from './resend.js';
import { useSay } from './say.js';
import { useForm } from './use-form.js';

/** What {@link ForgotStep} takes. */
export interface ForgotStepProps extends Pick<ForgotPasswordFormProps, 'passwordHint' | 'passwordProblem' | 'footer'> {
  readonly hook: UseForgotPassword;
  readonly onReset: (isIn: boolean) => void;
}

/** The code, and the new password. */
export function ForgotStep({ hook, passwordHint, passwordProblem, footer, onReset }: ForgotStepProps): ReactElement {
  const { Title, Lead, Button, Other } = useParts();
  const say = useSay();
  const isCode = hook.step === 'code';
  return (
    <>
      <Title>{say(isCode ? 'codeTitle' : 'resetTitle')}</Title>
      {isCode ? (
        <>
          <Lead>{say('forgotCodeText', { email: hook.email })}</Lead>
          <CodeForm title={say('codeTitle')} account={hook.email} verify={hook.verify} />
          <Resend label={say('codeResend')} send={() => hook.request(hook.email)} />
        </>
      ) : (
        <>
          {hook.email && <Lead>{hook.email}</Lead>}
          <Lead>{say('resetText')}</Lead>
          <NewPassword
            account={hook.email}
            hint={passwordHint}
            problemOf={passwordProblem}
            reset={async (password) => onReset(await hook.reset(password))}
          />
        </>
      )}
      <Other>
        <Button look="link" onPress={hook.startOver}>
          {say('codeOtherAddress')}
        </Button>
      </Other>
      {!isCode && footer}
    </>
  );
}

interface NewPasswordProps {
  readonly account: string;
  readonly hint: string | undefined;
  readonly problemOf: ((password: string) => string | undefined) | undefined;
  readonly reset: (password: string) => Promise<void>;
}

function NewPassword({ account, hint, problemOf, reset }: NewPasswordProps): ReactElement {
  const { Form, PasswordField } = useParts();
  const say = useSay();
  const min = useDeployment().deployment?.auth_settings.password.min_length ?? 1;
  const isShort = (text: string): string | undefined =>
    [...text].length < min ? say('errorPasswordTooShort', { min }) : undefined;
  const form = useForm({
    check: ({ password = '' }): Record<string, string> => {
      const problem = password ? (problemOf ?? isShort)(password) : say('fieldMissing');
      return problem ? { password: problem } : {};
    },
    submit: ({ password = '' }) => reset(password),
  });
  return (
    <Form form={form} name={say('resetTitle')} submit={say('resetSubmit')}>
      <Account name={account} />
      <PasswordField form={form} label={say('fieldNewPassword')} autoComplete="new-password" hint={hint ?? say('passwordHint', { min })} takesFocus />
    </Form>
  );
}
