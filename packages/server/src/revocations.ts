import type { Clock } from './clock.js';
import type { ServerEvent } from './events.js';

/**
 * What a backend does while it cannot hear who signs out. `lifetime`: tokens live out their own time, which is a minute
 * unless the deployment says otherwise. `closedAfterSeconds`: every token is refused with 503 after this long, and before
 * the stream was heard for the first time; at least five, because the server shows every two that the stream lives.
 */
export type WhenCut = 'lifetime' | { readonly closedAfterSeconds: number };

/** The longest that a revocation is kept, in milliseconds: a day. */
const LONGEST = 24 * 60 * 60_000;
const SHORTEST = 65_000;

/** The stream said something that nobody understands. */
export class Misunderstood extends Error {
  override readonly name = 'Misunderstood';
}

interface Told {
  readonly window: number | undefined;
  readonly revocations: readonly { readonly signInId: string; readonly notBeforeRev: number }[];
}

/** What is known of who has signed out: of each sign-in, the revision before which tokens are refused. */
export class Revocations {
  readonly #clock: Clock;
  readonly #whenCut: WhenCut;

  /** In the order in which they were last heard. */
  readonly #known = new Map<string, { readonly notBeforeRev: number; readonly heardAt: number }>();
  #window = SHORTEST;
  #heardAt: number | undefined;

  constructor(whenCut: WhenCut, clock: Clock) {
    this.#whenCut = whenCut;
    this.#clock = clock;
  }

  /** Why a token of a sign-in is refused that was minted at revision `rev`, if it is. */
  judge(signInId: string, rev: number): 'token_revoked' | 'revocations_unavailable' | undefined {
    if (this.#whenCut !== 'lifetime') {
      const silent = this.silent();
      if (silent === undefined || silent > this.#whenCut.closedAfterSeconds * 1000) return 'revocations_unavailable';
    }
    const notBeforeRev = this.#known.get(signInId)?.notBeforeRev;
    return notBeforeRev !== undefined && rev < notBeforeRev ? 'token_revoked' : undefined;
  }

  /** Milliseconds for which nothing was heard; `undefined` if nothing ever was. */
  silent(): number | undefined {
    return this.#heardAt === undefined ? undefined : this.#clock.passed() - this.#heardAt;
  }

  /** The server showed that the stream lives. */
  heard(): void {
    this.#heardAt = this.#clock.passed();
  }

  /** Takes in one event. Nothing that was heard is ever taken back. */
  take(event: ServerEvent): void {
    // A newer server may tell more.
    if (event.name !== 'snapshot' && event.name !== 'revoked') return;
    const { window, revocations } = readTold(event.data);
    if (window !== undefined) this.#window = Math.min(Math.max(window, SHORTEST), LONGEST);
    const heardAt = this.#clock.passed();
    this.#forget(heardAt);
    for (const { signInId, notBeforeRev } of revocations) {
      const before = this.#known.get(signInId)?.notBeforeRev ?? 0;
      this.#known.delete(signInId);
      this.#known.set(signInId, { notBeforeRev: Math.max(before, notBeforeRev), heardAt });
    }
  }

  /** Forgets what no living token can be about. */
  #forget(now: number): void {
    for (const [signInId, { heardAt }] of this.#known) {
      if (now - heardAt <= this.#window) return;
      this.#known.delete(signInId);
    }
  }

  /** @internal For tests. */
  entries(): Record<string, number> {
    return Object.fromEntries([...this.#known].map(([signInId, { notBeforeRev }]) => [signInId, notBeforeRev]));
  }
}

function readTold(data: string): Told {
  try {
    const { window_ms: window, revocations } = JSON.parse(data) as Record<string, unknown>;
    if (!Array.isArray(revocations) || (window !== undefined && !Number.isSafeInteger(window))) throw new Misunderstood(data);
    return { window: window as number | undefined, revocations: revocations.map(readOne) };
  } catch (error) {
    throw error instanceof Misunderstood ? error : new Misunderstood('this is no JSON', { cause: error });
  }
}

function readOne(one: unknown): Told['revocations'][number] {
  const { signin_id: signInId, not_before_rev: notBeforeRev } = one as Record<string, unknown>;
  if (typeof signInId !== 'string' || !Number.isSafeInteger(notBeforeRev)) throw new Misunderstood('another form');
  return { signInId, notBeforeRev: notBeforeRev as number };
}
