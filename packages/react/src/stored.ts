/** One entry of localStorage, which all tabs share. */
export class Stored {
  declare readonly name: string;

  /** Only used where storage refuses to work: some browsers' private windows, and sandboxed frames. */
  #fallback: string | null = null;

  constructor(name: string) {
    this.name = name;
  }

  /** The text as it is now, or null. */
  read(): string | null {
    if (this.#fallback !== null) return this.#fallback;
    try {
      return localStorage.getItem(this.name);
    } catch {
      return null;
    }
  }

  /** Replaces the text; null removes the entry. */
  write(text: string | null): void {
    try {
      if (text === null) localStorage.removeItem(this.name);
      else localStorage.setItem(this.name, text);
      this.#fallback = null;
    } catch {
      this.#fallback = text;
    }
  }
}
