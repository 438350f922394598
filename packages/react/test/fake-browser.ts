/** The parts of a browser that jsdom lacks, as far as the package uses them. */

/** Delivers to every other open channel of the same name, a copy, in a later microtask, as browsers do. */
export class FakeChannel {
  static #open = new Set<FakeChannel>();

  static closeAll(): void {
    FakeChannel.#open.clear();
  }

  static get count(): number {
    return FakeChannel.#open.size;
  }

  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
    FakeChannel.#open.add(this);
  }

  postMessage(message: unknown): void {
    for (const other of FakeChannel.#open) {
      if (other === this || other.name !== this.name) continue;
      const data: unknown = structuredClone(message);
      queueMicrotask(() => FakeChannel.#open.has(other) && other.onmessage?.({ data }));
    }
  }

  close(): void {
    FakeChannel.#open.delete(this);
  }
}

interface FakeLock {
  readonly name: string;
  readonly grant: () => void;

  /** Takes it away from the one who holds it, or out of the queue. */
  readonly refuse: () => void;
  readonly owner: string;
}

/** Web Locks: one holder of a name after the other, `signal` and `steal` included. */
export class FakeLocks {
  /** Stands for the tab that asks next; what {@link kill} ends. */
  static owner = '';
  #held: FakeLock[] = [];
  #waiting: FakeLock[] = [];

  /** Whether some lock is held that does not only say who leads. */
  get isHeld(): boolean {
    return this.#held.some(({ name }) => !name.endsWith(':events'));
  }

  /** Who holds the lock of this name. */
  holder(name: string): string | undefined {
    return this.#held.find((lock) => lock.name === name)?.owner;
  }

  request(name: string, ...rest: [() => unknown] | [LockOptions, () => unknown]): Promise<unknown> {
    const [options, work] = rest.length === 1 ? [{} as LockOptions, rest[0]] : rest;
    return new Promise((resolve, reject) => {
      const aborted = (): void => reject(new DOMException('aborted', 'AbortError'));
      const leave = (): void => {
        this.#held = this.#held.filter((other) => other !== lock);
        this.#waiting = this.#waiting.filter((other) => other !== lock);
      };
      const lock: FakeLock = {
        name,
        owner: FakeLocks.owner,
        grant: () => void this.#hold(lock, work, leave).then(resolve, reject),
        refuse: () => (leave(), aborted()),
      };
      if (options.signal?.aborted) return aborted();
      options.signal?.addEventListener('abort', () => this.#waiting.includes(lock) && lock.refuse());
      if (options.steal) this.#held.filter((other) => other.name === name).forEach(({ refuse }) => refuse());
      this.#waiting = options.steal ? [lock, ...this.#waiting] : [...this.#waiting, lock];
      queueMicrotask(() => this.#next(name));
    });
  }

  /** A tab is gone without a word: what it held is free, what it waited for it does not get. */
  kill(owner: string): void {
    const isItsOwn = (lock: FakeLock): boolean => lock.owner === owner;
    const names = this.#held.filter(isItsOwn).map(({ name }) => name);
    this.#held = this.#held.filter((lock) => !isItsOwn(lock));
    this.#waiting = this.#waiting.filter((lock) => !isItsOwn(lock));
    for (const name of names) this.#next(name);
  }

  async #hold(lock: FakeLock, work: () => unknown, leave: () => void): Promise<unknown> {
    try {
      return await work();
    } finally {
      leave();
      this.#next(lock.name);
    }
  }

  #next(name: string): void {
    const next = this.#waiting.find((lock) => lock.name === name);
    if (!next || this.holder(name) !== undefined) return;
    this.#waiting = this.#waiting.filter((lock) => lock !== next);
    this.#held.push(next);
    next.grant();
  }
}

/** Keeps a style sheet's text; jsdom has none that a document could adopt. */
export class FakeSheet {
  text = '';

  replaceSync(text: string): void {
    this.text = text;
  }
}
