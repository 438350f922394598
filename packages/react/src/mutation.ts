import type { Request } from './transport.js';
import type { Session } from './types.gen.js';

/** A request whose answer is the new session. */
export interface Mutation extends Request {
  readonly body: object;

  /**
   * Whether `now` shows that it was done: asked when the answer was lost and the session has been read instead. Without it no
   * session shows that, and a lost answer is an error.
   */
  readonly isDone?: (now: Session, before: Session) => boolean;

  /** Does it in another way than by sending this and taking the answer, and says what the session is afterwards. */
  readonly send?: (request: Request) => Promise<unknown>;

  /** Runs before the new session is shown: for what nobody must see it without. */
  readonly follow?: (session: Session) => Promise<unknown>;
}
