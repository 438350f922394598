import { useSession } from '@keyrack/react';

export default function PrivateRequestButton() {
  const { getToken, loading } = useSession();
  async function callPrivateApi() {
    const token = await getToken();
    await fetch('/api/private', {
      headers: {
        Authorization: `Bearer ${token}`,
      },
    });
  }
  if (loading) {
    return null;
  }
  return <button onClick={callPrivateApi}>Call private API</button>;
}
