import { SignedIn, SignedOut, useSession } from '@keyrack/react';
import { useState } from 'react';
import { SignIn } from './sign-in';

export function App() {
  const [isAdding, setAdding] = useState(false);
  return (
    <>
      <AccountSwitcher />
      <main>
        <SignedIn>
          <Hello />
          {!isAdding && <button onClick={() => setAdding(true)}>Add account</button>}
          {isAdding && <SignIn onDone={() => setAdding(false)} />}
        </SignedIn>
        <SignedOut>
          <h1>Nobody is signed in</h1>
          <SignIn onDone={() => setAdding(false)} />
        </SignedOut>
      </main>
    </>
  );
}

function Hello() {
  const { loading, session } = useSession();
  return loading ? null : <h1>Hello, {session.active_signin?.user.email_address}</h1>;
}

function AccountSwitcher() {
  const { loading, session, switchSignIn, signOut } = useSession();
  if (loading) return <nav aria-label="Accounts" />;
  const active = session.active_signin;
  return (
    <nav aria-label="Accounts">
      {session.signins.map(({ id, user }) => (
        <button key={id} aria-pressed={id === active?.id} onClick={() => switchSignIn(id)}>
          {user.email_address}
        </button>
      ))}
      {active && <button onClick={() => signOut(active.id)}>Sign out</button>}
    </nav>
  );
}
