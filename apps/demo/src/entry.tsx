import type { Deployment, SignupAttempt } from '@keyrack/react';
import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { CodeForm } from './code-form.js';
import { SignInForm } from './sign-in-form.js';
import { SignUpForm } from './sign-up-form.js';

const KINDS = ['sign-up', 'sign-in'] as const;
type Kind = (typeof KINDS)[number];

const LABELS: Readonly<Record<Kind, string>> = { 'sign-up': 'Create account', 'sign-in': 'Sign in' };

interface Props {
  readonly deployment: Deployment;

  /** The sign-up that waits for its code. */
  readonly attempt: SignupAttempt | null;
  readonly beginsWith: Kind;

  /** Whether the person asked for this form, so that the next key press belongs into it. */
  readonly takesFocus: boolean;
  readonly onDone: () => void;

  /** Leaves without a new account; absent where there is nothing to return to. */
  readonly onClose: (() => void) | undefined;
}

/** Ways into an account: create one, prove its address, or sign in. */
export function Entry({ deployment, attempt, beginsWith, takesFocus, onDone, onClose }: Props) {
  const [kind, setKind] = useState<Kind>(beginsWith);
  const id = useId();
  return (
    <div className="entry">
      {attempt ? (
        <CodeForm attempt={attempt} onDone={onDone} />
      ) : (
        <>
          <Tabs id={id} kind={kind} onChange={setKind} />
          <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${kind}`}>
            {kind === 'sign-up' ? (
              <SignUpForm deployment={deployment} takesFocus={takesFocus} />
            ) : (
              <SignInForm takesFocus={takesFocus} onDone={onDone} />
            )}
          </div>
        </>
      )}
      {onClose && (
        <button type="button" className="link" onClick={onClose}>
          {attempt ? 'Not now' : 'Cancel'}
        </button>
      )}
    </div>
  );
}

interface TabsProps {
  readonly id: string;
  readonly kind: Kind;
  readonly onChange: (kind: Kind) => void;
}

function Tabs({ id, kind, onChange }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);

  function onKeyDown({ key }: KeyboardEvent) {
    if (key !== 'ArrowLeft' && key !== 'ArrowRight') return;
    const other = KINDS.find((candidate) => candidate !== kind) ?? kind;
    onChange(other);
    list.current?.querySelector<HTMLElement>(`[data-kind=${other}]`)?.focus();
  }

  return (
    <div className="tabs" role="tablist" aria-label="Way in" ref={list} onKeyDown={onKeyDown}>
      {KINDS.map((candidate) => (
        <button
          key={candidate}
          type="button"
          role="tab"
          id={`${id}-${candidate}`}
          data-kind={candidate}
          aria-selected={candidate === kind}
          aria-controls={`${id}-panel`}
          tabIndex={candidate === kind ? 0 : -1}
          onClick={() => onChange(candidate)}
        >
          {LABELS[candidate]}
        </button>
      ))}
    </div>
  );
}
