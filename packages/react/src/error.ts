import type { ErrorEntry } from './types.gen.js';

/**
 * Codes that the client itself gives, with status 0. Every other code is the server's.
 *
 * - `network`: nothing arrived, or something that Keyrack did not write (a captive portal).
 * - `timeout`: no complete answer within 15 seconds, or a token that may have expired when it arrived.
 * - `no_session`: a token was asked for, and nobody is signed in.
 * - `session_changed`: what was asked for no longer applies, because the session changed meanwhile.
 * - `wrong_key`: the server runs in the other mode than the publishable key is for, so what was done is lost.
 * - `not_enabled`: this version of Keyrack does not offer it.
 * - `passkey_cancelled`, `passkey_unavailable`, `passkey_exists`: the browser has asked for a passkey, and nobody chose
 *   one; it has none, or not for this page; it has one of this account already.
 * - `challenge_unsolved`: the proof of work that the deployment asks for was not accepted.
 */
export type ClientErrorCode =
  | 'network'
  | 'timeout'
  | 'no_session'
  | 'session_changed'
  | 'wrong_key'
  | 'not_enabled'
  | 'passkey_cancelled'
  | 'passkey_unavailable'
  | 'passkey_exists'
  | 'challenge_unsolved';

/** What every method of this package rejects with. */
export class KeyrackError extends Error {
  override readonly name = 'KeyrackError';

  /**
   * Stable, for programs: a {@link ClientErrorCode}, or the code of the server's first refusal, `unknown` when it
   * names none.
   */
  declare readonly code: string;

  /** The HTTP status, or 0 when the error arose in the client. */
  declare readonly status: number;

  /** Every refusal that the server gave; a form with several bad fields gets several. */
  declare readonly errors: readonly ErrorEntry[];

  /** Seconds after which a new try makes sense, where the server said so (429, 503). */
  declare readonly retryAfter: number | undefined;

  constructor(
    code: string,
    message: string,
    status = 0,
    errors: readonly ErrorEntry[] = [{ code, message }],
    retryAfter?: number,
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.errors = errors;
    this.retryAfter = retryAfter;
  }
}

/** An error with one of the client's own codes. */
export function clientError(code: ClientErrorCode, message: string): KeyrackError {
  return new KeyrackError(code, message);
}

/** Whether the answer was lost, so that nobody here knows if the server did what was asked. */
export function isLost({ code, status }: KeyrackError): boolean {
  return ['network', 'timeout'].includes(code) || status >= 500;
}

/** What arrived was nothing, or not Keyrack's. */
export function notKeyrack(): KeyrackError {
  return clientError('network', 'The server could not be reached. Try again.');
}

/** A file of this package's own did not come: the network is gone, or a new version has replaced it. */
export function notLoaded(): never {
  throw notKeyrack();
}

/** No complete answer came in the time that somebody waits for one. */
export function timedOut(): KeyrackError {
  return clientError('timeout', 'The server could not be reached in time. Try again.');
}
