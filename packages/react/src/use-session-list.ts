import { useCallback, useEffect, useMemo, useSyncExternalStore } from 'react';
import { Accounts } from './accounts.js';
import type { KeyrackError } from './error.js';
import type { EndedAccount } from './memory.js';
import { useClient } from './provider.js';
import type { SignIn } from './types.gen.js';
import { useView } from './use-session.js';

interface Always {
  /** Why the last load or refresh of the session failed; undefined once one succeeds. */
  readonly error: KeyrackError | undefined;
}

/** Before the session is there. */
export interface SessionListLoading extends Always {
  readonly loading: true;
  readonly signins?: undefined;
  readonly ended?: undefined;
  readonly forget?: undefined;
}

/** Once it is there, for good. */
export interface SessionListLoaded extends Always {
  readonly loading: false;

  /** The accounts that are signed in, oldest sign-in first: those of `session.signins`. */
  readonly signins: readonly SignIn[];

  /** The accounts to offer for signing in again, the latest first. Nobody who is signed in is among them. */
  readonly ended: readonly EndedAccount[];

  /** Takes an ended account off the list, in every tab. Its sign-ins elsewhere are not touched. */
  readonly forget: (userId: string) => void;
}

/** What {@link useSessionList} returns. */
export type UseSessionList = SessionListLoading | SessionListLoaded;

/**
 * The accounts of this browser, for a chooser: those that are signed in, and those whose sign-in ended and who may
 * sign in again.
 *
 * While a component uses it, id, name, address, username and picture of the accounts are remembered in localStorage,
 * at most ten ended ones and for 90 days. Whoever signs out on purpose is forgotten at once, and so is whoever is gone
 * before their time without a reason: perhaps they signed out on another origin. Use it near the root of
 * an application with a chooser, so that endings are noticed on all of its pages.
 *
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useSessionList(): UseSessionList {
  const client = useClient();
  const accounts = (client.accounts ??= new Accounts(client.remembered));
  const { loading, session, error } = useView();
  const remembered = useSyncExternalStore(accounts.subscribe, accounts.ended, accounts.nobody);
  const forget = useCallback((userId: string) => accounts.forget(userId), [accounts]);
  useEffect(() => {
    if (session) accounts.note(client.session());
  }, [accounts, client, session]);
  return useMemo(() => {
    if (loading) return { loading, error };
    const { signins } = session;
    const ended = remembered.filter(({ user_id }) => !signins.some((signIn) => signIn.user_id === user_id));
    return { loading, error, signins, ended, forget };
  }, [loading, session, error, remembered, forget]);
}
