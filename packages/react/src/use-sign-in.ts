import { useCallback } from 'react';
import { useClient } from './provider.js';
import type { SignIn } from './types.gen.js';
import { type Flow, useFlow } from './use-flow.js';

/** What somebody types in to sign in: a password, and either an address or a username. */
export type Credentials =
  | { readonly email: string; readonly username?: undefined; readonly password: string }
  | { readonly username: string; readonly email?: undefined; readonly password: string };

/** What {@link useSignIn} returns. */
export interface UseSignIn extends Flow {
  /**
   * Signs an account in beside those that are already there and makes it the active one. Resolves when `useSession()`
   * shows it; may be called while the session is still loading.
   *
   * @throws KeyrackError `INVALID_CREDENTIALS` for a wrong password, an unknown address and an unknown username alike,
   * `unsupported_strategy` for a username where the deployment has none, `too_many_attempts` when the next try must
   * wait, `USER_ALREADY_SIGNED_IN`, `too_many_accounts`.
   */
  readonly signIn: (credentials: Credentials) => Promise<void>;
}

/** Whether an account goes by this name: another one may have been signed in beside it meanwhile. */
function isOf({ user }: SignIn, typed: string): boolean {
  const names = [user.username, user.email_address, ...user.user_email_addresses.map(({ email }) => email)];
  return names.some((name) => name.toLowerCase() === typed.trim().toLowerCase());
}

/** Signing in with an address or a username and a password, without any look of its own. */
export function useSignIn(): UseSignIn {
  const client = useClient();
  const { run, ...flow } = useFlow();
  const signIn = useCallback(
    ({ email, username, password }: Credentials) =>
      run(() =>
        client.mutate({
          path: '/auth/signin',
          body:
            username === undefined
              ? { strategy: 'plain_email', email, password }
              : { strategy: 'plain_username', username, password },
          isDone: (now, before) =>
            now.signins.some((one) => isOf(one, username ?? email) && !before.signins.some(({ id }) => id === one.id)),
        }),
      ),
    [client, run],
  );
  return { ...flow, signIn };
}
