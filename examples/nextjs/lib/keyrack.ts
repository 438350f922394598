import type { Session } from '@keyrack/react';
import { cookies } from 'next/headers';
import { cache } from 'react';

/**
 * The session of whoever asks for this page, read once a request with the cookies that came along. Undefined when
 * Keyrack does not answer: the page is then rendered without it, and the browser tries again by itself.
 */
export const readSession = cache(async (): Promise<Session | undefined> => {
  const cookie = (await cookies()).toString();
  try {
    const answer = await fetch(`${process.env.KEYRACK_URL}/session`, { headers: { cookie }, cache: 'no-store' });
    return answer.ok ? (await answer.json()).data : undefined;
  } catch {
    return undefined;
  }
});
