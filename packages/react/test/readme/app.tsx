import { KeyrackProvider, useSession } from '@keyrack/react';

function Account() {
  const { loading, session, signOut } = useSession();
  if (loading) return null;
  if (!session.active_signin) return <a href="/sign-in">Sign in</a>;
  return <button onClick={() => signOut()}>{session.active_signin.user.email_address}</button>;
}

export default function App() {
  return (
    <KeyrackProvider publishableKey="pk_test_aHR0cDovL2xvY2FsaG9zdDo0NDAw">
      <Account />
    </KeyrackProvider>
  );
}
