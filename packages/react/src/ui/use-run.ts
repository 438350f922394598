import { useCallback, useRef, useState } from 'react';
import type { KeyrackError } from '../error.js';

/** What becomes of what a person asks for. */
export interface Run {
  readonly isBusy: boolean;

  /** Why the last one failed. */
  readonly error: KeyrackError | undefined;

  /** What the last one that was done says. */
  readonly done: string | undefined;

  /** Runs one at a time; another meanwhile is passed over. Never rejects. True when it was done. */
  readonly run: (work: () => Promise<unknown>, done?: string) => Promise<boolean>;
}

/** Runs what a person asks for and keeps what there is to say about it. */
export function useRun(): Run {
  const [state, setState] = useState<Omit<Run, 'run'>>({ isBusy: false, error: undefined, done: undefined });
  const isBusy = useRef(false);
  const run = useCallback(async (work: () => Promise<unknown>, done?: string): Promise<boolean> => {
    if (isBusy.current) return false;
    isBusy.current = true;
    setState({ isBusy: true, error: undefined, done: undefined });
    try {
      await work();
      setState({ isBusy: false, error: undefined, done });
      return true;
    } catch (error) {
      setState({ isBusy: false, error: error as KeyrackError, done: undefined });
      return false;
    } finally {
      isBusy.current = false;
    }
  }, []);
  return { ...state, run };
}

/** Whether it is about what was typed in, so that somebody has to look at that again. */
export function isOfInput(error: KeyrackError | undefined): boolean {
  return error?.status === 400 || error?.status === 409;
}
