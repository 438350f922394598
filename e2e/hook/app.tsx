import { KeyrackProvider, type Session, useSession, type UseSession, useSignIn, type UseSignIn, useSignUp, type UseSignUp } from '@keyrack/react';
import { type ReactElement, type ReactNode, Suspense, useLayoutEffect } from 'react';

/** The hooks of the page as they were rendered last, for a test to look at and to call. */
export interface Probe {
  hook: UseSession;
  signIn: UseSignIn;
  signUp: UseSignUp;
}

/** Something that was shown, and when, in milliseconds that all tabs of a machine count alike. */
export interface Shown {
  readonly text: string;
  readonly at: number;
}

declare global {
  interface Window {
    keyrack: Probe;
    shown: Shown[];
  }
}

interface AppProps {
  readonly publishableKey: string;
  readonly initialSession?: Session;
  readonly scope?: 'tab';

  /** A part that takes longer to come than the rest. */
  readonly children?: ReactNode;
}

/** The smallest application that shows who is active and who else is signed in. */
export function App({ publishableKey, initialSession, scope, children }: AppProps): ReactElement {
  return (
    <KeyrackProvider publishableKey={publishableKey} {...(initialSession && { initialSession })} {...(scope && { scope })}>
      <Watched />
      <Active label="Active" />
      <Accounts />
      <Suspense fallback={<p>…</p>}>{children}</Suspense>
    </KeyrackProvider>
  );
}

/** Who is active; what a flash of another account would show in. */
export function Active({ label }: { readonly label: string }): ReactElement {
  const hook = useSession();
  return (
    <p aria-label={label} className="active">
      {nameOf(hook)}
    </p>
  );
}

function Accounts(): ReactElement | null {
  const { session, loading } = useSession();
  if (loading) return null;
  return (
    <ul>
      {session.signins.map(({ id, user }) => (
        <li key={id}>{user.email_address}</li>
      ))}
    </ul>
  );
}

function Watched(): null {
  const probe = { hook: useSession(), signIn: useSignIn(), signUp: useSignUp() };
  const text = nameOf(probe.hook);
  useLayoutEffect(() => {
    window.keyrack = probe;
  });
  useLayoutEffect(() => {
    window.shown ??= [];
    // StrictMode runs effects twice.
    if (window.shown.at(-1)?.text !== text) window.shown.push({ text, at: performance.timeOrigin + performance.now() });
  }, [text]);
  return null;
}

function nameOf({ loading, status, session }: UseSession): string {
  return loading ? status : (session.active_signin?.user.email_address ?? 'nobody');
}
