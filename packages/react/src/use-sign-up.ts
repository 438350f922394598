import { useCallback } from 'react';
import type { Client } from './client.js';
import { clientError } from './error.js';
import { useClient } from './provider.js';
import type { Availability, Session, SignupAttempt, VerificationPrepared } from './types.gen.js';
import { type Flow, useFlow } from './use-flow.js';
import { useSession } from './use-session.js';

/** What somebody types in to sign up. */
export interface NewAccount {
  readonly email: string;

  /** As long as the deployment's `auth_settings.password` says, in characters. */
  readonly password: string;

  /** 3 to 30 letters, digits, dots, hyphens and underscores, a letter first; where the deployment has usernames. */
  readonly username?: string;
  readonly first_name?: string;
  readonly last_name?: string;

  /** Of an invitation to this address: lets it sign up where others cannot. The invitation is accepted afterwards. */
  readonly invite_token?: string;
}

/** What {@link useSignUp} returns. */
export interface UseSignUp extends Flow {
  /** The sign-up that waits for its code, also one that was begun before the page was reloaded; null when none does. */
  readonly attempt: SignupAttempt | null;

  /**
   * Whether somebody can still sign up with this username: nobody has it, nor one that looks like it. It may be gone
   * when the sign-up is finished. Leaves `loading` and `error` as they are.
   *
   * @throws KeyrackError `invalid_username`, `availability_hidden` where the deployment has no usernames,
   * `too_many_attempts` after a hundred questions an hour.
   */
  readonly checkUsername: (username: string) => Promise<boolean>;

  /**
   * Begins a sign-up and mails its code. Resolves when `attempt` is there and the code is on its way.
   *
   * @throws KeyrackError `REQUIRED_FIELD`, `invalid_email`, `invalid_username`, `username_reserved`, `USERNAME_EXISTS`,
   * `password_too_short`, `password_too_long`, `password_too_simple`, `password_breached`, `password_names_you`,
   * `too_many_accounts`; `EMAIL_EXISTS` only where the deployment tells who has an account.
   */
  readonly create: (account: NewAccount) => Promise<void>;

  /** Mails another code; the one before is dead then. Within a minute of the last one nothing is sent. */
  readonly prepare: () => Promise<VerificationPrepared>;

  /**
   * Proves the address and signs the new account in as the active one. Resolves when `useSession()` shows it. A
   * `username` given here takes the place of the attempt's.
   *
   * @throws KeyrackError `INVALID_CODE`, `verification_code_expired`, `CODE_REQUIRED`, `BAD_SIGN_IN_ATTEMPT` when the
   * attempt has ended, `EMAIL_EXISTS` when somebody else proved the address meanwhile, `USERNAME_EXISTS` when somebody
   * else got the username: then the code is still good, call it again with another `username`.
   */
  readonly verify: (code: string, instead?: { readonly username: string }) => Promise<void>;
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
  const verify = useCallback(
    (code: string, instead?: { readonly username: string }) => run(() => verifyCode(client, code, instead)),
    [client, run],
  );
  const checkUsername = useCallback((username: string) => isFree(client, username), [client]);
  return { ...flow, attempt: pending(session), checkUsername, create, prepare, verify };
}

async function isFree(client: Client, username: string): Promise<boolean> {
  const query = `type=username&identifier=${encodeURIComponent(username)}`;
  const { exists } = (await client.send({ path: `/auth/identifier-availability?${query}` })) as Availability;
  return !exists;
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

async function verifyCode(client: Client, code: string, instead?: { readonly username: string }): Promise<void> {
  const attempt = which(await current(client));
  const isDone = ({ signup_attempts }: Session): boolean =>
    signup_attempts.some(({ id, completed }) => id === attempt.attempt_identifier && completed);
  const body = { ...attempt, verification_code: code, ...(instead && { username: instead.username }) };
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
