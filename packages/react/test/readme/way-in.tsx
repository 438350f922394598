import { useSignIn, useSignUp } from '@keyrack/react';
import { useState } from 'react';

export default function WayIn() {
  const [{ code, ...account }, setValues] = useState({ email: '', password: '', code: '' });
  const { signIn, error: refusal } = useSignIn();
  const { create, verify, attempt, error = refusal } = useSignUp();
  const run = (step: Promise<unknown>) => step.catch(() => undefined); // It is in `error`.
  const field = (name: string) => (
    <input key={name} aria-label={name} onChange={({ target }) => setValues({ ...account, code, [name]: target.value })} />
  );
  return (
    <form onSubmit={(event) => event.preventDefault()}>
      {attempt ? field('code') : [field('email'), field('password')]}
      {attempt && <button onClick={() => run(verify(code))}>Verify</button>}
      {!attempt && <button onClick={() => run(create(account))}>Create account</button>}
      {!attempt && <button onClick={() => run(signIn(account))}>Sign in</button>}
      <p role="alert">{error?.message}</p>
    </form>
  );
}
