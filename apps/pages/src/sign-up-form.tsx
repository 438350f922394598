import { type NewAccount, type SignupAttempt, useSignUp } from '@keyrack/react';
import { boot } from './boot.js';
import { Field, PasswordField } from './field.js';
import { Form, missing } from './form.js';
import { inviteToken, query } from './links.js';
import { passwordHint, passwordProblem } from './password.js';
import { say } from './say.js';
import { looksLikeEmail } from './settings.js';
import { useForm, type Values } from './use-form.js';

const { first_name, last_name, username } = boot.deployment.auth_settings;

/** Everything that a new account is asked for, in the order in which people expect it. */
const REQUIRED: readonly string[] = [
  ...(first_name.enabled && first_name.required ? ['first_name'] : []),
  ...(last_name.enabled && last_name.required ? ['last_name'] : []),
  ...(username.enabled && username.required ? ['username'] : []),
  'email',
  'password',
];

/** Begins a sign-up; the question for its code follows by itself once the attempt is there. */
export function SignUpForm({ before }: { readonly before: SignupAttempt | null }) {
  const { create } = useSignUp();
  const form = useForm({ check, submit: (values) => create(account(values)) });
  const first = first_name.enabled ? 'first_name' : last_name.enabled ? 'last_name' : username.enabled ? 'username' : 'email';
  const shared = (name: string) => ({ form, name, takesFocus: name === (before ? 'email' : first), required: REQUIRED.includes(name) });
  return (
    <Form form={form} name={say('sign_up_title')} submit={say('sign_up_submit')} action="sign-up">
      {(first_name.enabled || last_name.enabled) && (
        <div className="pair">
          {first_name.enabled && (
            <Field {...shared('first_name')} label={say('field_first_name')} autoComplete="given-name" defaultValue={before?.first_name} />
          )}
          {last_name.enabled && (
            <Field {...shared('last_name')} label={say('field_last_name')} autoComplete="family-name" defaultValue={before?.last_name} />
          )}
        </div>
      )}
      {username.enabled && (
        <Field
          {...shared('username')}
          label={say('field_username')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          defaultValue={before?.username}
        />
      )}
      <Field
        {...shared('email')}
        label={say('field_email')}
        type="email"
        autoComplete={username.enabled ? 'email' : 'username'}
        autoCapitalize="none"
        spellCheck={false}
        defaultValue={before?.email ?? query.get('login_hint') ?? ''}
      />
      <PasswordField
        form={form}
        label={say('field_password')}
        autoComplete="new-password"
        hint={passwordHint()}
      />
    </Form>
  );
}

function check(values: Values): Record<string, string> {
  const found = missing(values, REQUIRED);
  if (!found['email'] && !looksLikeEmail(values['email'] ?? '')) found['email'] = say('error_invalid_email');
  const problem = passwordProblem(values['password'] ?? '');
  if (!found['password'] && problem) found['password'] = problem;
  return found;
}

function account(values: Values): NewAccount {
  const { email = '', password: secret = '', ...names } = values;
  return { ...names, email: email.trim(), password: secret, ...(inviteToken && { invite_token: inviteToken }) };
}
