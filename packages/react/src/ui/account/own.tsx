/** Changes of one's own account: asked for again when the proof that the owner is there is too old. */
import { createContext, type ReactElement, type ReactNode, type Ref, useCallback, useContext, useEffect, useRef } from 'react';
import { KeyrackError } from '../../error.js';
import type { UseReauthentication } from '../../use-reauthentication.js';
import { useParts } from '../entry/kit.js';
import { type Run, useRun } from '../use-run.js';

const AgainContext = createContext<UseReauthentication['run']>((call) => call());

/** Has the changes below wait for a fresh proof where one is asked for. */
export function Again({ run, children }: { readonly run: UseReauthentication['run']; readonly children: ReactNode }): ReactElement {
  return <AgainContext.Provider value={run}>{children}</AgainContext.Provider>;
}

/** Runs changes, and says what went wrong in the words of the page. Nothing is said to who gives up proving who they are. */
export function useOwnRun(): Run {
  const again = useContext(AgainContext);
  const { problemOf } = useParts();
  const { run: once, error, ...state } = useRun();
  const run = useCallback((work: () => Promise<unknown>, done?: string) => once(() => again(work), done), [once, again]);
  const isGivenUp = error?.code === 'reauthentication_required';
  const said = error && !isGivenUp ? inWords(error, problemOf(error).text) : undefined;
  return { ...state, error: said, run };
}

/** The same error, saying this. */
export function inWords({ code, status, errors, retryAfter }: KeyrackError, text: string): KeyrackError {
  return new KeyrackError(code, text, status, errors, retryAfter);
}

interface SectionProps {
  readonly title: string;

  /** For {@link useKeptFocus}. */
  readonly part?: Ref<HTMLElement>;
  readonly children: ReactNode;
}

/** A part of a tab, and its title: no heading, because nobody here knows of which level. */
export function Section({ title, part, children }: SectionProps): ReactElement {
  return (
    <section className="kr-part" aria-label={title} ref={part} {...(part && { tabIndex: -1 })}>
      <p className="kr-part-title" aria-hidden="true">
        {title}
      </p>
      {children}
    </section>
  );
}

/** Gives the focus to a part of the page when what had it there is closed: it would fall to the top of the page. */
// The type of a ref is another one in React 18.
export function useKeptFocus<T extends HTMLElement = HTMLElement>(isOpen: boolean) {
  const part = useRef<T>(null);
  const wasOpen = useRef(isOpen);
  useEffect(() => {
    if (wasOpen.current && !isOpen && document.activeElement === document.body) part.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  return part;
}

/** What went wrong with a button, and what was done, both said aloud. */
export function Said({ run: { error, done } }: { readonly run: Run }): ReactElement {
  return (
    <p className="kr-line">
      <span role="alert" className="kr-error">
        {error?.message}
      </span>
      <span role="status">{error ? '' : done}</span>
    </p>
  );
}
