/** The cookies of a request's header. Of a name that stands twice there is none: nobody knows which one is ours. */
export function readCookies(header: string | null | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const twice = new Set<string>();
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at < 0) continue;
    const name = pair.slice(0, at).trim();
    if (found.has(name)) twice.add(name);
    found.set(name, pair.slice(at + 1).trim());
  }
  for (const name of twice) found.delete(name);
  return found;
}

/** The cookies of one application. */
export class Jar {
  readonly #secure: boolean;
  readonly #suffix: string;

  /** @param origin Where browsers reach the application. */
  constructor(origin: URL) {
    this.#secure = origin.protocol === 'https:';
    // Browsers share cookies between the ports of a host: the port keeps two applications apart.
    this.#suffix = this.#secure ? '' : `-${origin.port || '80'}`;
  }

  /** What a cookie of ours is called. With the prefix no other host, and no page without https, can set it. */
  name(what: 'token' | 'flow' | 'out'): string {
    return `${this.#secure ? '__Host-' : ''}keyrack-${what}${this.#suffix}`;
  }

  /** The mark that the hook leaves: scripts write it, and nobody is believed by it. */
  get mark(): string {
    return 'keyrack_mark';
  }

  /** One that scripts cannot read. */
  set(what: 'token' | 'flow' | 'out', value: string, seconds: number): string {
    return `${this.name(what)}=${value}; Max-Age=${Math.max(0, Math.floor(seconds))}; ${this.#attributes()}; HttpOnly`;
  }

  /** Takes one away. */
  clear(what: 'token' | 'flow' | 'out'): string {
    return this.set(what, '', 0);
  }

  /** One that scripts read and write. */
  setMark(value: string): string {
    return `${this.mark}=${value}; Max-Age=34560000; ${this.#attributes()}`;
  }

  #attributes(): string {
    return `Path=/; SameSite=Lax${this.#secure ? '; Secure' : ''}`;
  }
}
