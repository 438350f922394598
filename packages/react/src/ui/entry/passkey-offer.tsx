import { type ReactElement, useEffect, useRef, useState } from 'react';
import type { KeyrackError } from '../../error.js';
import { hasAutofill } from '../../has-passkeys.js';
import type { UseSignIn } from '../../use-sign-in.js';
import { useParts } from './kit.js';
import type { Problem } from './problem.js';
import { useSay } from './say.js';

/** What a {@link PasskeyOffer} takes. */
export interface PasskeyOfferProps {
  readonly hook: UseSignIn;

  /** The account is signed in. */
  readonly onIn: () => void;

  /** Whether browsers are to list passkeys below the field too. */
  readonly isAutofilled: boolean;
}

/** A button that signs in with a passkey, and the same in the browser's list below the field. */
export function PasskeyOffer({ hook, onIn, isAutofilled }: PasskeyOfferProps): ReactElement {
  const { Button, Outcome, problemOf } = useParts();
  const say = useSay();
  const [problem, onProblem] = useState<Problem>();
  const [tries, setTries] = useState(0);
  const [isBusy, setBusy] = useState(false);
  useAutofill(isAutofilled, tries, hook, onIn, onProblem);
  const press = (): void => {
    onProblem(undefined);
    setBusy(true);
    hook.signInWithPasskey().then(
      (isIn) => isIn && onIn(),
      (error: unknown) => {
        onProblem(problemOf(error));
        setBusy(false);
        // The window has taken the list below the field back.
        setTries((count) => count + 1);
      },
    );
  };
  return (
    <>
      <Button isBusy={isBusy} onPress={press}>{say('wayPasskey')}</Button>
      {problem && <Outcome isGood={false}>{problem.text}</Outcome>}
    </>
  );
}

/** Has the browser offer passkeys below the field, for as long as the field is there; again after each try in a window. */
function useAutofill(isOffered: boolean, tries: number, { signInWithPasskey }: UseSignIn, onIn: () => void, onProblem: (problem: Problem) => void): void {
  const { problemOf } = useParts();
  const latest = useRef({ onIn, onProblem, problemOf });
  latest.current = { onIn, onProblem, problemOf };
  useEffect(() => {
    if (!isOffered) return undefined;
    const over = new AbortController();
    const offer = async (): Promise<void> => {
      if (!(await hasAutofill()) || over.signal.aborted) return;
      try {
        if (await signInWithPasskey({ autofill: true, signal: over.signal })) latest.current.onIn();
      } catch (error) {
        // Whoever chooses none signs in in another way. What was chosen and refused is said, and can be chosen again.
        if (over.signal.aborted || !(error as KeyrackError).status) return;
        latest.current.onProblem(latest.current.problemOf(error));
        if ((error as KeyrackError).code === 'passkey_request_expired') await offer();
      }
    };
    void offer();
    return () => over.abort();
  }, [isOffered, tries, signInWithPasskey]);
}
