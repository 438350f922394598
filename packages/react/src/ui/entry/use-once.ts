import { useEffect, useState } from 'react';

/** Calls back once, when something is so. */
export function useOnce(isSo: boolean, then: () => void): void {
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    if (!isSo || isDone) return;
    setDone(true);
    then();
  }, [isSo, isDone, then]);
}
