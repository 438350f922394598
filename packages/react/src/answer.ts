/** What follows the beginning of an attempt: its steps, and those that something else has left. Loaded when one comes. */
import { type Attempt, type AttemptKind, attemptsOf, type CodeStrategy, nameOf, type Preparation } from './attempts.js';
import { challenged } from './challenge.js';
import type { Client } from './client.js';
import type { KeyrackError } from './error.js';
import type { Session, SigninAttempt, VerificationPrepared } from './types.gen.js';

/** By what each step's code, or link, comes. Steps that are not here need none, or a choice first. */
const CODES: Readonly<Record<string, CodeStrategy>> = {
  verify_email: 'email_otp',
  verify_email_otp: 'email_otp',
  verify_email_link: 'magic_link',
  verify_phone: 'phone_otp',
  verify_phone_otp: 'phone_otp',
};

/** The strategy that brings the code of a step; undefined where none is sent without being asked for. */
function codeOf(step: string): CodeStrategy | undefined {
  return CODES[step];
}

/** Has a code or a link sent for the step that an attempt is at. */
export async function prepareStep(
  client: Client,
  kind: AttemptKind,
  attempt: Attempt,
  { strategy = codeOf(attempt.current_step), ...more }: Preparation = {},
): Promise<VerificationPrepared> {
  const body = { attempt_identifier: attempt.id, identifier_type: kind, strategy, ...more };
  const step = nameOf(attempt);
  try {
    const prepared = (await client.send({ path: '/auth/prepare-verification', body })) as VerificationPrepared;
    if (client.unsent?.step === step) client.unsent = undefined;
    return prepared;
  } catch (error) {
    // Only of a code that comes by itself, or was to, is it said that it is on its way.
    if (codeOf(attempt.current_step)) client.unsent = { step, error: error as KeyrackError };
    throw error;
  } finally {
    client.changed(false);
  }
}

/** The same for a step whose code is sent without being asked for; nothing for others. */
export async function prepareDue(client: Client, kind: AttemptKind, attempt: Attempt, preparation?: Preparation): Promise<void> {
  if (codeOf(attempt.current_step)) await prepareStep(client, kind, attempt, preparation);
}

/** Has the code of the step sent that something else has left a sign-in at: why it could not be, the step says. */
export async function prepareLeft(client: Client, attempt: SigninAttempt | undefined): Promise<void> {
  if (attempt && !attempt.completed) await prepareDue(client, 'signin', attempt).catch(() => undefined);
}

/** Answers the question of a step, and has the code of the next one sent. True when the attempt is completed by that. */
export async function answer(client: Client, kind: AttemptKind, attempt: Attempt, path: string, body: object): Promise<boolean> {
  const now = (session: Session): Attempt | undefined => attemptsOf(session, kind).find(({ id }) => id === attempt.id);
  let isCompleted = false;
  await client.mutate({
    path,
    body,
    // A password that is typed in an attempt costs the same work as one that begins it.
    send: (request) => challenged(client, request),
    isDone: (session) => {
      const then = now(session);
      return !!then && (then.completed || then.current_step !== attempt.current_step);
    },
    follow: async (session) => {
      const then = now(session);
      isCompleted = !!then?.completed;
      const isNext = then && !isCompleted && then.current_step !== attempt.current_step;
      if (isNext) await prepareDue(client, kind, then);
    },
  });
  return isCompleted;
}
