import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { visitors } from '../../lib/keyrack';

/** Only for somebody who is signed in, and rendered for them: nobody is asked for that. */
export default async function PrivatePage() {
  const visitor = await visitors.signedIn(headers());
  if (!visitor) redirect('/sign-in');
  return <h1>Only for {visitor.userId}</h1>;
}
