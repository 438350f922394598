import { type EndedAccount, type SessionLoaded, type SignIn, useSessionList } from '@keyrack/react';
import { useRef } from 'react';
import { type Account, AccountRow } from './account.js';
import { ending } from './endings.js';
import { destination, pageLink } from './links.js';
import { say } from './say.js';
import { isSignUpClosed, mostAccounts } from './settings.js';
import { Maintenance, Notice } from './states.js';
import { Title } from './title.js';
import { type Steps, useSteps } from './use-steps.js';

export interface ChooserProps {
  readonly hook: SessionLoaded;

  /** What the page is for: where it goes on to, and which form adds an account. */
  readonly way: 'sign-in' | 'sign-up';
}

/** The accounts of this browser: one is chosen to go on with, others are added, ended or taken off the list. */
export function Chooser({ hook, way }: ChooserProps) {
  const title = useRef<HTMLHeadingElement>(null);
  const steps = useSteps(hook, way, title);
  const { signins, active_signin } = hook.session;
  const { ended = [] } = useSessionList();
  const isEmpty = signins.length + ended.length === 0;
  // Where a list of ended accounts follows, each says why by itself.
  const reason = active_signin || ended.length > 0 ? undefined : ending(hook.endReason);
  return (
    <>
      <Title ref={title}>{say(isEmpty ? 'accounts_none_title' : 'accounts_title')}</Title>
      <p className="lead">{say(isEmpty ? 'accounts_none_text' : 'accounts_text')}</p>
      {reason && <Notice>{reason}</Notice>}
      {!isEmpty && (
        <ul className="accounts" aria-label={say('accounts_list')} aria-busy={steps.isBusy}>
          {signins.map((signIn) => (
            <Live key={signIn.id} signIn={signIn} isActive={signIn.id === active_signin?.id} way={way} steps={steps} />
          ))}
          {ended.map((one) => (
            <Ended key={one.user_id} ended={one} steps={steps} />
          ))}
        </ul>
      )}
      <p className={steps.problem ? 'alert alert-shown' : 'alert'} role="alert">
        {steps.problem}
      </p>
      <Ways count={signins.length} way={way} signOutAll={steps.signOutAll} />
      <p className="unseen" role="status">
        {steps.said}
      </p>
    </>
  );
}

export type LeavingProps = Pick<ChooserProps, 'hook'>;

/** The accounts while nothing can be changed: whoever wants to leave can. */
export function Leaving({ hook }: LeavingProps) {
  const title = useRef<HTMLHeadingElement>(null);
  const steps = useSteps(hook, 'sign-in', title);
  const { signins, active_signin } = hook.session;
  return (
    <>
      <Maintenance title={title} />
      {signins.length > 0 && (
        <ul className="accounts" aria-label={say('accounts_list')} aria-busy={steps.isBusy}>
          {signins.map((signIn) => (
            <Live key={signIn.id} signIn={signIn} isActive={signIn.id === active_signin?.id} steps={steps} />
          ))}
        </ul>
      )}
      <p className={steps.problem ? 'alert alert-shown' : 'alert'} role="alert">
        {steps.problem}
      </p>
      <p className="unseen" role="status">
        {steps.said}
      </p>
    </>
  );
}

interface LiveProps {
  readonly signIn: SignIn;
  readonly isActive: boolean;

  /** Absent where it cannot be chosen. */
  readonly way?: ChooserProps['way'];
  readonly steps: Steps;
}

function Live({ signIn, isActive, way, steps }: LiveProps) {
  const account = accountOf(signIn);
  // The active one leads on; where there is nowhere to go on to, it is only shown.
  const isShown = way === undefined || (isActive && destination(way) === undefined);
  const choose = isShown ? undefined : () => steps.choose(account, isActive);
  const end = {
    icon: 'leave',
    label: say('accounts_sign_out_one', { email: account.email }),
    title: say('accounts_sign_out'),
    onClick: () => steps.signOut(account),
  } as const;
  return <AccountRow account={account} isActive={isActive} verb={say('accounts_continue')} onChoose={choose} end={end} />;
}

function accountOf({ id, user }: SignIn): Account {
  return { id, name: `${user.first_name} ${user.last_name}`.trim(), email: user.email_address || user.username || '' };
}

function Ended({ ended, steps }: { readonly ended: EndedAccount; readonly steps: Steps }) {
  const { user_id: id, name, email_address, username, end_reason } = ended;
  const account: Account = { id, name: name === username ? '' : name, email: email_address || username };
  const href = pageLink('sign-in', { prompt: 'login', login_hint: account.email });
  const end = {
    icon: 'remove',
    label: say('accounts_forget_one', { email: account.email }),
    title: say('accounts_forget'),
    onClick: () => steps.forget(account),
  } as const;
  const note = ending(end_reason) ?? say('accounts_again');
  return <AccountRow account={account} verb={say('accounts_again')} href={href} note={note} end={end} />;
}

interface WaysProps {
  readonly count: number;
  readonly way: ChooserProps['way'];
  readonly signOutAll: () => void;
}

/** Ways to another account, and out of all. */
function Ways({ count, way, signOutAll }: WaysProps) {
  if (count === 0) {
    return (
      <div className="ways">
        <a className="button button-main" href={pageLink('sign-in')}>
          {say('sign_in_submit')}
        </a>
        {!isSignUpClosed && (
          <a className="button" href={pageLink('sign-up')}>
            {say('sign_in_to_sign_up')}
          </a>
        )}
      </div>
    );
  }
  return (
    <div className="ways">
      {count >= mostAccounts ? (
        <p className="lead">{mostAccounts === 1 ? say('accounts_single') : say('accounts_full', { max: mostAccounts })}</p>
      ) : way === 'sign-up' && !isSignUpClosed ? (
        <a className="button" href={pageLink('sign-up', { prompt: 'create' })}>
          {say('accounts_create')}
        </a>
      ) : (
        <a className="button" href={pageLink('sign-in', { prompt: 'login' })}>
          {say('accounts_add')}
        </a>
      )}
      {count > 1 && (
        <button type="button" className="link" onClick={signOutAll}>
          {say('accounts_sign_out_all')}
        </button>
      )}
      {way === 'sign-in' && (
        <p className="other">
          <a href={pageLink('account')}>{say('accounts_manage')}</a>
        </p>
      )}
    </div>
  );
}
