import { type ReactElement, type ReactNode, useState } from 'react';
import type { MagicLink as Shown } from '../../types.gen.js';
import { type MagicLinkLoaded, type MagicLinkLoading, useMagicLink } from '../../use-magic-link.js';
import { Frame } from '../frame.js';
import { useOnce } from './use-once.js';
import { useParts } from './kit.js';
import { Left } from './later.js';
import type { Problem } from './problem.js';
import { useSay } from './say.js';

/** What {@link MagicLink} takes. */
export interface MagicLinkProps {
  /** What the mailed link says: `token=` and `attempt=`. */
  readonly token: string;
  readonly attempt: string;

  /** Called once the account is signed in here. */
  readonly onDone?: (() => void) | undefined;

  /** What stands below a link that does not work, such as a way back to the sign-in. */
  readonly footer?: ReactNode;
}

/**
 * The page that a mailed link leads to. It signs nobody in by itself: who asked for the link in this browser presses a
 * button; anybody else is told who asked, and gets the code for there; signing in here instead is a second button.
 */
export function MagicLink(props: MagicLinkProps): ReactElement {
  return (
    <Frame>
      <Link {...props} />
    </Frame>
  );
}

function Link({ token, attempt, onDone, footer }: MagicLinkProps): ReactElement {
  const { Title, Notice, Working } = useParts();
  const say = useSay();
  const hook = useMagicLink({ token, attempt });
  const [is, setIs] = useState<'in' | 'left' | 'over'>();
  useOnce(is === 'in', () => onDone?.());
  if (is === 'in') return <Working />;
  if (is === 'left') return <Left attemptId={hook.attemptId} onDone={() => setIs('in')} onOver={() => setIs('over')} />;
  const isOver = is === 'over' || (hook.loading ? OVER.includes(hook.error?.code ?? '') : hook.link.state !== 'open');
  if (isOver) {
    return (
      <>
        <Title takesFocus>{say('magicOverTitle')}</Title>
        <Notice isBad>{say('magicOverText')}</Notice>
        {footer}
      </>
    );
  }
  if (hook.loading) return <Waits error={hook.error} refetch={hook.refetch} />;
  return <Open hook={hook} onConfirmed={(isIn) => setIs(isIn ? 'in' : 'left')} />;
}

/** Refusals that say of the link itself that it does not work. */
const OVER: readonly string[] = ['link_not_valid', 'verification_code_expired', 'BAD_SIGN_IN_ATTEMPT', 'not_found'];

/** The link is being looked at, and that goes on: what went wrong says nothing about it. */
function Waits({ error, refetch }: Pick<MagicLinkLoading, 'error' | 'refetch'>): ReactElement {
  const { Notice, Ways, Button, Working, problemOf } = useParts();
  const say = useSay();
  if (!error) return <Working />;
  return (
    <Ways>
      <Notice isBad>{problemOf(error).text}</Notice>
      <Button onPress={() => void refetch()}>{say('again')}</Button>
    </Ways>
  );
}

interface OpenProps {
  readonly hook: MagicLinkLoaded;
  readonly onConfirmed: (isIn: boolean) => void;
}

function Open({ hook, onConfirmed }: OpenProps): ReactElement {
  const { Title, Lead, Ways, Button, Outcome, problemOf } = useParts();
  const say = useSay();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const { link } = hook;

  function confirm(): void {
    setBusy(true);
    setProblem(undefined);
    hook.confirm({ here: !link.same_browser }).then(onConfirmed, (error: unknown) => {
      setProblem(problemOf(error));
      setBusy(false);
    });
  }

  return (
    <>
      <Title>{say(link.same_browser ? 'magicTitle' : 'magicOtherTitle')}</Title>
      <Lead>{link.same_browser ? say('magicOwnText') : say('magicOtherText', whoOf(link))}</Lead>
      {!link.same_browser && link.code && (
        <>
          <Lead>{say('magicCodeText')}</Lead>
          <p className="kr-secret kr-code">{link.code}</p>
          <Lead>{say('magicNotYou')}</Lead>
        </>
      )}
      <Ways>
        <Button look={link.same_browser ? 'main' : 'usual'} isBusy={isBusy} onPress={confirm}>
          {say(link.same_browser ? 'magicSubmit' : 'magicHere')}
        </Button>
      </Ways>
      <Outcome isGood={false}>{problem?.text}</Outcome>
    </>
  );
}

function whoOf({ browser, device, city, country, ip_address: address, asked_at }: Shown): Record<string, string> {
  const place = [city, country].filter(Boolean).join(', ') || address || '–';
  return { browser: browser || '–', device: device || '–', place, time: asked_at ? new Date(asked_at).toLocaleString() : '–' };
}
