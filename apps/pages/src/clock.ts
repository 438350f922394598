/**
 * Stands in for SWR in the pages, where nothing but the hook would use it: its provider wants no more of it than to be
 * called when it mounts, and again and again after a pause. What it shows, it keeps itself.
 */
import { type ReactNode, useLayoutEffect } from 'react';

interface Options {
  /** Milliseconds between two calls. */
  readonly refreshInterval: number;
}

/** Calls `read`, which never rejects, now and after each pause in which somebody looks at the page and it is online. */
export default function useSWR(_key: string, read: () => Promise<unknown>, { refreshInterval }: Options): void {
  // A later `read` does the same as the first.
  useLayoutEffect(() => void read(), []);
  useLayoutEffect(() => {
    let timer = setTimeout(next, refreshInterval);
    let isOver = false;
    function next(): void {
      const turn = document.hidden || !navigator.onLine ? Promise.resolve() : read();
      void turn.then(() => {
        if (!isOver) timer = setTimeout(next, refreshInterval);
      });
    }
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [refreshInterval]);
}

/** There is no application around it whose settings could reach in. */
export function SWRConfig({ children }: { readonly children: ReactNode }): ReactNode {
  return children;
}
