/** What stands around the components, and in place of what is not there yet. */
import type { ReactElement, ReactNode } from 'react';
import type { KeyrackError } from '../error.js';
import { useWords } from './words.js';

interface FrameProps {
  /** What it is called. */
  readonly label?: string;
  readonly isBusy?: boolean;
  readonly children?: ReactNode;
}

/** Everything that is ours stands in one of these, so that the style sheet touches nothing else. */
export function Frame({ label, isBusy = false, children }: FrameProps): ReactElement {
  return (
    <section className="kr" aria-label={label} aria-busy={isBusy}>
      {children}
    </section>
  );
}

interface WaitProps {
  readonly error: KeyrackError | undefined;
  readonly refetch: () => Promise<void>;
}

/** In place of what is not there yet, as high as a few lines of it: says why, and how to try again. */
export function Wait({ error, refetch }: WaitProps): ReactElement {
  const words = useWords();
  if (error?.status === 403) return <p className="kr-wait">{words.notAllowed}</p>;
  if (!error) {
    return (
      <p className="kr-wait" role="status">
        <span className="kr-unseen">{words.loading}</span>
      </p>
    );
  }
  return (
    <div className="kr-wait" role="alert">
      <p>
        {words.failed} {error.message}
      </p>
      <button type="button" className="kr-button" onClick={() => void refetch()}>
        {words.retry}
      </button>
    </div>
  );
}
