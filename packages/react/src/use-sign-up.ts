import { useCallback } from 'react';
import type { Client } from './client.js';
import { clientError } from './error.js';
import { useClient } from './provider.js';
import type { Session, SignupAttempt, VerificationPrepared } from './types.gen.js';
import { type Flow, useFlow } from './use-flow.js';
import { useSession } from './use-session.js';

/** What somebody types in to sign up. */
export interface NewAccount {
  readonly email: string;

  /** As long as the deployment's `auth_settings.password` says, in characters. */
  readonly password: string;
  readonly first_name?: string;
  readonly last_name?: string;
}

/** What {@link useSignUp} returns. */
export interface UseSignUp extends Flow {
  /** The sign-up that waits for its code, also one that was begun before the page was reloaded; null when none does. */
  readonly attempt: SignupAttempt | null;

  /**
   * Begins a sign-up and mails its code. Resolves when `attempt` is there and the code is on its way.
   *
   * @throws KeyrackError `REQUIRED_FIELD`, `invalid_email`, `password_too_short`, `password_too_long`,
   * `too_many_accounts`; `EMAIL_EXISTS` only where the deployment tells who has an account.
   */
  readonly create: (account: NewAccount) => Promise<void>;

  /** Mails another code; the one before is dead then. Within 30 seconds of the last one nothing is sent. */
  readonly prepare: () => Promise<VerificationPrepared>;

  /**
   * Proves the address and signs the new account in as the active one. Resolves when `useSession()` shows it.
   *
   * @throws KeyrackError `INVALID_CODE`, `verification_code_expired`, `CODE_REQUIRED`, `BAD_SIGN_IN_ATTEMPT` when the
   * attempt has ended, `EMAIL_EXISTS` when somebody else proved the address meanwhile.
   */
  readonly verify: (code: string) => Promise<void>;
}

/** Signing up with email, password and a mailed code, without any look of its own. */
export function useSignUp(): UseSignUp {
  const client = useClient();
  const { session } = useSession();
  const { run, ...flow } = useFlow();
  const create = useCallback(
    (account: NewAccount) =>
      run(() =>
        client.mutate({
          path: '/auth/signup',
          body: account,
          isDone: hasNewAttempt,
          follow: (created) => prepareCode(client, created),
        }),
      ),
    [client, run],
  );
  const prepare = useCallback(() => run(async () => prepareCode(client, await current(client))), [client, run]);
  const verify = useCallback((code: string) => run(() => verifyCode(client, code)), [client, run]);
  return { ...flow, attempt: pending(session), create, prepare, verify };
}

function pending(session: Session | undefined): SignupAttempt | null {
  return session?.signup_attempts.filter(({ completed }) => !completed).at(-1) ?? null;
}

function hasNewAttempt(now: Session, before: Session): boolean {
  return pending(now) !== null && pending(now)?.id !== pending(before)?.id;
}

async function prepareCode(client: Client, session: Session): Promise<VerificationPrepared> {
  const body = { ...which(session), strategy: 'email_otp' };
  return (await client.send({ path: '/auth/prepare-verification', body })) as VerificationPrepared;
}

async function verifyCode(client: Client, code: string): Promise<void> {
  const attempt = which(await current(client));
  const isDone = ({ signup_attempts }: Session): boolean =>
    signup_attempts.some(({ id, completed }) => id === attempt.attempt_identifier && completed);
  const body = { ...attempt, verification_code: code };
  await client.mutate({ path: '/auth/attempt-verification', body, isDone });
}

/** The session, once there is one. */
async function current(client: Client): Promise<Session> {
  await client.loaded;
  return client.view().session as Session;
}

function which(session: Session): { attempt_identifier: string; identifier_type: 'signup' } {
  const attempt = pending(session);
  if (!attempt) throw clientError('session_changed', 'There is no sign-up to go on with. Begin again.');
  return { attempt_identifier: attempt.id, identifier_type: 'signup' };
}
