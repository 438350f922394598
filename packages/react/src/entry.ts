/** One thing that is read beside the session: asked for while somebody shows it, once for all who do. */
import type { KeyrackError } from './error.js';

/** The first pause after a failure, and the longest: each is twice as long as the one before. */
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

/** What was read within so many milliseconds is not read again because another component begins to show it. */
const FRESH_MS = 5_000;

/**
 * Reads it. `before` is what is shown; `more` asks for what comes after it.
 *
 * @throws KeyrackError when there is no answer, or none that is for the account that is shown.
 */
export type Reader<T> = (before: T | undefined, more: boolean) => Promise<T>;

/** What is known of it. */
export interface Known<T> {
  /** Undefined until it was read. */
  readonly data: T | undefined;

  /** Why the last try failed; undefined once one succeeds. */
  readonly error: KeyrackError | undefined;
}

/** How it is kept. */
export interface Keeping<T> {
  readonly read: Reader<T>;

  /** Whether the owner is still the one who is shown. */
  readonly isKept: () => boolean;

  /** The server has refused it: the session that is shown may be old. */
  readonly onRefused: () => void;

  /** A number that is higher than every one before. */
  readonly moment: () => number;

  /** Somebody shows it, or nobody any more. */
  readonly onShown: (isShown: boolean) => void;
}

const NOTHING: Known<never> = { data: undefined, error: undefined };

/** One thing of one owner: what is known of it, and who shows it. */
export class Entry<T> {
  readonly #keeping: Keeping<T>;
  readonly #listeners = new Set<() => void>();
  #known: Known<T> = NOTHING;
  #underWay: Promise<void> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;

  /** What is to be asked for once what is under way is answered. */
  #again = false;
  #more = false;
  #isDropped = false;

  /** By the local clock, which goes on while the machine sleeps. */
  #readAt = -Infinity;
  #leftAt = Date.now();

  /** The moment at which the latest request was made. */
  #begun = 0;

  constructor(keeping: Keeping<T>) {
    this.#keeping = keeping;
  }

  readonly view = (): Known<T> => this.#known;

  /** What a server renders: nothing is read there. */
  readonly firstView = (): Known<T> => NOTHING;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    const isFirst = this.#listeners.size === 1;
    if (isFirst) this.#keeping.onShown(true);
    if (this.age() > (isFirst ? FRESH_MS : Number.MAX_VALUE) && !this.#underWay && !this.#retry) void this.load();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stopTrying();
      this.#leftAt = Date.now();
      this.#keeping.onShown(false);
    };
  };

  /** Milliseconds since it was read; infinite when it was not, or when it is outdated. */
  age(): number {
    return Date.now() - this.#readAt;
  }

  /** Milliseconds since somebody showed it. */
  unusedFor(): number {
    return this.#listeners.size > 0 ? 0 : Date.now() - this.#leftAt;
  }

  /**
   * It is no longer so, since that moment: read again at once where it is shown, otherwise once it is. What
   * began to be read after that moment is waited for.
   */
  async outdate(since = Infinity): Promise<void> {
    if (this.#begun > since) return this.#underWay;
    this.#readAt = -Infinity;
    if (this.#listeners.size > 0) await this.load();
  }

  /** Reads it. Never rejects. The answer to a request from before this call is not what was asked for: there is another. */
  readonly load = (): Promise<void> => {
    this.#again = true;
    return this.#begin();
  };

  /** Reads what comes after it. */
  readonly loadMore = (): Promise<void> => {
    this.#more = true;
    return this.#begin();
  };

  #begin(): Promise<void> {
    this.#stopTrying();
    // Whoever still shows it is about to show another.
    if (this.#isDropped) return Promise.resolve();
    return (this.#underWay ??= this.#run().finally(() => (this.#underWay = undefined)));
  }

  /** Its owner is shown no longer. */
  drop(): void {
    this.#stopTrying();
    this.#again = this.#more = false;
    this.#isDropped = true;
    this.#show(NOTHING);
  }

  async #run(): Promise<void> {
    while (this.#again || this.#more) {
      const more = !this.#again;
      if (more) this.#more = false;
      this.#again = false;
      await this.#read(more);
    }
  }

  async #read(more: boolean): Promise<void> {
    const { read, isKept, moment } = this.#keeping;
    this.#begun = moment();
    try {
      const data = await read(this.#known.data, more);
      if (!isKept()) return;
      this.#failures = 0;
      this.#readAt = Date.now();
      this.#show({ data: same(this.#known.data, data), error: undefined });
    } catch (error) {
      if (isKept()) this.#fail(error as KeyrackError);
    }
  }

  /** Only an explicit refusal takes away what is shown; what says nothing is tried again, after pauses that grow. */
  #fail(error: KeyrackError): void {
    const isRefusal = error.status >= 400 && error.status < 500 && error.status !== 429;
    this.#show({ data: isRefusal ? undefined : this.#known.data, error });
    if (isRefusal) {
      // Asked for again when the session changes, or by hand.
      this.#readAt = Date.now();
      return this.#keeping.onRefused();
    }
    this.#failures += 1;
    const pause = Math.min(FIRST_RETRY_MS * 2 ** (this.#failures - 1), LAST_RETRY_MS);
    if (this.#listeners.size > 0) this.#tryAgain(Math.max(pause, (error.retryAfter ?? 0) * 1_000));
  }

  /** Nobody sees a hidden page: there it waits on. */
  #tryAgain(pause: number): void {
    const next = (): void => (document.hidden ? this.#tryAgain(pause) : void this.load());
    this.#retry = setTimeout(next, pause);
  }

  #stopTrying(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  #show(known: Known<T>): void {
    if (known.data === this.#known.data && known.error === this.#known.error) return;
    this.#known = known;
    for (const listener of this.#listeners) listener();
  }
}

/** The very same object, while nothing in it has changed. */
function same<T>(before: T | undefined, now: T): T {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(now) ? before : now;
}
