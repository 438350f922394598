/**
 * What is pushed: one stream of a browser says that its session has come to another revision. The tab that leads holds
 * it, reads the session and tells the others, who read only when it could not. Loaded once there is a session to follow
 * (docs/adr/0006).
 */
import { stand } from './lead.js';
import type { Told } from './order.js';
import type { Presence } from './presence.js';
import { Stream } from './stream.js';
import type { Sender } from './transport.js';
import type { Session } from './types.gen.js';

/** How long a page that is about to be left steps aside. */
const STEP_MS = 1_000;

/** The page that a session is shown on. */
export interface Shown {
  readonly sender: Sender;
  readonly presence: Presence;

  /**
   * Reads the session when no mutation is under way any more, unless it has come that far by then or `end` is aborted.
   * False when the read failed.
   */
  readonly read: (told: Told, end: AbortSignal) => Promise<boolean>;
  readonly session: () => Session;
}

/** One page's part in it. */
export class Events {
  readonly #shown: Shown;

  /** The session that is followed; empty while none is. */
  #id = '';

  /** Aborted when this page no longer stands for the lead. */
  #standing: AbortController | undefined;
  #leads = false;
  #stream: Stream | undefined;

  constructor(shown: Shown) {
    this.#shown = shown;
  }

  /** From now on it is this session; none for the empty id. */
  follow(id: string): void {
    if (id === this.#id) return;
    this.#id = id;
    if (!id) this.#leave();
    else if (this.#standing) this.#restart();
    else this.#enter();
  }

  #enter(): void {
    this.#standing = new AbortController();
    const { signal } = this.#standing;
    addEventListener('online', () => this.#stream?.hurry(), { signal });
    // Timers stand still while a machine sleeps: nobody may have noticed that nothing comes any more.
    document.addEventListener('visibilitychange', () => document.hidden || this.#stream?.look(), { signal });
    // Firefox decides before `pagehide` whether it keeps a page: none that waits for a lock, and never one with a stream.
    addEventListener('beforeunload', () => this.#leads || this.#stepAside(), { signal });
    const turn = (leads: boolean) => () => {
      this.#leads = leads;
      this.#restart();
    };
    stand(`${this.#shown.presence.name}:events`, { onLead: turn(true), onLost: turn(false) }, signal);
  }

  #leave(): void {
    this.#leads = false;
    this.#restart();
    this.#standing?.abort();
    this.#standing = undefined;
  }

  /** Steps aside, and comes back if the page was not left after all: for a download, say. */
  #stepAside(): void {
    this.#leave();
    setTimeout(() => this.#id && !this.#standing && this.#enter(), STEP_MS);
  }

  #restart(): void {
    this.#stream?.end();
    this.#stream = this.#leads ? new Stream(this.#shown, this.#id) : undefined;
  }
}
