import { useCallback, useMemo } from 'react';
import { begin, loadSteps, type Preparation } from './attempts.js';
import type { KeyrackError } from './error.js';
import type { PasskeyOptions } from './has-passkeys.js';
import type { ProfileCompletionData, Session, SignIn, SigninAttempt, VerificationPrepared } from './types.gen.js';
import { type AttemptOptions, useAttempt } from './use-attempt.js';
import type { Flow } from './use-flow.js';
import type { AuthenticatorSetUp } from './use-sign-up.js';

/** What somebody types in to sign in: a password, and either an address or a username. */
export type Credentials =
  | { readonly email: string; readonly username?: undefined; readonly password: string }
  | { readonly username: string; readonly email?: undefined; readonly password: string };

/** What a sign-in is begun with: what was typed in, for one of the ways that the deployment offers. */
export type NewSignIn =
  | {
      readonly strategy: 'plain_email';
      readonly email: string;

      /** Without it the attempt waits for it (`verify_password`): {@link UseSignIn.verifyPassword}. */
      readonly password?: string;
    }
  | { readonly strategy: 'plain_username'; readonly username: string; readonly password?: string }
  | { readonly strategy: 'email_otp'; readonly email: string }
  | {
      readonly strategy: 'magic_link';
      readonly email: string;

      /** Where the page of the mailed link leads to. */
      readonly redirect_uri?: string;
    }
  | {
      readonly strategy: 'phone_otp';

      /** In E.164, `+4915112345678`, or national digits with a `phone_country_code`. */
      readonly phone: string;

      /** A dial code (`+49`) or an ISO code (`DE`). */
      readonly phone_country_code?: string;
    };

/** What proves a second factor. */
export type SecondFactor = 'authenticator' | 'phone_otp' | 'backup_code';

/** What {@link useSignIn} is told. */
export type SignInOptions = AttemptOptions;

/** What {@link useSignIn} returns. */
export interface UseSignIn extends Flow {
  /**
   * The sign-in under way: the one that this hook began, also when it is completed, otherwise the latest of this browser
   * that waits, so that it goes on after a reload; null when there is none. `current_step` says what it waits for.
   */
  readonly attempt: SigninAttempt | null;

  /**
   * Why the code, or the link, of the step could not be sent: {@link prepare} tries again. Undefined once it was, and where
   * none is sent by itself.
   */
  readonly unsent: KeyrackError | undefined;

  /**
   * Signs an account in with a password, beside those that are already there, and makes it the active one. Resolves with
   * true when `useSession()` shows it, with false when {@link attempt} shows a step that is left; may be called while the
   * session is still loading.
   *
   * @throws KeyrackError `INVALID_CREDENTIALS` for a wrong password, an unknown address and an unknown username alike,
   * `unsupported_strategy` for a username where the deployment has none, `too_many_attempts` when the next try must
   * wait, `USER_ALREADY_SIGNED_IN`, `too_many_accounts`.
   */
  readonly signIn: (credentials: Credentials) => Promise<boolean>;

  /**
   * Begins a sign-in in any of the deployment's ways, and has the code or the link of its first step sent. Resolves as
   * {@link signIn} does. An unknown identifier looks like a known one: its code is never sent.
   *
   * @throws KeyrackError as {@link signIn}.
   */
  readonly create: (signIn: NewSignIn) => Promise<boolean>;

  /**
   * Has another code or link sent for the step, or a second factor's code; the one before is dead then. Within a minute of
   * the last one nothing is sent.
   *
   * @throws KeyrackError `session_changed` when the attempt is gone, `BAD_SIGN_IN_ATTEMPT` where the step has no code,
   * `last_digits_wrong` when no number of the account ends so.
   */
  readonly prepare: (preparation?: Preparation) => Promise<VerificationPrepared>;

  /**
   * Answers a step with a code. Resolves as {@link signIn} does; the code of a next step is on its way by then.
   *
   * @throws KeyrackError `INVALID_CODE`, `verification_code_expired`, `CODE_REQUIRED`, `BAD_SIGN_IN_ATTEMPT` when the
   * attempt has ended.
   */
  readonly verify: (code: string, method?: SecondFactor) => Promise<boolean>;

  /**
   * At `verify_password`: the password, exactly as it was set.
   *
   * @throws KeyrackError as {@link signIn}, and `BAD_SIGN_IN_ATTEMPT` when the attempt has ended.
   */
  readonly verifyPassword: (password: string) => Promise<boolean>;

  /**
   * Fills in what `missing_fields` names.
   *
   * @throws KeyrackError a code for each bad field, `USERNAME_EXISTS`.
   */
  readonly completeProfile: (fields: ProfileCompletionData) => Promise<boolean>;

