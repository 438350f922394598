import Link from 'next/link';
import { readSession } from '../lib/keyrack';

/** Rendered on the server, for whoever is signed in. */
export default async function Home() {
  const session = await readSession();
  const user = session?.active_signin?.user;
  return (
    <>
      <h1>{user ? `Hello, ${user.email_address}` : 'Nobody is signed in'}</h1>
      <Link href="/private">The private page</Link>
    </>
  );
}
