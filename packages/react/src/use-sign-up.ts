import { useCallback, useMemo } from 'react';
import { begin, loadSteps } from './attempts.js';
import type { Client } from './client.js';
import type { KeyrackError } from './error.js';
import type { Availability, SignupAttempt, VerificationPrepared } from './types.gen.js';
import { type AttemptOptions, useAttempt } from './use-attempt.js';
import type { Flow } from './use-flow.js';

/** What somebody types in to sign up. */
export interface NewAccount {
  readonly email: string;

  /** As long as the deployment's `auth_settings.password` says, in characters. */
  readonly password: string;

  /** 3 to 30 letters, digits, dots, hyphens and underscores, a letter first; where the deployment has usernames. */
  readonly username?: string;
  readonly first_name?: string;
  readonly last_name?: string;

  /** In E.164, `+4915112345678`, or national digits with a `phone_country_code`; where the deployment has phone numbers. */
  readonly phone_number?: string;

  /** A dial code (`+49`) or an ISO code (`DE`). */
  readonly phone_country_code?: string;

  /** Of an invitation to this address: lets it sign up where others cannot. The invitation is accepted afterwards. */
  readonly invite_token?: string;
}

/** An authenticator that is being set up: what its program is shown, once. */
export interface AuthenticatorSetUp {
  /** An `otpauth:` address, for a QR code. It is a secret: draw it, and send it nowhere. */
  readonly otp_url: string;

  /** The same secret to be typed in, in base32. */
  readonly totp_secret: string;
}

/** What {@link useSignUp} is told. */
export type SignUpOptions = AttemptOptions;

/** What {@link useSignUp} returns. */
export interface UseSignUp extends Flow {
  /**
   * The sign-up under way: the one that this hook began or went on with, otherwise the latest of this browser that waits, so
   * that it goes on after a reload; null when there is none, and, unless the hook is `steady`, once it is completed.
   * `current_step` says what it waits for: `verify_email`, `verify_phone` or `verify_authenticator`.
   */
  readonly attempt: SignupAttempt | null;

  /** Why the code of the step could not be sent: {@link prepare} tries again. Undefined once it was. */
  readonly unsent: KeyrackError | undefined;

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

  /** Sends the step's code again; the one before is dead then. Within a minute of the last one nothing is sent. */
  readonly prepare: () => Promise<VerificationPrepared>;

  /** At `verify_authenticator`: what an authenticator is set up with. {@link verify} takes its first code. */
  readonly prepareAuthenticator: () => Promise<AuthenticatorSetUp>;

  /**
   * Answers the step with its code; after the last one the new account is signed in as the active one. Resolves when
   * `useSession()` shows it, or `attempt` the next step, whose code is on its way then: true when no step is left. A
   * `username` given here takes the place of the attempt's.
   *
   * @throws KeyrackError `INVALID_CODE`, `verification_code_expired`, `CODE_REQUIRED`, `BAD_SIGN_IN_ATTEMPT` when the
   * attempt has ended, `EMAIL_EXISTS` when somebody else proved the address meanwhile, `USERNAME_EXISTS` when somebody
   * else got the username: then the code is still good, call it again with another `username`.
   */
  readonly verify: (code: string, instead?: { readonly username: string }) => Promise<boolean>;

  /** Leaves {@link attempt} aside: the next sign-up begins anew. */
  readonly startOver: () => void;
}

/** Signing up with email, password and codes, through every step, without any look of its own. */
export function useSignUp(options: SignUpOptions = {}): UseSignUp {
  const { client, attempt, unsent, choose, run, step, ...flow } = useAttempt('signup', options);
  const create = useCallback(
    (account: NewAccount) =>
      run(async () => void (await begin(client, 'signup', { path: '/auth/signup', body: account, onBegun: choose }))),
    [client, run, choose],
  );
  const methods = useMemo(() => {
    const later = <T>(work: (steps: Awaited<ReturnType<typeof loadSteps>>, found: SignupAttempt) => Promise<T>): Promise<T> =>
      step(async (found) => work(await loadSteps(), found));
    return {
      checkUsername: (username: string) => isFree(client, username),
      prepare: () => later(({ prepareStep }, found) => prepareStep(client, 'signup', found)),
      prepareAuthenticator: () =>
        later(({ prepareStep }, found) => prepareStep(client, 'signup', found, { strategy: 'authenticator' }) as Promise<AuthenticatorSetUp>),
      verify: (code: string, instead?: { readonly username: string }) =>
        later(({ answer }, found) =>
          answer(client, 'signup', found, '/auth/attempt-verification', {
            attempt_identifier: found.id,
            identifier_type: 'signup',
            verification_code: code,
            ...(instead && { username: instead.username }),
          }),
        ),
      startOver: () => choose(null),
    };
  }, [client, step, choose]);
  const isOver = !!attempt?.completed && !options.steady;
  return { ...flow, attempt: isOver ? null : attempt, unsent, create, ...methods };
}

async function isFree(client: Client, username: string): Promise<boolean> {
  const query = `type=username&identifier=${encodeURIComponent(username)}`;
  const { exists } = (await client.send({ path: `/auth/identifier-availability?${query}` })) as Availability;
  return !exists;
}
