import { useCallback, useRef, useState } from 'react';
import type { KeyrackError } from './error.js';

/** What every flow hook returns beside its steps. */
export interface Flow {
  /** Whether one of this hook's steps is under way. */
  readonly loading: boolean;

  /** Why this hook's last step failed; undefined when it did not, and once the next step begins. */
  readonly error: KeyrackError | undefined;
}

/** Runs the steps of a flow and keeps what a form shows about them. */
export function useFlow(): Flow & { run: <T>(step: () => Promise<T>) => Promise<T> } {
  const [flow, setFlow] = useState<Flow>({ loading: false, error: undefined });
  const latest = useRef(0);
  const run = useCallback(async <T>(step: () => Promise<T>): Promise<T> => {
    const number = (latest.current += 1);
    // What becomes of a step says nothing about one that was begun since.
    const show = (shown: Flow): void => (number === latest.current ? setFlow(shown) : undefined);
    show({ loading: true, error: undefined });
    try {
      const outcome = await step();
      show({ loading: false, error: undefined });
      return outcome;
    } catch (error) {
      show({ loading: false, error: error as KeyrackError });
      throw error;
    }
  }, []);
  return { ...flow, run };
}
