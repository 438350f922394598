import { useSignIn } from '@keyrack/react';
import { Field, Form } from './form.js';

interface Props {
  readonly takesFocus: boolean;
  readonly onDone: () => void;
}

/** Signs in with email and password. */
export function SignInForm({ takesFocus, onDone }: Props) {
  const { signIn, error, loading } = useSignIn();
  return (
    <Form
      label="Sign in"
      submit="Sign in"
      loading={loading}
      error={error}
      onSubmit={({ email = '', password = '' }) => signIn({ email, password }).then((isIn) => (isIn ? onDone() : location.assign('sign-in?prompt=login')))}
    >
      <Field label="Email" name="email" type="email" autoComplete="email" required takesFocus={takesFocus} />
      <Field label="Password" name="password" type="password" autoComplete="current-password" required />
    </Form>
  );
}
