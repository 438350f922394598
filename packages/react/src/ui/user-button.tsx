import type { ReactElement } from 'react';
import { useSession } from '../use-session.js';
import { Choice, Group } from './choices.js';
import { useSay } from './entry/say.js';
import { nameOf } from './organization-switcher.js';
import { Picture } from './parts.js';
import { Popup } from './popup.js';
import { useRun } from './use-run.js';
import type { SessionLoaded } from '../view.js';
import type { SignIn } from '../types.gen.js';

/** What {@link UserButton} takes. */
export interface UserButtonProps {
  /** Where the account is managed; no link when omitted. */
  readonly accountUrl?: string | undefined;

  /** Where another account is signed in; no link when omitted. */
  readonly signInUrl?: string | undefined;
}

/**
 * Shows who is signed in, and lets them switch to another account of this browser, manage the account, add another one,
 * and sign out of one or all. Nothing while nobody is signed in.
 */
export function UserButton(props: UserButtonProps): ReactElement | null {
  const say = useSay();
  const hook = useSession();
  if (hook.loading) return <div className="kr kr-popup kr-user" aria-busy="true"><span className="kr-opener" /></div>;
  const active = hook.session.active_signin;
  if (!active) return null;
  const name = nameOf(active);
  return (
    <Popup
      className={active.act ? 'kr-user kr-user-acted' : 'kr-user'}
      label={active.act ? say('accountActedBy', { name, actor: active.act.sub }) : say('accountOf', { name })}
      button={<Picture url={active.user.profile_picture_url} name={name} />}
      title={say('accountOf', { name })}
    >
      {(close) => <Panel key={active.id} {...props} hook={hook} active={active} close={close} />}
    </Popup>
  );
}

interface PanelProps extends UserButtonProps {
  readonly hook: SessionLoaded;
  readonly active: SignIn;
  readonly close: () => void;
}

function Panel({ hook, active, accountUrl, signInUrl, close }: PanelProps): ReactElement {
  const say = useSay();
  const run = useRun();
  const { signins } = hook.session;
  const go = (work: () => Promise<void>): void => void run.run(work).then((isDone) => isDone && close());
  const email = active.user.email_address;
  return (
    <>
      <div className="kr-row">
        <Picture url={active.user.profile_picture_url} name={nameOf(active)} />
        <span className="kr-two">
          <strong>{nameOf(active)}</strong> <span className="kr-quiet">{email !== nameOf(active) && email}</span>
        </span>
      </div>
      {active.act && (
        <p className="kr-acting" role="note">
          {say('accountActedBy', { name: nameOf(active), actor: active.act.sub })}
        </p>
      )}
      {accountUrl && !active.act && (
        <a className="kr-button" href={accountUrl}>
          {say('accountManage')}
        </a>
      )}
      {signins.length > 1 && (
        <Group title={say('accountOthers')}>
          {signins
            .filter(({ id }) => id !== active.id)
            .map((signIn) => (
              <Choice
                key={signIn.id}
                name={nameOf(signIn)}
                more={signIn.user.email_address}
                image={signIn.user.profile_picture_url}
                label={say('accountSwitchTo', { name: nameOf(signIn) })}
                run={run}
                onChoose={() => go(() => hook.switchSignIn(signIn.id))}
              />
            ))}
        </Group>
      )}
      {signInUrl && (
        <a className="kr-button" href={signInUrl}>
          {say('accountAdd')}
        </a>
      )}
      <button type="button" className="kr-button" aria-busy={run.isBusy} onClick={() => go(() => hook.signOut(active.id))}>
        {say(active.act ? 'accountEndActing' : 'accountSignOut')}
      </button>
      {signins.length > 1 && (
        <button type="button" className="kr-button" aria-busy={run.isBusy} onClick={() => go(() => hook.signOut())}>
          {say('accountSignOutAll')}
        </button>
      )}
      <p role="alert" className="kr-error">
        {run.error?.message}
      </p>
    </>
  );
}
