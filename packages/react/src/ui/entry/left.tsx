import type { ReactElement } from 'react';
import { useSignIn } from '../../use-sign-in.js';
import { useParts } from './kit.js';
import { Step } from './steps.js';
import { useOnce } from './use-once.js';

/** What is left of a sign-in that a link or a new password has begun. */
export function Left({ onDone }: { readonly onDone: () => void }): ReactElement {
  const { Working } = useParts();
  const hook = useSignIn();
  const isDone = !!hook.attempt?.completed;
  useOnce(isDone, onDone);
  if (isDone || !hook.attempt) return <Working />;
  return <Step key={hook.attempt.current_step} hook={hook} attempt={hook.attempt} />;
}
