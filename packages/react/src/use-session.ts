import { useMemo, useRef, useSyncExternalStore } from 'react';
import { never, useClient } from './provider.js';
import type { SessionView, UseSession } from './view.js';

/**
 * The session of this browser: who is signed in, which account is active, and what can be done about it.
 *
 * Check `loading` first; afterwards `session` and all methods are there. The value and everything in it stay the same
 * objects for as long as nothing has changed. `isRefetching` is only followed by components that read it.
 *
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useSession(): UseSession {
  const client = useClient();
  const readsRefetching = useRef(false);
  const view = useView();
  const isRefetching = useSyncExternalStore(
    client.subscribe,
    () => readsRefetching.current && client.refetching(),
    never,
  );
  return useMemo(
    () => ({
      ...view,
      get isRefetching() {
        readsRefetching.current = true;
        return isRefetching;
      },
    }),
    [view, isRefetching],
  );
}

/** What every hook about the session is a part of: read at the same instant they all show the same. */
export function useView(): SessionView {
  const client = useClient();
  return useSyncExternalStore(client.subscribe, client.view, client.firstView);
}
