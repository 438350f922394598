import { useSession } from '@keyrack/react';

export default function AccountSwitcher() {
  const { session, loading, switchSignIn } = useSession();
  if (loading || !session.signins?.length) {
    return null;
  }
  return session.signins.map((signin) => (
    <button key={signin.id} onClick={() => switchSignIn(signin.id)}>
      {signin.user.email_address}
    </button>
  ));
}
