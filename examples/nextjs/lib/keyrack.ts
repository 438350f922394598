import type { Session } from '@keyrack/react';
import { createKeyrack, createVisitors } from '@keyrack/server';
import { cookies } from 'next/headers';
import { cache } from 'react';

const origin = process.env.APP_ORIGIN ?? '';

/** Who visits, by a token that is verified here: proxy.ts has the browser bring one. No page waits for Keyrack to know it. */
export const visitors = createVisitors(createKeyrack({ issuer: `${origin}/keyrack`, server: process.env.KEYRACK_URL }), { origin });

/**
 * The whole session of whoever asks for this page, with names and all accounts, so that the browser has it from the first
 * byte on. Read once a request with the cookies that came along; undefined when Keyrack does not answer: the page is then
 * rendered without it, and the browser tries again by itself.
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
