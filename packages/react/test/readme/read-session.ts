import type { Session } from '@keyrack/react';

/** The session of the browser that sent this `cookie` header; null when Keyrack does not answer. */
export async function readSession(keyrack: string, cookie: string | null): Promise<Session | null> {
  try {
    const headers = { Accept: 'application/vnd.keyrack.1+json', Cookie: cookie ?? '' };
    const response = await fetch(`${keyrack}/session`, { headers, cache: 'no-store', signal: AbortSignal.timeout(2_000) });
    return response.ok ? ((await response.json()) as { data: Session }).data : null;
  } catch {
    return null;
  }
}
