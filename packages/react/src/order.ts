/**
 * Which answer wins. Answers overtake each other on the way, and tabs tell each other what they did; this is the
 * only place that decides what is shown afterwards.
 */
import type { Session } from './types.gen.js';

/** How far somebody says that a session has come. */
export interface Told {
  readonly id: string;
  readonly revision: number;
}

/** The session that is shown. */
export interface Held {
  readonly session: Session;

  /** Number of the latest request that vouches for this session's id. Requests are numbered as they are sent. */
  readonly sent: number;
}

/** A session that arrived. */
export interface Arrived extends Held {
  /** A broadcast is the answer to another tab's mutation; no request of this tab vouches for it, `sent` is 0. */
  readonly from: 'read' | 'mutation' | 'broadcast';
}

/**
 * What is shown after `next` has arrived.
 *
 * Within one session the revision decides. At an equal one a read changes nothing: its rack of keys may be older and
 * open less than what a mutation's answer showed. Between two sessions the request that was sent later decides.
 */
export function settle(held: Held | undefined, { session: next, sent, from }: Arrived): Held {
  if (!held) return { session: next, sent };
  const { session: shown } = held;
  const ahead = next.revision - shown.revision;
  const wins = next.id === shown.id ? ahead > 0 || (!ahead && from !== 'read') : sent > held.sent;
  return {
    // The very same object, while nothing in it has changed.
    session: wins && JSON.stringify(next) !== JSON.stringify(shown) ? next : shown,
    sent: Math.max(held.sent, sent),
  };
}

/** What a rack opens of a session: at one revision all else follows from it. */
export function opens({ signins, signin_attempts, signup_attempts }: Session): string {
  return [...signins, ...signin_attempts, ...signup_attempts].map(({ id }) => id).join();
}
