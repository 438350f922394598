import { useMemo, useState } from 'react';
import { challenged } from './challenge.js';
import { clientError } from './error.js';
import { useClient } from './provider.js';
import { type Flow, useFlow } from './use-flow.js';

/** What {@link useForgotPassword} returns. */
export interface UseForgotPassword extends Flow {
  /** What is to be done next. `done`: the password is new; a sign-in may have a step left. */
  readonly step: 'request' | 'code' | 'password' | 'done';

  /** The address that a code was asked for; `""` before. */
  readonly email: string;

  /**
   * Mails a code and a link to an address, if it has an account: the answer never says so. Again for another code; the one
   * before is dead then, and within a minute nothing is sent.
   */
  readonly request: (email: string) => Promise<void>;

  /**
   * Proves the address with the code.
   *
   * @throws KeyrackError `INVALID_CODE`, `verification_code_expired`.
   */
  readonly verify: (code: string) => Promise<void>;

  /**
   * Sets the new password. The account's other sign-ins end everywhere. Resolves with true when `useSession()` shows the
   * account, with false when the sign-in has a step left: `useSignIn()` goes on with it.
   *
   * @throws KeyrackError `password_too_short`, `password_too_long`, `password_too_simple`, `password_breached` and the
   * like; `session_changed` when nothing was proved yet.
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

/** Getting back in without the password: a mailed code or link, and a new password. Without any look of its own. */
export function useForgotPassword({ token: linked }: ForgotPasswordOptions = {}): UseForgotPassword {
  const client = useClient();
  const { run, ...flow } = useFlow();
  const [state, setState] = useState({ email: '', token: linked, isDone: false });
  const { email, token, isDone } = state;
  const methods = useMemo(() => {
    const ask = (body: object): Promise<unknown> => challenged(client, { path: '/auth/forgot-password', body });
    return {
      request: (to: string) =>
        run(async () => {
          await ask({ email: to });
          setState({ email: to, token: undefined, isDone: false });
        }),
      verify: (otp: string) =>
        run(async () => {
          const { token: proof } = (await ask({ email, otp })) as { token: string };
          setState((before) => ({ ...before, token: proof }));
        }),
      reset: (password: string) =>
        run(async () => {
          if (!token) throw clientError('session_changed', 'Prove your address first.');
          let isIn = false;
          await client.mutate({
            path: '/auth/reset-password',
            body: { token, password },
            // A token works once: whether a lost answer's was used, the next try says.
            isDone: (now, before) => now.signins.some(({ id }) => !before.signins.some((one) => one.id === id)),
            follow: async ({ signin_attempts }) => void (isIn = signin_attempts.at(-1)?.completed ?? true),
          });
          setState((before) => ({ ...before, token: undefined, isDone: true }));
          return isIn;
        }),
      startOver: () => setState({ email: '', token: undefined, isDone: false }),
    };
  }, [client, run, email, token]);
  const step = isDone ? 'done' : token ? 'password' : email ? 'code' : 'request';
  return { ...flow, step, email, ...methods };
}
