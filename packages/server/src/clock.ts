/** Tells the time. Tests bring their own. */
export interface Clock {
  /** Unix milliseconds, which `exp`, `nbf` and `iat` are compared with. */
  readonly now: () => number;

  /** Milliseconds that have passed since some moment, whatever people do to the machine's clock. */
  readonly passed: () => number;
}

/** The machine's. */
export const MACHINE: Clock = { now: () => Date.now(), passed: () => performance.now() };
