/** What becomes of a notice: the session is read once, and the other tabs are told what came of it. */
import type { Shown } from './events.js';
import type { Told } from './order.js';

/** How long a notice waits: of a change made in another tab that tab tells more, by its mutation's answer. */
const OWN_MS = 100;

export class Notices {
  readonly #shown: Shown;
  readonly #end: AbortSignal;
  #latest: Told | undefined;
  #isBusy = false;

  /** When `end` is aborted nothing is read any more. */
  constructor(shown: Shown, end: AbortSignal) {
    this.#shown = shown;
    this.#end = end;
  }

  /** Of those that come while one is dealt with only the latest matters. Never rejects. */
  async take(told: Told): Promise<void> {
    this.#latest = told;
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (this.#latest) await this.#deal();
    this.#isBusy = false;
  }

  async #deal(): Promise<void> {
    // Timers of a hidden page may wait for a second, which is as long as all of it may take.
    if (!document.hidden) await new Promise((resolve) => setTimeout(resolve, OWN_MS));
    const told = this.#latest as Told;
    this.#latest = undefined;
    // Another session is shown by now, and whoever made that so has told of it.
    if (this.#end.aborted) return;
    const isKnown = await this.#shown.read(told, this.#end);
    // Also when this tab had it already: the others may not.
    this.#shown.presence.tell({ read: isKnown ? this.#shown.session() : told });
  }
}
