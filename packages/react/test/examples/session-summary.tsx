import { useSession } from '@keyrack/react';

export default function SessionSummary() {
  const { session, loading } = useSession();
  if (loading) {
    return null;
  }
  return <div>{session.active_signin?.user.email_address}</div>;
}
