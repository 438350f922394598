/** One session's stream: opened again and again, until it is no longer wanted. */
import type { Shown } from './events.js';
import { type Frame, Frames } from './frames.js';
import { Notices } from './notices.js';
import type { Told as ToldSession } from './order.js';
import type { Told } from './shelf.js';
import type { SessionEvent } from './types.gen.js';

/** The server writes something every 15 seconds: silent for longer than twice that, a stream is dead. */
const SILENT_MS = 35_000;

/** Pause before the next connection unless the server names one, and the bounds of all pauses. */
const RETRY_MS = 1_000;
const SHORTEST_MS = 100;
const LONGEST_MS = 60_000;

/** A connection that held for so long is none of a row of failures; those that the server ends are no oftener opened. */
const STEADY_MS = 5_000;

/** What an inbox told of: what stands in it, and the memberships that roles were given in or taken from. */
const INBOX: Told = { beside: ['/notifications', '/me/'] };

/** As many failures in a row as it counts for when there is said to be nothing to follow: half a minute, then a minute. */
const NOTHING_FAILURES = 5;

export class Stream {
  readonly #shown: Shown;
  readonly #id: string;
  readonly #end = new AbortController();
  readonly #notices: Notices;

  /** Aborted to end what is under way, a connection or the pause before the next one. */
  #step = new AbortController();

  /** The next connection does not wait. */
  #isHurried = false;
  #failures = 0;
  #retry = RETRY_MS;

  /** What the server asks for beside, when it takes no more streams, in milliseconds. */
  #retryAfter = 0;

  /** When something was heard, by the clock that goes on while the machine sleeps; 0 while there is no connection. */
  #heardAt = 0;
  #openedAt = Infinity;

  /** The server began this connection as Keyrack does, and has ended it without an error. */
  #isOrderly = false;
  #isBegun = false;
  #silence: ReturnType<typeof setTimeout> | undefined;

  /** The revision of the last event. */
  #last: number | undefined;
  #isOver = false;

  /** Begins at once. */
  constructor(shown: Shown, id: string) {
    this.#shown = shown;
    this.#id = id;
    this.#notices = new Notices(shown, this.#end.signal);
    void this.#run();
  }

  /** Closes it for good. */
  end(): void {
    this.#isOver = true;
    this.#end.abort();
    this.#step.abort();
  }

  /** Connects anew, at once. */
  hurry(): void {
    this.#isHurried = true;
    this.#failures = 0;
    this.#step.abort();
  }

  /** The same, unless it is well. */
  look(): void {
    if (Date.now() - this.#heardAt > SILENT_MS) this.hurry();
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      this.#openedAt = Infinity;
      this.#isHurried = this.#isBegun = this.#isOrderly = false;
      await this.#do((signal) => this.#connect(signal));
      clearTimeout(this.#silence);
      this.#heardAt = 0;
      const held = Date.now() - this.#openedAt;
      if (this.#isOrderly || held > STEADY_MS) this.#failures = 0;
      const least = this.#isOrderly ? STEADY_MS - held : 0;
      if (!this.#isOver && !this.#isHurried) await this.#do((signal) => pause(this.#pause(least), signal));
    }
  }

  async #do(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const step = (this.#step = new AbortController());
    // Whatever went wrong, the next connection shows whether it still does.
    await work(step.signal).catch(() => undefined);
    step.abort();
  }

  /** Doubled with every failure in a row; of many browsers that lost a server no two come back together. */
  #pause(least: number): number {
    const wanted = Math.max(this.#retry * 2 ** this.#failures, least);
    const pause = Math.min(wanted, LONGEST_MS) * (0.5 + Math.random());
    this.#failures += 1;
    return pause + this.#retryAfter;
  }

  async #connect(signal: AbortSignal): Promise<void> {
    this.#hear();
    const query = this.#last === undefined ? '' : `?last_event_id=${this.#last}`;
    const answer = await this.#shown.sender.open?.({ path: `/session/events${query}` }, signal);
    if (!answer) return;
    const { status, headers, body } = answer;
    this.#retryAfter = Math.min(Number(headers.get('Retry-After')) * 1_000 || 0, LONGEST_MS);
    if (status === 204) return this.#finish({ id: this.#id, revision: Infinity });
    // Whatever else it is, it says nothing about the session.
    if (status !== 200 || !body || !headers.get('Content-Type')?.startsWith('text/event-stream')) return;
    this.#openedAt = Date.now();
    const frames = new Frames({ onFrame: (frame) => this.#take(frame), onRetry: (ms) => this.#begin(ms) });
    const reader = body.getReader();
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      this.#hear();
      frames.feed(value as Uint8Array);
      if (this.#isOver) return;
    }
    this.#isOrderly = this.#isBegun;
  }

  #hear(): void {
    this.#heardAt = Date.now();
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#step.abort(), SILENT_MS);
  }

  /** Keyrack's streams begin with the pause that it asks for. */
  #begin(ms: number): void {
    this.#isBegun = true;
    this.#retry = Math.max(SHORTEST_MS, Math.min(ms, LONGEST_MS));
  }

  #take({ event, data }: Frame): void {
    // Whoever shows such things hears of it, in this tab too.
    if (event === 'notification') this.#shown.presence.tell(INBOX);
    if (event !== 'session' && event !== 'end') return;
    const { session_id: id, revision } = JSON.parse(data) as Partial<SessionEvent>;
    if (typeof id !== 'string' || !Number.isSafeInteger(revision)) throw new Error('not Keyrack’s');
    // There is no later revision of an ended session, and it may be shown already as far as it went.
    if (event === 'end') this.#finish({ id, revision: Infinity });
    this.#last = revision as number;
    void this.#notices.take({ id, revision: revision as number });
  }

  /**
   * There is nothing to follow, it is said. When that is so the read shows another session, or none, and this stream is
   * ended. When it is not (a proxy's answer, a mistake) the session stays, and is followed again after a long pause.
   */
  #finish(told: ToldSession): never {
    this.#failures = Math.max(this.#failures, NOTHING_FAILURES);
    this.#openedAt = Infinity;
    void this.#notices.take(told);
    throw new Error('nothing to follow');
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
