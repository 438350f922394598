/** What the flows of signing in and up have in common: which attempt is meant, its codes, and what was typed in. */
import type { Client } from './client.js';
import { challenged } from './challenge.js';
import { clientError, type KeyrackError } from './error.js';
import type { Session, SigninAttempt, SignupAttempt, VerificationPrepared } from './types.gen.js';

/** The two lists of a session. */
export type AttemptKind = 'signin' | 'signup';

type Attempt = SigninAttempt | SignupAttempt;

/** What a code comes by. */
export type CodeStrategy = 'email_otp' | 'magic_link' | 'phone_otp';

/** What a step can be prepared for beside that: what answers it is set up, or asked for, in the browser. */
export type SetUpStrategy = 'authenticator' | 'passkey';

/** By what each step's code, or link, comes. Steps that are not here need none, or a choice first. */
const CODES: Readonly<Record<string, CodeStrategy>> = {
  verify_email: 'email_otp',
  verify_email_otp: 'email_otp',
  verify_email_link: 'magic_link',
  verify_phone: 'phone_otp',
  verify_phone_otp: 'phone_otp',
};

/** The strategy that brings the code of a step; undefined where none is sent without being asked for. */
export function codeOf(step: string): CodeStrategy | undefined {
  return CODES[step];
}

/** What a code is asked for with. */
export interface Preparation {
  /** How it comes; by default as the step says. At `verify_second_factor` only `phone_otp` is sent. */
  readonly strategy?: CodeStrategy | SetUpStrategy;

  /** The last four digits of the number, where a second factor is sent to it. */
  readonly last_digits?: string;

  /** Where the page of a mailed link leads to once it has signed in. */
  readonly redirect_uri?: string;
}

/** The attempts of one kind, oldest first. */
export function attemptsOf(session: Session | undefined, kind: 'signin'): readonly SigninAttempt[];
export function attemptsOf(session: Session | undefined, kind: 'signup'): readonly SignupAttempt[];
export function attemptsOf(session: Session | undefined, kind: AttemptKind): readonly Attempt[];
export function attemptsOf(session: Session | undefined, kind: AttemptKind): readonly Attempt[] {
  return session?.[`${kind}_attempts`] ?? [];
}

/** The session, once there is one. */
export async function current(client: Client): Promise<Session> {
  await client.loaded;
  return client.view().session as Session;
}

/** @throws KeyrackError `session_changed` when there is no such attempt any more. */
export async function attemptOf(client: Client, kind: 'signin', id: string | undefined): Promise<SigninAttempt>;
export async function attemptOf(client: Client, kind: 'signup', id: string | undefined): Promise<SignupAttempt>;
export async function attemptOf(client: Client, kind: AttemptKind, id: string | undefined): Promise<Attempt> {
  const found = attemptsOf(await current(client), kind).find((attempt) => attempt.id === id && !attempt.completed);
  if (!found) throw clientError('session_changed', 'There is nothing to go on with. Begin again.');
  return found;
}

/** The step whose code could not be sent, and why: the last one of a client. */
export interface Unsent {
  readonly step: string;
  readonly error: KeyrackError;
}

const nameOf = ({ id, current_step: step }: Attempt): string => `${id} ${step}`;

/** Why the code of the step that an attempt is at could not be sent; undefined when it was, or none was due. */
export function unsentOf(client: Client, attempt: Attempt | null): KeyrackError | undefined {
  const { unsent: last } = client;
  return attempt && last?.step === nameOf(attempt) ? last.error : undefined;
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

/** Has the code of the step sent that something else has left a sign-in at: why it could not be, the step says. */
export async function prepareLeft(client: Client, attempt: SigninAttempt | undefined): Promise<void> {
  if (!attempt || attempt.completed || !codeOf(attempt.current_step)) return;
  await prepareStep(client, 'signin', attempt).catch(() => undefined);
}

/** What begins an attempt. */
interface Beginning {
  readonly path: string;
  readonly body: object;

  /** Whether `now` shows that it was completed at once: asked when the answer was lost. */
  readonly isIn?: (now: Session, before: Session) => boolean;

  /** What the code of the first step is asked for with. */
  readonly preparation?: Preparation;

  /** Told of the attempt before it is shown, and before its code is sent. */
  readonly onBegun: (id: string) => void;
}

/** Begins an attempt with what was typed in, and has the code of its first step sent. The attempt as it is then. */
export async function begin<T extends Attempt>(
  client: Client,
  kind: AttemptKind,
  { path, body, isIn, preparation, onBegun }: Beginning,
): Promise<T | undefined> {
  let known: readonly string[] = [];
  let begun: Attempt | undefined;
  const newest = (session: Session, before: readonly string[]): Attempt | undefined =>
    attemptsOf(session, kind).filter(({ id }) => !before.includes(id)).at(-1);
  const ids = (session: Session): string[] => attemptsOf(session, kind).map(({ id }) => id);
  await client.mutate({
    path,
    body,
    send: (request) => {
      known = ids(client.session());
      return challenged(client, request);
    },
    isDone: (now, before) => !!isIn?.(now, before) || !!newest(now, ids(before)),
    follow: async (session) => {
      begun = newest(session, known);
      if (begun) onBegun(begun.id);
      if (begun && !begun.completed && codeOf(begun.current_step)) await prepareStep(client, kind, begun, preparation);
    },
  });
  return begun as T | undefined;
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
      if (isNext && codeOf(then.current_step)) await prepareStep(client, kind, then);
    },
  });
  return isCompleted;
}
