'use client';

import { useSignIn, useSignUp } from '@keyrack/react';

/** Signs in, or up, and goes on to `next` as a page of its own: the server is to know who it is from there on. */
export function SignInForm({ next }: { next: string }) {
  const { signIn, loading, error } = useSignIn();
  const signUp = useSignUp();
  const goOn = () => location.assign(next);
  // What went wrong is in `error`; the promise only says when it went well.
  const ignore = () => {};

  if (signUp.attempt) {
    return (
      <form aria-label="Code" action={(form) => signUp.verify(text(form, 'code')).then(goOn, ignore)}>
        <label>
          The code that we mailed you <input name="code" inputMode="numeric" autoComplete="one-time-code" required />
        </label>
        <button disabled={signUp.loading}>Verify</button>
        {signUp.error && <p role="alert">{signUp.error.message}</p>}
      </form>
    );
  }
  const credentials = (form: FormData) => ({ email: text(form, 'email'), password: text(form, 'password') });
  const failed = error ?? signUp.error;
  return (
    <form aria-label="Sign in" action={(form) => signIn(credentials(form)).then(goOn, ignore)}>
      <label>
        Email <input name="email" type="email" autoComplete="username" required />
      </label>
      <label>
        Password <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <button disabled={loading}>Sign in</button>
      <button disabled={signUp.loading} formAction={(form) => signUp.create(credentials(form)).catch(ignore)}>
        Create account
      </button>
      {failed && <p role="alert">{failed.message}</p>}
    </form>
  );
}

function text(form: FormData, name: string): string {
  return String(form.get(name) ?? '');
}