  /**
   * Signs in with a passkey of this device or another one, whoever's it is.
   *
   * @throws KeyrackError `passkey_cancelled` when nobody chose one or `signal` was aborted, `passkey_unavailable` where
   * the browser has none, `INVALID_CREDENTIALS` when the deployment does not know it, `passkey_request_expired` when it took
   * too long.
   */
  readonly signInWithPasskey: (options?: PasskeyOptions) => Promise<boolean>;

  /**
   * Proves a second factor with a passkey of the account.
   *
   * @throws KeyrackError `passkey_cancelled`, `passkey_unavailable`, `invalid_passkey`, `passkey_request_expired` when it took
   * too long, `BAD_SIGN_IN_ATTEMPT`.
   */
  readonly verifyPasskey: () => Promise<boolean>;

  /**
   * At `add_second_factor`: what an authenticator is set up with, which is seen nowhere else.
   * {@link confirmAuthenticator} takes its codes.
   */
  readonly enrolAuthenticator: () => Promise<AuthenticatorSetUp>;

  /**
   * Makes the new authenticator count, by two codes of it that follow each other, and goes on.
   *
   * @throws KeyrackError `INVALID_CODE`, `too_many_attempts`, `BAD_SIGN_IN_ATTEMPT`.
   */
  readonly confirmAuthenticator: (first: string, next: string) => Promise<boolean>;

  /**
   * At `add_second_factor`: has the browser make a passkey, and goes on with it.
   *
   * @throws KeyrackError `passkey_cancelled`, `passkey_unavailable`, `passkey_exists`, `invalid_passkey`,
   * `passkey_request_expired`.
   */
  readonly enrolPasskey: () => Promise<boolean>;

  /** Leaves {@link attempt} aside: the next sign-in begins anew. */
  readonly startOver: () => void;
}

/** Whether an account goes by this name: another one may have been signed in beside it meanwhile. */
function isOf({ user }: SignIn, typed: string): boolean {
  const names = [user.username, user.email_address, ...user.user_email_addresses.map(({ email }) => email)];
  return names.some((name) => name.toLowerCase() === typed.trim().toLowerCase());
}

/** Whether the account was signed in meanwhile. */
function isIn(name: string): (now: Session, before: Session) => boolean {
  return (now, before) =>
    now.signins.some((one) => isOf(one, name) && !before.signins.some(({ id }) => id === one.id));
}

/** Signing in, in every way and through every step, without any look of its own. */
export function useSignIn(options: SignInOptions = {}): UseSignIn {
  const { client, attempt, unsent, choose, run, step, ...flow } = useAttempt('signin', options);
  const create = useCallback(
    (wanted: NewSignIn) =>
      run(async () => {
        const { redirect_uri, ...said } = { redirect_uri: undefined, ...wanted };
        const waits = said.strategy.startsWith('plain') && !('password' in said);
        const body = waits ? { ...said, ask_password: true } : said;
        const name = 'email' in body ? body.email : 'username' in body ? body.username : body.phone;
        const preparation = redirect_uri === undefined ? {} : { redirect_uri };
        const beginning = { path: '/auth/signin', body, isIn: isIn(name), preparation, onBegun: choose };
        const made = await begin<SigninAttempt>(client, 'signin', beginning);
        return !made || made.completed;
      }),
    [client, run, choose],
  );
  return {
    ...flow,
    attempt,
    unsent,
    create,
    ...useMemo(
      () => {
        const later = <T>(work: (steps: typeof import('./sign-in-steps.js'), found: SigninAttempt) => Promise<T>): Promise<T> =>
          step(async (found) => work(await loadSteps(), found));
        return {
          signIn: ({ email, username, password }: Credentials) =>
            create(
              username === undefined
                ? { strategy: 'plain_email', email, password }
                : { strategy: 'plain_username', username, password },
            ),
          prepare: (preparation?: Preparation) => later((steps, found) => steps.prepare(client, found, preparation)),
          verify: (code: string, method?: SecondFactor) =>
            later((steps, found) => steps.verify(client, found, code, method)),
          verifyPassword: (password: string) => later((steps, found) => steps.verifyPassword(client, found, password)),
          confirmAuthenticator: (...codes: [string, string]) => later((steps, found) => steps.confirmAuthenticator(client, found, codes)),
          completeProfile: (fields: ProfileCompletionData) => later((steps, found) => steps.completeProfile(client, found, fields)),
          verifyPasskey: () => later((steps, found) => steps.passkey(client, found, false)),
          enrolPasskey: () => later((steps, found) => steps.passkey(client, found, true)),
          enrolAuthenticator: () =>
            later((steps, found) => steps.prepare(client, found, { strategy: 'authenticator' }) as Promise<AuthenticatorSetUp>),
          signInWithPasskey: async (options: PasskeyOptions = {}) => {
            const { signInWithPasskey } = await loadSteps();
            return signInWithPasskey(client, options, run, choose);
          },
          startOver: () => choose(null),
        };
      },
      [client, create, step, run, choose],
    ),
  };
}
