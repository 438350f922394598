import { useEffect, useRef } from 'react';

/** Calls back once, when something is so. */
export function useOnce(isSo: boolean, then: () => void): void {
  // No state: where effects run twice, the second one would not know of it yet.
  const isDone = useRef(false);
  useEffect(() => {
    if (!isSo || isDone.current) return;
    isDone.current = true;
    then();
  }, [isSo, then]);
}
