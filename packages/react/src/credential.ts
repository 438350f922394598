/**
 * The credential in staging: a rack of keys `<id>.<secret>` joined by `~`, the session's key first, kept in
 * localStorage under `keyrack:<address of the API>`. In production it is a cookie that scripts never see.
 *
 * Tabs share the entry and write it at their own pace, so an answer is merged into it instead of replacing it. This is a
 * file of its own, because nobody loads it in production.
 */

import type { Stored } from './stored.js';

/** How long a rack is waited for that another tab has told of. */
const HOLDS_MS = 1_000;

/** One API's rack in this browser. Read at every request: another tab may have changed it a moment ago. */
export class Rack {
  readonly #entry: Stored;

  constructor(entry: Stored) {
    this.#entry = entry;
  }

  /** The rack as it is now, or null. */
  read(): string | null {
    return this.#entry.read();
  }

  /** Takes over the rack that an answer handed out to a request which had carried `carried`. */
  adopt(carried: string | null, answered: string): Promise<void> {
    return this.#locked(() => this.#entry.write(merge(this.read(), carried, answered)));
  }

  /** Drops the rack after a sign-out of all, unless another tab has put a different one there meanwhile. */
  forget(carried: string | null): Promise<void> {
    return this.#locked(() => {
      if (this.read() === carried) this.#entry.write(null);
    });
  }

  /**
   * Resolves when the rack of this session is there. Browsers tell tabs of a message sooner than of what was written
   * before it; longer than a second nobody waits, for it may be gone again.
   */
  async holds(session: string): Promise<void> {
    const isThere = (): boolean => sessionId(this.read()) === session;
    if (isThere()) return;
    const look = new AbortController();
    await new Promise<void>((resolve) => {
      setTimeout(resolve, HOLDS_MS);
      addEventListener('storage', () => isThere() && resolve(), { signal: look.signal });
    });
    look.abort();
  }

  async #locked(change: () => void): Promise<void> {
    try {
      await navigator.locks.request(this.#entry.name, change);
    } catch {
      // Insecure contexts and sandboxed frames have no locks: two tabs may then merge at the same instant.
      change();
    }
  }
}

/**
 * The rack to store. A key that the request carried and the answer lacks is dead; a key that came into storage while
 * the request was under way belongs to another tab and stays. Racks of two sessions are never mixed.
 */
export function merge(stored: string | null, carried: string | null, answered: string): string {
  if (!stored || sessionId(stored) !== sessionId(answered)) return answered;
  const known = `${carried}~${answered}`.split('~');
  const foreign = stored
    .split('~')
    .slice(1)
    .filter((key) => !known.includes(key));
  return [answered, ...foreign].join('~');
}

/** The id of the session that a rack is for; empty when there is no rack. */
export function sessionId(rack: string | null): string {
  return rack?.split('.')[0] ?? '';
}

/** What to do when the server runs in the other mode than the publishable key is for. */
export function wrongMode(isLive: boolean): string {
  const [mode, key] = isLive ? ['production', 'pk_test_'] : ['staging', 'pk_live_'];
  return `The server does not run in ${mode}: use its ${key} key.`;
}
