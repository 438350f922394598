/** What is pressed in the components. */
import { type KeyboardEvent, type MouseEvent, type ReactElement, type ReactNode, useState } from 'react';
import { useWords } from './words.js';

interface ActProps {
  /** What it does, with whom: for those who do not see where it stands, and shown to those who point at it. */
  readonly label: string;
  readonly isBusy?: boolean;

  /** Whether it looks like a part of a text. */
  readonly isPlain?: boolean;
  readonly onPress: () => void;

  /** What is seen: often a mere sign. */
  readonly children: ReactNode;
}

/** A small button in a row. */
export function Act({ label, isBusy = false, isPlain = false, onPress, children }: ActProps): ReactElement {
  const look = isPlain ? 'kr-link' : 'kr-button';
  return (
    <button type="button" className={look} aria-label={label} title={label} aria-busy={isBusy} onClick={onPress}>
      {children}
    </button>
  );
}

interface SureProps extends Omit<ActProps, 'isPlain'> {
  /** What it shows when it asks; a short question when omitted. */
  readonly question?: string;
}

/** A button for what cannot be taken back: the first press makes it ask, aloud too, and the second does it. */
export function Sure({ label, isBusy = false, onPress, children, question }: SureProps): ReactElement {
  const words = useWords();
  const [isAsking, setAsking] = useState(false);
  const name = isAsking ? words.sure(label) : label;

  function press({ detail }: MouseEvent): void {
    if (!isAsking) return setAsking(true);
    // The other half of a double click is no answer.
    if (detail > 1) return;
    setAsking(false);
    onPress();
  }

  /** Nor is a key that is held down. */
  function onKeyDown(event: KeyboardEvent): void {
    if (event.repeat) event.preventDefault();
  }

  return (
    <>
      <button
        type="button"
        className="kr-button kr-sure"
        aria-label={name}
        title={name}
        aria-busy={isBusy}
        onBlur={() => setAsking(false)}
        onKeyDown={onKeyDown}
        onClick={press}
      >
        {isAsking ? (question ?? words.really) : children}
      </button>
      <span className="kr-unseen" aria-live="polite">
        {isAsking ? name : ''}
      </span>
    </>
  );
}
