import { type Credentials, useSignIn } from '@keyrack/react';
import { Field, PasswordField } from './field.js';
import { Form, missing } from './form.js';
import { query } from './links.js';
import { say } from './say.js';
import { identifier, looksLikeEmail } from './settings.js';
import { useForm, type Values } from './use-form.js';

const LABELS = { email: 'field_email', username: 'field_username', either: 'field_email_or_username' } as const;

/** Signs in with an address or a username, whatever the deployment has, and a password. */
export function SignInForm({ onDone }: { readonly onDone: () => void }) {
  const { signIn } = useSignIn();
  const form = useForm({ check, submit: (values) => signIn(credentials(values)).then(onDone) });
  const hint = query.get('login_hint') ?? '';
  return (
    <Form form={form} name={say('sign_in_title')} submit={say('sign_in_submit')} action="sign-in">
      <Field
        form={form}
        label={say(LABELS[identifier])}
        name="identifier"
        type={identifier === 'email' ? 'email' : 'text'}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        defaultValue={hint}
        takesFocus={!hint}
        required
      />
      <PasswordField form={form} label={say('field_password')} autoComplete="current-password" takesFocus={Boolean(hint)} />
    </Form>
  );
}

function check(values: Values): Record<string, string> {
  const found = missing(values, ['identifier', 'password']);
  if (identifier === 'email' && !found['identifier'] && !looksLikeEmail(values['identifier'] ?? '')) {
    found['identifier'] = say('error_invalid_email');
  }
  return found;
}

/** Usernames have no @ in them, and addresses do. */
function credentials({ identifier: typed = '', password = '' }: Values): Credentials {
  const text = typed.trim();
  const isEmail = identifier === 'email' || (identifier === 'either' && text.includes('@'));
  return isEmail ? { email: text, password } : { username: text, password };
}
