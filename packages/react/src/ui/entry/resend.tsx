import { type ReactElement, type ReactNode, useState } from 'react';
import type { KeyrackError } from '../../error.js';
import { useParts } from './kit.js';
import type { Problem } from './problem.js';
import { useSay } from './say.js';
import { useCountdown } from './use-countdown.js';

/** Within so many seconds of a code no other one is sent. */
const PAUSE_S = 60;

interface SentProps {
  /** Why the code could not be sent. */
  readonly unsent: KeyrackError | undefined;

  /** What is on its way. */
  readonly children: ReactNode;
}

/** That the code is on its way; where it could not be sent, that and why. */
export function Sent({ unsent, children }: SentProps): ReactElement {
  const { Lead, Notice, problemOf } = useParts();
  const say = useSay();
  return unsent ? <Notice isBad>{`${say('codeUnsent')} ${problemOf(unsent).text}`}</Notice> : <Lead>{children}</Lead>;
}

interface Props {
  readonly label: string;
  readonly send: () => Promise<unknown>;

  /** Whether none was sent yet, so that there is nothing to wait for. */
  readonly isDue?: boolean;
}

/** Has a code sent again, once that would be done. */
export function Resend({ label, send, isDue = false }: Props): ReactElement {
  const { Button, Outcome, problemOf } = useParts();
  const say = useSay();
  const [sent, setSent] = useState(0);
  const left = useCountdown(isDue ? 0 : PAUSE_S, sent);
  const [isBusy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Problem & { readonly isGood?: boolean }>();

  function press(): void {
    setBusy(true);
    setOutcome(undefined);
    send()
      .then(
        () => {
          setSent((count) => count + 1);
          setOutcome({ text: say('codeResent'), isGood: true });
        },
        (error: unknown) => setOutcome(problemOf(error)),
      )
      .finally(() => setBusy(false));
  }

  return (
    <div className="resend kr-resend">
      <Button isBusy={isBusy} isOff={left > 0} onPress={press}>
        {label}
      </Button>
      <span className="kr-left" aria-hidden="true">
        {left > 0 ? say('codeResendIn', { seconds: left }) : ''}
      </span>
      <Outcome isGood={!outcome || !!outcome.isGood}>{outcome?.text}</Outcome>
    </div>
  );
}
