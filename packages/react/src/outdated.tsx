import {
  createContext,
  memo,
  type ReactElement,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useState,
  useSyncExternalStore,
} from 'react';
import type { Client } from './client.js';

/**
 * How often the context changes. React 19 misses a part whose parent has other work in the same rendering, as when
 * it shows the account too; what an application does in its own effects takes the first renderings.
 */
const TIMES = 4;

const never = (): boolean => false;

/** Nobody reads it. A change makes React give up the parts of the page that are still as a server wrote them. */
const OutdatedContext = createContext(0);

/** Stays as it is when the context changes: only below such a component does React 19 look for those parts. */
const Below = memo(({ children }: { readonly children?: ReactNode }) => children);

interface Props {
  readonly client: Client;
  readonly children?: ReactNode;
}

/**
 * Sees to it that what a server wrote for another account than is shown by now disappears before the next frame,
 * instead of when its code has arrived.
 */
export function WithoutOutdated({ client, children }: Props): ReactElement {
  const isOutdated = useSyncExternalStore(client.subscribe, client.outdated, never);
  const [times, setTimes] = useState(0);
  const useCommit = typeof document === 'undefined' ? useEffect : useLayoutEffect;
  useCommit(() => {
    if (isOutdated && times < TIMES) setTimes(times + 1);
  }, [isOutdated, times]);
  return (
    <OutdatedContext.Provider value={times}>
      <Below>{children}</Below>
    </OutdatedContext.Provider>
  );
}
