import { useMemo } from 'react';
import { type AccountMethods, accountMethods } from './account.js';
import type { KeyrackError } from './error.js';
import { useClient } from './provider.js';
import type { CurrentUser } from './types.gen.js';
import { useView } from './use-session.js';

interface Always {
  /** Why the last load or refresh of the session failed; undefined once one succeeds. */
  readonly error: KeyrackError | undefined;

  /** Reads the session now, and the user with it. Never rejects: what went wrong is in `error`. */
  readonly refetch: () => Promise<void>;
}

/** Before the session is there. */
export interface UserLoading extends Always, Partial<Record<keyof AccountMethods, undefined>> {
  readonly loading: true;
  readonly user?: undefined;
}

/** Once it is there, for good. */
export interface UserLoaded extends Always, AccountMethods {
  readonly loading: false;

  /** The user of the active sign-in; null when nobody is signed in. */
  readonly user: CurrentUser | null;
}

/** What {@link useUser} returns. */
export type UseUser = UserLoading | UserLoaded;

/**
 * The user of the active sign-in, and what they can do to their account. It is a part of what `useSession()` shows, never
 * ahead of it and never behind.
 *
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useUser(): UseUser {
  const client = useClient();
  const { loading, session, error, refetch } = useView();
  const user = session?.active_signin?.user ?? null;
  const methods = useMemo(() => accountMethods(client), [client]);
  return useMemo(
    () => (loading ? { loading, error, refetch } : { loading, user, ...methods, error, refetch }),
    [loading, user, methods, error, refetch],
  );
}
