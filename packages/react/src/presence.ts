/**
 * The page among the other tabs: hears what they did, tells them what it did, and notices when somebody comes back
 * to it. While it is left, in the back-forward cache, it neither listens nor shows an account.
 */
import { cover, watchPage } from './page.js';

/** After a stop of this many milliseconds a change may have been missed; React's StrictMode takes less. */
const MISSED_MS = 1_000;

/** What it tells its client. */
export interface PresenceEvents {
  /** Another tab sent this. */
  readonly onMessage: (data: unknown) => void;

  /** From now on nobody tells it anything. */
  readonly onDeaf: () => void;

  /** What is shown may have been overtaken. */
  readonly onReturn: () => void;

  /** The page is visible again. */
  readonly onVisible: () => void;

  /** The page is back from the back-forward cache; it stays covered until this settles. */
  readonly onBack: () => Promise<void>;

  /** Whether accounts are shown, so that they must be covered. */
  readonly showsAccounts: () => boolean;
}

/** One provider's page. */
export class Presence {
  /** What it has in common with the other tabs. */
  declare readonly name: string;

  readonly #events: PresenceEvents;
  #channel: BroadcastChannel | undefined;
  #unwatch: (() => void) | undefined;
  #uncover: (() => void) | undefined;

  /** By the local clock, which goes on while the machine sleeps. */
  #stoppedAt = Infinity;

  constructor(name: string, events: PresenceEvents) {
    this.name = name;
    this.#events = events;
  }

  /** Whether it is among them: it has begun, and is not in the back-forward cache. */
  get isOn(): boolean {
    return !!this.#channel;
  }

  /** Begins; undone by {@link stop}. Harmless when called again. */
  start(): void {
    if (this.#unwatch) return;
    this.#listen();
    this.#unwatch = watchPage({ ...this.#events, onLeave: () => this.#leave(), onBack: () => this.#back() });
    if (Date.now() - this.#stoppedAt > MISSED_MS) this.#events.onReturn();
  }

  stop(): void {
    this.#stoppedAt = Date.now();
    this.#deafen();
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#reveal();
  }

  /** Sends it to every other tab. */
  tell(data: unknown): void {
    this.#channel?.postMessage(data);
  }

  #listen(): void {
    // Where there is none, as in old browsers, the other tabs are seen by the next refresh.
    if (typeof BroadcastChannel === 'undefined') return;
    this.#channel = new BroadcastChannel(this.name);
    this.#channel.onmessage = ({ data }) => this.#events.onMessage(data);
  }

  #deafen(): void {
    this.#channel?.close();
    this.#channel = undefined;
    this.#events.onDeaf();
  }

  /** Browsers do not keep a page with an open channel. What they keep they show again as it is. */
  #leave(): void {
    this.#deafen();
    if (this.#events.showsAccounts()) this.#uncover ??= cover();
  }

  async #back(): Promise<void> {
    this.#listen();
    await this.#events.onBack();
    this.#reveal();
  }

  #reveal(): void {
    this.#uncover?.();
    this.#uncover = undefined;
  }
}
