import type { Session } from '@keyrack/react';
import { inScope } from '@keyrack/react/scope';
import { readSession } from './read-session.js';

/** What a page is rendered with. */
interface Seen {
  /** For `<KeyrackProvider scope="tab" initialSession={…}>`: the tab goes on in this scope. */
  readonly session: Session;

  /** For your backend: what this account may see there. */
  readonly token: string;
}

/** The session as a tab with this scope sees it; null when the scope is gone, and the page is to be shown without one. */
export async function readInScope(keyrack: string, cookie: string | null, scope: string): Promise<Seen | null> {
  const shared = await readSession(keyrack, cookie);
  const session = shared && inScope(shared, scope);
  if (!session) return null;
  // The address is not to be believed: Keyrack says whether this account is a member there.
  const headers = { Accept: 'application/vnd.keyrack.1+json', Cookie: cookie ?? '' };
  const path = `/session/token?scope=${encodeURIComponent(scope)}`;
  const response = await fetch(keyrack + path, { headers, cache: 'no-store', signal: AbortSignal.timeout(2_000) });
  if (!response.ok) return null;
  return { session, token: ((await response.json()) as { data: { token: string } }).data.token };
}
