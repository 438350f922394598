import { actsFor } from './belongs.js';
import { clientError, isLost, type KeyrackError, timedOut } from './error.js';
import type { SignIn, Token } from './types.gen.js';

/** Share of a token's life, and the most of it in milliseconds, that is left when a new one is fetched. */
const EARLY_SHARE = 0.2;
const EARLY_MAX_MS = 10_000;

/** How often a token is asked for before an account that keeps changing ends it. */
const TRIES = 3;

/** Where tokens come from. */
export interface TokenSource {
  /** The sign-in that is shown as active. */
  readonly active: () => SignIn | null;

  /** A token for `signIn`, or undefined when the server turned out to act for another one. */
  readonly fetch: (signIn: SignIn, template: string) => Promise<Token | undefined>;
}

interface Kept {
  readonly token: string;

  /** How long it lives, in milliseconds since it was asked for: it was not made earlier than that. */
  readonly life: number;
  readonly age: () => number;
}

/** The tokens of one provider, by sign-in, scope and template. */
export class Tokens {
  readonly #source: TokenSource;

  /** Both are replaced when they are emptied: so a request can tell whether what it brings is still wanted. */
  #kept = new Map<string, Kept>();
  #underWay = new Map<string, Promise<string | undefined>>();

  constructor(source: TokenSource) {
    this.#source = source;
  }

  /** Drops everything, and whatever the requests under way will bring. */
  clear(): void {
    this.#kept = new Map();
    this.#underWay = new Map();
  }

  /** A token for the active sign-in, and never one for a sign-in that was active when it was asked for. */
  async get(template: string): Promise<string> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const signIn = this.#source.active();
      if (!signIn && tries === 0) throw clientError('no_session', 'Nobody is signed in.');
      if (!signIn) break;
      const kept = this.#kept;
      try {
        const token = await this.#read(signIn, template);
        if (token !== undefined && kept === this.#kept) return token;
      } catch (error) {
        if (kept === this.#kept) throw error;
      }
    }
    throw clientError('session_changed', 'The account changed. Try again.');
  }

  /** Kept or fetched; callers at the same time share one request, and a failure is not kept. */
  #read(signIn: SignIn, template: string): Promise<string | undefined> {
    // Ids have no comma, and the template comes last.
    const key = `${actsFor({ active_signin: signIn })},${template}`;
    const kept = this.#kept.get(key);
    if (kept && kept.age() < kept.life - Math.min(EARLY_MAX_MS, kept.life * EARLY_SHARE)) {
      return Promise.resolve(kept.token);
    }
    const underWay = this.#underWay;
    const request =
      underWay.get(key) ??
      this.#renew(key, () => this.#source.fetch(signIn, template)).finally(() => underWay.delete(key));
    underWay.set(key, request);
    return request;
  }

  /** Fetched; or what is kept, when it still lives and nothing was heard of the new one. */
  async #renew(key: string, fetchToken: () => Promise<Token | undefined>): Promise<string | undefined> {
    const kept = this.#kept;
    const age = stopwatch();
    try {
      const fetched = await fetchToken();
      if (!fetched) return undefined;
      const { token, lifetime_ms: life } = fetched;
      kept.set(key, { token, life, age });
      if (age() < life) return token;
      throw timedOut();
    } catch (error) {
      const token = saysNothing(error as KeyrackError) && alive(kept.get(key));
      if (!token) throw error;
      return token;
    }
  }
}

/** The token, unless it may have expired. */
function alive(kept: Kept | undefined): string | undefined {
  return kept && kept.age() < kept.life ? kept.token : undefined;
}

/** Whether the server has not decided anything: it was not reached, it is in trouble, or it is too busy. */
function saysNothing(error: KeyrackError): boolean {
  return isLost(error) || error.status === 429;
}

/**
 * Milliseconds since it was called. The monotonic clock, which no setting of the local one disturbs, stands still
 * while some machines sleep; the local clock goes on. The one that says more is never too young, and one request too
 * many is all that a clock costs which is set forward meanwhile.
 */
function stopwatch(): () => number {
  const [ticks, time] = [performance.now(), Date.now()];
  return () => Math.max(performance.now() - ticks, Date.now() - time);
}
