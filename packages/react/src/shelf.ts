/**
 * What is read beside the session: lists of memberships, members, notifications. One shelf for each client.
 *
 * Everything lies there under the account, or the account and its scope, that it was read for. Whoever shows it looks
 * under what the session that is shown says: so nothing of one account is found under another, whatever comes when.
 */
import { addressOf } from './address.js';
import type { Client } from './client.js';
import { Entry, type Reader } from './entry.js';
import type { Session } from './types.gen.js';

/** Data that nobody has shown for so long is no longer kept. */
const UNUSED_MS = 60_000;

/** What is older is read again when somebody looks at the page. */
const OLD_MS = 2_000;

/**
 * Whose something is: the account's wherever it acts, the account's for as long as it acts where it does, or nobody's:
 * everybody who has a link sees the same.
 */
export type Bound = 'account' | 'scope' | 'nobody';

/** No id. */
const NOBODY = '-';

/** What stands for the owner: ids have no comma, so that an account is never a scope. Undefined for nobody. */
export function ownerOf(session: Session | undefined, bound: Bound): string | undefined {
  if (bound === 'nobody') return NOBODY;
  const active = session?.active_signin;
  if (!active || bound === 'account') return active?.id;
  return [active.id, active.active_organization_membership_id, active.active_workspace_membership_id].join();
}

/** The shelf of a client; made when it is first asked for. */
export function shelfOf(client: Client): Shelf {
  return (client.shelf ??= new Shelf(client));
}

/** What tabs tell each other: what begins with one of these paths was changed, here or, as the stream tells, elsewhere. */
export interface Told {
  readonly beside: readonly string[];
}

/** What one client has read. */
export class Shelf {
  readonly #client: Client;
  readonly #entries = new Map<string, { readonly owner: string; readonly path: string; readonly entry: Entry<unknown> }>();
  readonly #shown = new Set<Entry<unknown>>();
  #session: Session | undefined;
  #watch: AbortController | undefined;

  /** What the tabs of this API hear each other on; their clients pass over what is said here. */
  #channel: BroadcastChannel | undefined;
  #moments = 0;

  /** Whether somebody sees to it that the client knows what the active memberships allow. */
  isWatched = false;

  constructor(client: Client) {
    this.#client = client;
    this.#session = client.view().session;
    client.subscribe(() => this.#follow());
  }

  /** A number that is higher than every one before: what began after a moment cannot have missed what was done by then. */
  readonly moment = (): number => (this.#moments += 1);

  /** What lies there of `owner` under `path`: the same until another account, or scope, takes the owner's place. */
  entry<T>(owner: string, path: string, reader: () => Reader<T>): Entry<T> {
    const key = `${owner} ${path}`;
    const found = this.#entries.get(key);
    if (found) return found.entry as Entry<T>;
    this.#forgetUnused();
    const entry: Entry<T> = new Entry<T>({
      read: reader(),
      isKept: () => this.#entries.get(key)?.entry === (entry as Entry<unknown>) && this.#owners().includes(owner),
      onRefused: () => void this.#client.refetch(),
      moment: this.moment,
      onShown: (isShown) => this.#count(entry as Entry<unknown>, isShown),
    });
    this.#entries.set(key, { owner, path, entry: entry as Entry<unknown> });
    return entry;
  }

  /** What lies there now; undefined when nothing does. Nothing is asked for. */
  find<T>(owner: string | undefined, path: string): T | undefined {
    return this.#entries.get(`${owner} ${path}`)?.entry.view().data as T | undefined;
  }

  /**
   * Reads again what begins with one of these paths and was read before that {@link moment}; what nobody shows is read
   * when somebody does. Resolves when that is done.
   */
  async reload(paths: readonly string[], since: number): Promise<void> {
    const meant = [...this.#entries.values()].filter(({ path }) => paths.some((beginning) => path.startsWith(beginning)));
    await Promise.all(meant.map(({ entry }) => entry.outdate(since)));
  }

  /** Tells the other tabs what is to be read again. */
  tell(paths: readonly string[]): void {
    this.#channel?.postMessage({ beside: paths } satisfies Told);
  }

  /** The session may be another one, or another revision of it. */
  #follow(): void {
    const { session } = this.#client.view();
    const before = this.#session;
    if (session === before) return;
    this.#session = session;
    const owners = this.#owners();
    for (const [key, { owner, entry }] of this.#entries) {
      if (owners.includes(owner)) continue;
      this.#entries.delete(key);
      entry.drop();
    }
    // Whatever made it so may have changed what lies here, too.
    if (before?.id !== session?.id || before?.revision !== session?.revision) this.#refresh(0);
  }

  #owners(): (string | undefined)[] {
    const { session } = this.#client.view();
    return [NOBODY, ownerOf(session, 'account'), ownerOf(session, 'scope')];
  }

  #refresh(age: number): void {
    for (const entry of this.#shown) if (entry.age() >= age) void entry.outdate();
  }

  #forgetUnused(): void {
    for (const [key, { entry }] of this.#entries) {
      if (!this.#shown.has(entry) && entry.unusedFor() > UNUSED_MS) this.#entries.delete(key);
    }
  }

  #count(entry: Entry<unknown>, isShown: boolean): void {
    if (isShown) this.#shown.add(entry);
    else this.#shown.delete(entry);
    if (this.#shown.size === 0) {
      this.#watch?.abort();
      this.#watch = undefined;
      this.#deafen();
    } else if (!this.#watch) this.#look((this.#watch = new AbortController()));
  }

  /** Somebody looks at the page again, or the network is back: what is shown may have been overtaken. */
  #look({ signal }: AbortController): void {
    document.addEventListener('visibilitychange', () => document.hidden || this.#refresh(OLD_MS), { signal });
    addEventListener('online', () => this.#refresh(OLD_MS), { signal });
    // Browsers keep no page with an open channel for going back to.
    addEventListener('pagehide', ({ persisted }) => persisted && this.#deafen(), { signal });
    addEventListener('pageshow', ({ persisted }) => persisted && (this.#listen(), this.#refresh(0)), { signal });
    this.#listen();
  }

  #listen(): void {
    // Named as the client's own; a test of an application has neither.
    const address = addressOf(this.#client);
    if (address === undefined || typeof BroadcastChannel === 'undefined') return;
    this.#deafen();
    this.#channel = new BroadcastChannel(`keyrack:${address}`);
    this.#channel.onmessage = ({ data }) => {
      const { beside } = (data ?? {}) as Partial<Told>;
      if (Array.isArray(beside)) void this.reload(beside, this.moment());
    };
  }

  #deafen(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }
}
