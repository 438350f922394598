import { useMemo, useRef, useState } from 'react';
import { challenged } from './challenge.js';
import { clientError, type KeyrackError } from './error.js';
import { useClient } from './provider.js';
import type { PasswordResetValidation, SigninAttempt } from './types.gen.js';
import { useAsked } from './use-asked.js';
import { type Flow, useFlow } from './use-flow.js';

/** What {@link useForgotPassword} returns. */
export interface UseForgotPassword extends Flow {
  /**
   * What is to be done next. `check`: the mailed link is being looked at, again and again until there is an answer; `over`:
   * the link, or what the code has proved, is used or has expired, and {@link request} has another mail sent; `done`: the
   * password is new, and a sign-in may have a step left.
   */
  readonly step: 'check' | 'request' | 'code' | 'password' | 'over' | 'done';

  /** The address that a code was asked for, or that the link was mailed to; `""` before that is known. */
  readonly email: string;

  /** The sign-in that {@link reset} has left at a step, for `useSignIn({ attemptId })`; null before, and when it left none. */
  readonly attemptId: string | null;

  /**
   * Mails a code and a link to an address, if it has an account: the answer never says so. Again for another code; the one
   * before is dead then, and within a minute nothing is sent.
   *
   * @throws KeyrackError `invalid_email`, `too_many_attempts`.
   */
  readonly request: (email: string) => Promise<void>;

  /**
   * Proves the address with the code.
   *
   * @throws KeyrackError `INVALID_CODE`, `verification_code_expired`, `too_many_attempts`.
   */
  readonly verify: (code: string) => Promise<void>;

  /**
   * Sets the new password. The account's other sign-ins end everywhere. Resolves with true when `useSession()` shows the
   * account, with false when the sign-in has a step left: `useSignIn({ attemptId })` goes on with it, and its code is on its
   * way by then.
   *
   * @throws KeyrackError `password_too_short`, `password_too_long`, `password_too_simple`, `password_breached`,
   * `password_names_you`; `reset_expired` when the link, or what the code has proved, is used or has expired;
   * `session_changed` when nothing was proved yet.
   */
  readonly reset: (password: string) => Promise<boolean>;

  /** Begins again with another address. */
  readonly startOver: () => void;
}

/** What {@link useForgotPassword} is told. */
export interface ForgotPasswordOptions {
  /** Of a mailed link (`token=`): it proves the address, so that only the password is left to choose. */
  readonly token?: string | undefined;
}

interface State {
  readonly email: string;
  readonly token?: string | undefined;
  readonly attemptId?: string | undefined;
  readonly is?: 'over' | 'done';
}

/** Getting back in without the password: a mailed code or link, and a new password. Without any look of its own. */
export function useForgotPassword({ token: linked }: ForgotPasswordOptions = {}): UseForgotPassword {
  const client = useClient();
  const { run, ...flow } = useFlow();
  const [state, setState] = useState<State>({ email: '', token: linked });
  const link = useLink(state.token !== undefined && state.token === linked ? linked : undefined);
  const email = state.email || link.email;
  const { token } = state;
  // What is answered after the person has begun anew, or gone on, says nothing about where they are by then.
  const round = useRef(0);
  const methods = useMemo(() => {
    const ask = (body: object): Promise<unknown> => challenged(client, { path: '/auth/forgot-password', body });
    const begin = (next: State): void => {
      round.current += 1;
      setState(next);
    };
    return {
      request: (to: string) =>
        run(async () => {
          const asked = round.current;
          await ask({ email: to });
          if (asked === round.current) setState({ email: to });
        }),
      verify: (otp: string) =>
        run(async () => {
          const asked = round.current;
          const { token: proof } = (await ask({ email, otp })) as { token: string };
          if (asked === round.current) begin({ email, token: proof });
        }),
      reset: (password: string) =>
        run(async () => {
          if (!token) throw clientError('session_changed', 'Prove your address first.');
          let left: SigninAttempt | undefined;
          await client
            .mutate({
              path: '/auth/reset-password',
              body: { token, password },
              // A token works once: whether a lost answer's was used, the next try says.
              isDone: (now, before) => now.signins.some(({ id }) => !before.signins.some((one) => one.id === id)),
              follow: async ({ signin_attempts }) => {
                const last = signin_attempts.at(-1);
                left = last?.completed ? undefined : last;
                await import('./answer.js').then(({ prepareLeft }) => prepareLeft(client, left), () => undefined);
              },
            })
            .catch((error: KeyrackError) => {
              if (error.code === 'reset_expired') begin({ email, is: 'over' });
              throw error;
            });
          begin({ email, attemptId: left?.id, is: 'done' });
          return !left;
        }),
      startOver: () => begin({ email: '' }),
    };
  }, [client, run, email, token]);
  const step = state.is ?? (token ? link.step : state.email ? 'code' : 'request');
  const error = flow.error ?? (step === 'check' ? link.error : undefined);
  return { ...flow, error, step, email, attemptId: state.attemptId ?? null, ...methods };
}

interface Link {
  readonly step: 'check' | 'password' | 'over';
  readonly email: string;
  readonly error: KeyrackError | undefined;
}

/** What a mailed link is worth: without a look at it a password would be chosen in vain. */
function useLink(token: string | undefined): Link {
  const body = token === undefined ? undefined : JSON.stringify({ token });
  const { data, error } = useAsked<PasswordResetValidation>('/auth/reset-password/validate', body);
  // Whoever may not look is told when the password is set.
  const isRefused = !!error && error.status >= 400 && error.status < 500 && error.status !== 429;
  const step = token === undefined || isRefused || data?.valid ? 'password' : data ? 'over' : 'check';
  return { step, email: data?.email ?? '', error };
}
