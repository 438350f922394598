/** Changes of what is read beside the session. They take their turns among the mutations of the session. */
import type { Client } from './client.js';
import { clientError, isLost, type KeyrackError } from './error.js';
import { inNameOf } from './reading.js';
import { type Bound, ownerOf, shelfOf } from './shelf.js';
import type { Session } from './types.gen.js';

/** One change. */
export interface Act {
  readonly path: string;

  /**
   * In whose name: of the account, as long as it acts where it does where that is said, whichever account another tab has
   * made the active one meanwhile. Of nobody for what makes the account act elsewhere: that is the session's.
   */
  readonly bound?: Bound;

  /** Made when its turn has come, where that takes time. */
  readonly body?: object | (() => Promise<object>);

  /** What is read again afterwards, done or not: everything whose path begins so. */
  readonly reloads: readonly string[];

  /** Set when the session may be another one afterwards: it is read, and whether it shows the change is asked here. */
  readonly changes?: (now: Session, before: Session) => boolean;

  /** Whether the answer is seen nowhere else: where it is lost, nothing else counts as done. */
  readonly needsAnswer?: boolean;
}

/**
 * Carries it out for the account that is shown now, and resolves with the answer when the hooks show what came of it;
 * with undefined when the answer was lost and the session shows that it was done.
 *
 * @throws KeyrackError `no_session` when nobody is signed in, `session_changed` when another account is active by its
 * turn, otherwise what kept it from being done.
 */
export async function act<T>(client: Client, { path, bound = 'account', body = {}, reloads, changes, needsAnswer = false }: Act): Promise<T | undefined> {
  const session = (): Session | undefined => client.view().session;
  const owner = ownerOf(session(), 'account');
  if (!owner) throw clientError('no_session', 'Nobody is signed in.');
  const shelf = shelfOf(client);
  let answer: T | undefined;
  let doneAt: number | undefined;
  const send = async (): Promise<Session> => {
    const made: object = body instanceof Function ? await (body() as Promise<object>) : body;
    if (ownerOf(session(), 'account') !== owner) throw changed();
    const named = bound === 'nobody' ? path : inNameOf(client, path, bound);
    answer = (await client.send({ path: named, body: made })) as T;
    doneAt = shelf.moment();
    return (changes ? await client.send({ path: '/session' }) : client.session()) as Session;
  };
  try {
    await client.mutate({ path, body: {}, send, isDone: (now, before) => !!doneAt || (!needsAnswer && !!changes?.(now, before)) });
  } catch (error) {
    // The answer is there, and only what the session has become of it was lost, which is read again before long.
    if (needsAnswer && doneAt && isLost(error as KeyrackError)) return answer;
    // What is wrong with what was typed in changes nothing.
    if ((error as KeyrackError).status !== 400) void shelf.reload(reloads, shelf.moment());
    throw error;
  }
  shelf.tell(reloads);
  await shelf.reload(reloads, doneAt ?? shelf.moment());
  return answer;
}

/** It was meant for an account that is not the active one any more. */
function changed(): KeyrackError {
  return clientError('session_changed', 'The account changed. Try again.');
}

/** Whether the same account acts elsewhere than it did: what making, leaving or deleting a place brings with it. */
export function standsElsewhere(now: Session, before: Session): boolean {
  return (
    ownerOf(now, 'account') === ownerOf(before, 'account') && ownerOf(now, 'scope') !== ownerOf(before, 'scope')
  );
}
