'use client';

import { useSession } from '@keyrack/react';
import Link from 'next/link';

export function AccountSwitcher() {
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
      <Link href="/sign-in">{active ? 'Add account' : 'Sign in'}</Link>
      {active && <button onClick={() => signOut(active.id)}>Sign out</button>}
    </nav>
  );
}
