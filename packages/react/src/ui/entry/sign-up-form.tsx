import { type ReactElement, type ReactNode, useState } from 'react';
import type { Deployment, SignupAttempt } from '../../types.gen.js';
import { useDeployment } from '../../use-deployment.js';
import { type NewAccount, type UseSignUp, useSignUp } from '../../use-sign-up.js';
import { Frame, Wait } from '../frame.js';
import { useOnce } from './use-once.js';
import { useParts } from './kit.js';
import { SignUpStep } from './later.js';
import { type Say, useSay } from './say.js';
import { looksLikeEmail, missing, useForm, type Values } from './use-form.js';
import { looksLikePhone, phoneOf } from './ways.js';

/** What {@link SignUpForm} takes. */
export interface SignUpFormProps {
  /** Called once the new account is signed in; `useSession()` shows it by then. */
  readonly onDone?: (() => void) | undefined;

  /** The address to begin with. */
  readonly email?: string | undefined;

  /** Of an invitation: lets its address sign up where others cannot. */
  readonly inviteToken?: string | undefined;

  /** What to know before a password is chosen; how long it must be when omitted. */
  readonly passwordHint?: string | undefined;

  /** What is wrong with a new password; too short when omitted. */
  readonly passwordProblem?: ((password: string) => string | undefined) | undefined;

  /** What stands below the title of the first step. */
  readonly children?: ReactNode;

  /** What stands below the first step, such as a link to the sign-in. */
  readonly footer?: ReactNode;
}

/** Makes an account, through every step that the deployment asks for, and signs it in. */
export function SignUpForm(props: SignUpFormProps): ReactElement {
  const { deployment, error, refetch } = useDeployment();
  return (
    <Frame isBusy={!deployment}>
      {deployment ? <SignUp {...props} deployment={deployment} /> : <Wait error={error} refetch={refetch} />}
    </Frame>
  );
}

function SignUp({ onDone, ...props }: SignUpFormProps & { readonly deployment: Deployment }): ReactElement {
  const { Working } = useParts();
  const hook = useSignUp({ steady: true });
  const [before, setBefore] = useState<SignupAttempt>();
  const { attempt } = hook;
  const isIn = !!attempt?.completed;
  useOnce(isIn, () => onDone?.());
  if (isIn) return <Working />;
  if (!attempt) return <Start {...props} hook={hook} before={before} />;
  const onOther = (): void => {
    setBefore(attempt);
    hook.startOver();
  };
  const step = { hook, attempt, onOther };
  const key = `${attempt.id} ${attempt.current_step}`;
  return <SignUpStep key={key} {...step} />;
}

interface StartProps extends Omit<SignUpFormProps, 'onDone'> {
  readonly deployment: Deployment;
  readonly hook: UseSignUp;

  /** The sign-up that the person has left to begin anew: what was typed in then. */
  readonly before: SignupAttempt | undefined;
}

/** The first step: everything that a new account is asked for, in the order in which people expect it. */
function Start({ deployment, hook, before, email = '', inviteToken, passwordHint, passwordProblem, children, footer }: StartProps): ReactElement {
  const { Title, Form, Field, PasswordField } = useParts();
  const say = useSay();
  const { first_name, last_name, username, phone_number, password } = deployment.auth_settings;
  const required = Object.entries({ first_name, last_name, username, phone_number })
    .filter(([, setting]) => setting.enabled && setting.required)
    .map(([name]) => name);
  const isShort = (text: string): string | undefined =>
    [...text].length < password.min_length ? say('errorPasswordTooShort', { min: password.min_length }) : undefined;
  const form = useForm({
    check: (values) => problemsOf(values, [...required, 'email', 'password'], passwordProblem ?? isShort, say),
    submit: async (values) => {
      await hook.create(accountOf(values, inviteToken));
    },
  });
  const first = first_name.enabled ? 'first_name' : last_name.enabled ? 'last_name' : username.enabled ? 'username' : 'email';
  const shared = (name: string) => ({
    form,
    name,
    takesFocus: name === (before ? 'email' : first),
    required: name === 'email' || required.includes(name),
  });
  return (
    <>
      <Title>{say('signUpTitle')}</Title>
      {children}
      <Form form={form} name={say('signUpTitle')} submit={say('signUpSubmit')}>
        {(first_name.enabled || last_name.enabled) && (
          <div className="pair kr-pair">
            {first_name.enabled && (
              <Field {...shared('first_name')} label={say('fieldFirstName')} autoComplete="given-name" defaultValue={before?.first_name} />
            )}
            {last_name.enabled && (
              <Field {...shared('last_name')} label={say('fieldLastName')} autoComplete="family-name" defaultValue={before?.last_name} />
            )}
          </div>
        )}
        {username.enabled && (
          <Field
            {...shared('username')}
            label={say('fieldUsername')}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            defaultValue={before?.username}
          />
        )}
        <Field
          {...shared('email')}
          label={say('fieldEmail')}
          type="email"
          autoComplete={username.enabled ? 'email' : 'username'}
          autoCapitalize="none"
          spellCheck={false}
          defaultValue={before?.email ?? email}
        />
        {phone_number.enabled && (
          <Field
            {...shared('phone_number')}
            label={say('fieldPhone')}
            type="tel"
            autoComplete="tel"
            hint={say('fieldPhoneHint')}
            defaultValue={before ? `${before.phone_country_code}${before.phone_number}` : ''}
          />
        )}
        <PasswordField
          form={form}
          label={say('fieldPassword')}
          autoComplete="new-password"
          hint={passwordHint ?? say('passwordHint', { min: password.min_length })}
        />
      </Form>
      {footer}
    </>
  );
}

function problemsOf(
  values: Values,
  required: readonly string[],
  passwordProblem: (password: string) => string | undefined,
  say: Say,
): Record<string, string> {
  const found = missing(values, required, say('fieldMissing'));
  if (!found['email'] && !looksLikeEmail(values['email'])) found['email'] = say('errorInvalidEmail');
  const phone = values['phone_number'];
  if (phone && !looksLikePhone(phone)) found['phone_number'] = say('fieldPhoneWrong');
  const problem = passwordProblem(values['password'] ?? '');
  if (!found['password'] && problem) found['password'] = problem;
  return found;
}

function accountOf(values: Values, inviteToken: string | undefined): NewAccount {
  const { email = '', password: secret = '', phone_number: phone, ...names } = values;
  return {
    ...names,
    email: email.trim(),
    password: secret,
    ...(phone && { phone_number: phoneOf(phone) }),
    ...(inviteToken && { invite_token: inviteToken }),
  };
}
