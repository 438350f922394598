import { Events } from './events.js';
import { reason } from './keys.js';
import { Misunderstood, type Revocations } from './revocations.js';

/** A connection on which nothing is said for so long, in milliseconds, is lost: the server says something every two seconds. */
const SILENCE = 6_000;

/** How long to wait before another try, in milliseconds, after the first failure and after many. */
const FIRST_PAUSE = 250;
const LAST_PAUSE = 5_000;

/** The same when the server says that the key is none, or may not: nothing but an operator helps. */
const REFUSED_PAUSE = 30_000;

class Refused extends Error {
  override readonly name = 'Refused';
}

/** Where the stream is. */
export interface Wire {
  readonly url: string;
  readonly apiKey: string;
}

/** Follows the stream of revocations until it is closed. */
export class Follower {
  readonly #wire: Wire;
  readonly #revocations: Revocations;
  readonly #closed = new AbortController();

  /** The id of the last event, where the next stream goes on. */
  #last: string | undefined;

  /** Whether the present connection has brought an event. */
  #heard = false;

  constructor(wire: Wire, revocations: Revocations) {
    this.#wire = wire;
    this.#revocations = revocations;
    void this.#run();
  }

  close(): void {
    this.#closed.abort();
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#closed.signal.aborted; ) {
      this.#heard = false;
      const pause = await this.#one().then(
        // The server ends streams now and then.
        () => FIRST_PAUSE,
        (error: unknown) => this.#pauseAfter(error, failures),
      );
      failures = this.#heard ? 0 : failures + 1;
      await this.#wait(pause);
    }
  }

  #pauseAfter(error: unknown, failures: number): number {
    if (this.#closed.signal.aborted) return 0;
    // Whatever was meant, a snapshot says it in full.
    if (error instanceof Misunderstood) this.#last = undefined;
    console.warn(`keyrack: revocations are not heard from ${this.#wire.url}:`, reason(error));
    if (error instanceof Refused) return REFUSED_PAUSE;
    return Math.min(FIRST_PAUSE * 2 ** Math.min(failures, 8), LAST_PAUSE);
  }

  async #one(): Promise<void> {
    const silence = new AbortController();
    const signal = AbortSignal.any([this.#closed.signal, silence.signal]);
    const lost = (): void => silence.abort(new Error('the stream fell silent'));
    let timer = setTimeout(lost, SILENCE);
    try {
      const headers = { accept: 'text/event-stream', authorization: `Bearer ${this.#wire.apiKey}` };
      const last = this.#last === undefined ? {} : { 'last-event-id': this.#last };
      const answer = await fetch(this.#wire.url, { headers: { ...headers, ...last }, redirect: 'error', signal });
      if (answer.status === 401) throw new Refused('status 401: the API key is of another deployment, was revoked or has expired');
      if (answer.status === 403) throw new Refused('status 403: the API key needs the scope revocations:read');
      if (!answer.ok || !answer.body) throw new Error(`status ${answer.status}`);
      const [events, decoder] = [new Events(), new TextDecoder()];
      for await (const chunk of answer.body) {
        clearTimeout(timer);
        timer = setTimeout(lost, SILENCE);
        for (const event of events.take(decoder.decode(chunk, { stream: true }))) {
          this.#revocations.take(event);
          this.#last = event.id ?? this.#last;
          this.#heard = true;
        }
        // Nothing counts as heard before the first event, which says what has happened until then.
        if (this.#heard) this.#revocations.heard();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#closed.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      // What waits to try again keeps no program from ending.
      timer.unref?.();
      this.#closed.signal.addEventListener('abort', done);
      if (this.#closed.signal.aborted) done();
    });
  }
}
