/** What the flows of signing in and up have in common: which attempt is meant, its codes, and what was typed in. */
import type { Client } from './client.js';
import { challenged } from './challenge.js';
import { clientError, type KeyrackError, notLoaded } from './error.js';
import type { Session, SigninAttempt, SignupAttempt } from './types.gen.js';

/** The two lists of a session. */
export type AttemptKind = 'signin' | 'signup';

/** One of either list. */
export type Attempt = SigninAttempt | SignupAttempt;

/** What a code comes by. */
export type CodeStrategy = 'email_otp' | 'magic_link' | 'phone_otp';

/** What a step can be prepared for beside that: what answers it is set up, or asked for, in the browser. */
export type SetUpStrategy = 'authenticator' | 'passkey';

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

/** What the step of an attempt goes by. */
export const nameOf = ({ id, current_step: step }: Attempt): string => `${id} ${step}`;

/** Why the code of the step that an attempt is at could not be sent; undefined when it was, or none was due. */
export function unsentOf(client: Client, attempt: Attempt | null): KeyrackError | undefined {
  const { unsent: last } = client;
  return attempt && last?.step === nameOf(attempt) ? last.error : undefined;
}

/** What follows the beginning, which comes when it is needed. */
export function loadSteps(): Promise<typeof import('./sign-in-steps.js')> {
  return import('./sign-in-steps.js').catch(notLoaded);
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
      if (!begun || begun.completed) return;
      const step = nameOf(begun);
      const { prepareDue } = await loadSteps().catch((error: KeyrackError) => {
        client.unsent = { step, error };
        throw error;
      });
      await prepareDue(client, kind, begun, preparation);
    },
  });
  return begun as T | undefined;
}
