import { clientError } from './error.js';

interface Job {
  readonly isSignOut: boolean;
  readonly start: () => Promise<void>;
  readonly drop: () => void;
}

/** Runs mutations one after another, in the order called; a sign-out drops what still waits. */
export class Queue {
  #waiting: Job[] = [];
  #drained: Promise<void> | undefined;

  /** Resolves when nothing runs and nothing waits; undefined when that is so already. */
  get busy(): Promise<void> | undefined {
    return this.#drained;
  }

  /**
   * Runs `mutation` in its turn and settles as it does.
   *
   * A sign-out makes whatever waits pointless, other sign-outs excepted: it rejects with `session_changed`.
   */
  add(mutation: () => Promise<void>, isSignOut = false): Promise<void> {
    if (isSignOut) this.#waiting = this.#waiting.filter((job) => job.isSignOut || job.drop());
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        isSignOut,
        start: () => mutation().then(resolve, reject),
        drop: () => reject(clientError('session_changed', 'The account changed. Try again.')),
      });
      this.#drained ??= this.#drain();
    });
  }

  async #drain(): Promise<void> {
    for (let job = this.#waiting.shift(); job; job = this.#waiting.shift()) await job.start();
    this.#drained = undefined;
  }
}
