/**
 * The credential in staging: a rack of keys `<id>.<secret>` joined by `~`, the session's key first, kept in
 * localStorage under `keyrack:<origin of the API>`. In production it is a cookie that scripts never see.
 *
 * Tabs share the entry and write it at their own pace, so an answer is merged into it instead of replacing it.
 */

/** One API's rack in this browser. */
export class Rack {
  readonly #name: string;

  /** Only used where storage refuses to work: some browsers' private windows, and sandboxed frames. */
  #fallback: string | null = null;

  constructor(origin: string) {
    this.#name = `keyrack:${origin}`;
  }

  /** The rack as it is now, or null. Read at every request: another tab may have changed it a moment ago. */
  read(): string | null {
    if (this.#fallback !== null) return this.#fallback;
    try {
      return localStorage.getItem(this.#name);
    } catch {
      return null;
    }
  }

  /** Takes over the rack that an answer handed out to a request which had carried `carried`. */
  adopt(carried: string | null, answered: string): Promise<void> {
    return this.#locked(() => this.#write(merge(this.read(), carried, answered)));
  }

  /** Drops the rack after a sign-out of all, unless another tab has put a different one there meanwhile. */
  forget(carried: string | null): Promise<void> {
    return this.#locked(() => {
      if (this.read() === carried) this.#write(null);
    });
  }

  #write(rack: string | null): void {
    try {
      if (rack === null) localStorage.removeItem(this.#name);
      else localStorage.setItem(this.#name, rack);
      this.#fallback = null;
    } catch {
      this.#fallback = rack;
    }
  }

  async #locked(change: () => void): Promise<void> {
    try {
      await navigator.locks.request(this.#name, change);
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
  const known = new Set([...(carried ?? '').split('~'), ...answered.split('~')]);
  const foreign = stored
    .split('~')
    .slice(1)
    .filter((key) => !known.has(key));
  return [answered, ...foreign].join('~');
}

function sessionId(rack: string): string | undefined {
  return rack.split('.', 1)[0];
}
