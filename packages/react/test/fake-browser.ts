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

/** Grants one holder of a name after the other. */
export class FakeLocks {
  isHeld = false;
  #last: Promise<unknown> = Promise.resolve();

  request(_name: string, work: () => unknown): Promise<unknown> {
    const granted = this.#last.then(async () => {
      this.isHeld = true;
      try {
        return await work();
      } finally {
        this.isHeld = false;
      }
    });
    this.#last = granted.catch(() => undefined);
    return granted;
  }
}

/** Keeps a style sheet's text; jsdom has none that a document could adopt. */
export class FakeSheet {
  text = '';

  replaceSync(text: string): void {
    this.text = text;
  }
}
