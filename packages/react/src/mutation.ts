import type { Request } from './transport.js';
import type { Session } from './types.gen.js';

/** A request whose answer is the new session. */
export interface Mutation extends Request {
  readonly body: object;

  /** Whether `now` shows that it was done: asked when the answer was lost and the session has been read instead. */
  readonly isDone: (now: Session, before: Session) => boolean;

  /** Runs before the new session is shown: for what nobody must see it without. */
  readonly follow?: (session: Session) => Promise<unknown>;
}
