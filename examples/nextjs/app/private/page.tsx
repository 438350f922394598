import { redirect } from 'next/navigation';
import { readSession } from '../../lib/keyrack';

/** Only for somebody who is signed in. */
export default async function PrivatePage() {
  const signIn = (await readSession())?.active_signin;
  if (!signIn) redirect('/sign-in');
  return <h1>Only for {signIn.user.email_address}</h1>;
}
