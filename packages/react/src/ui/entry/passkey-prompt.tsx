import { type ReactElement, useState } from 'react';
import { usePasskeys } from '../../use-ways.js';
import { useParts } from './kit.js';
import type { Problem } from './problem.js';
import { useSay } from './say.js';

/** Offers whoever has just signed in a passkey for the next time. */
export function PasskeyPrompt({ onOver }: { readonly onOver: () => void }): ReactElement {
  const { Title, Lead, Ways, Button, Outcome, problemOf } = useParts();
  const say = useSay();
  const { register } = usePasskeys();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();

  function add(): void {
    if (!register) return;
    setBusy(true);
    setProblem(undefined);
    register().then(onOver, (error: unknown) => {
      setProblem(problemOf(error));
      setBusy(false);
    });
  }

  return (
    <>
      <Title takesFocus>{say('passkeyPromptTitle')}</Title>
      <Lead>{say('passkeyPromptText')}</Lead>
      <Ways>
        <Button look="main" isBusy={isBusy || !register} onPress={add}>
          {say('passkeyPromptAdd')}
        </Button>
        <Button onPress={onOver}>{say('passkeyPromptLater')}</Button>
      </Ways>
      <Outcome isGood={false}>{problem?.text}</Outcome>
    </>
  );
}
