import { useSyncExternalStore } from 'react';
import type { Client } from './client.js';
import type { Known, Reader } from './entry.js';
import type { KeyrackError } from './error.js';
import { useClient } from './provider.js';
import { type Bound, ownerOf, shelfOf } from './shelf.js';
import { useView } from './use-session.js';

/** What every hook about what lies beside the session has. */
export interface Beside {
  /**
   * Why the last try to read it failed; undefined once one succeeds. After a refusal of the server's nothing is shown
   * and nothing is tried by itself, after everything else both go on.
   */
  readonly error: KeyrackError | undefined;

  /** Reads it now. Never rejects: what went wrong is in `error`. */
  readonly refetch: () => Promise<void>;
}

/** Something beside the session, as the hooks make their own shape of it. */
export interface Shown<T> extends Known<T>, Beside {
  /** Undefined while the session is loading or nobody is signed in, or nothing was asked for. */
  readonly owner: string | undefined;

  /** Whether the session is not there yet. */
  readonly isEarly: boolean;

  /** Reads what comes after it. */
  readonly more: () => Promise<void>;
}

const nothing: Known<never> = { data: undefined, error: undefined };
const unsubscribed = () => () => undefined;
const view = (): Known<never> => nothing;

/** What lies under `path` for whom the session that is shown acts; nothing is asked for while `path` is null. */
export function useEntry<T>(
  bound: Bound,
  path: string | null,
  reader: (client: Client, path: string, bound: Bound) => Reader<T>,
): Shown<T> {
  const client = useClient();
  const { session, loading, error: early, refetch } = useView();
  const owner = path === null ? undefined : ownerOf(session, bound);
  const entry =
    owner !== undefined && path !== null
      ? shelfOf(client).entry<T>(owner, path, () => reader(client, path, bound))
      : undefined;
  const known = useSyncExternalStore(
    entry?.subscribe ?? unsubscribed,
    entry?.view ?? view,
    entry?.firstView ?? view,
  );
  return {
    data: known.data,
    error: known.error ?? (loading ? early : undefined),
    owner,
    isEarly: loading,
    refetch: entry?.load ?? refetch,
    more: entry?.loadMore ?? refetch,
  };
}
