import type { ReactElement } from 'react';
import { useSignIn } from '../../use-sign-in.js';
import { useParts } from './kit.js';
import { Step } from './steps.js';
import { useOnce } from './use-once.js';

/** What {@link Left} takes. */
export interface LeftProps {
  /** The attempt that has a step left. */
  readonly attemptId: string | null;
  readonly onDone: () => void;

  /** The person begins anew, or it has ended. */
  readonly onOver: () => void;
}

/** What is left of a sign-in that a link or a new password has begun. */
export function Left({ attemptId, onDone, onOver }: LeftProps): ReactElement {
  const { Working } = useParts();
  const hook = useSignIn({ attemptId: attemptId ?? undefined });
  const { attempt } = hook;
  useOnce(!!attempt?.completed, onDone);
  useOnce(!attempt, onOver);
  if (!attempt || attempt.completed) return <Working />;
  return <Step key={`${attempt.id} ${attempt.current_step}`} hook={hook} attempt={attempt} />;
}
