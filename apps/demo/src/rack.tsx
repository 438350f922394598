import type { SessionLoaded, SignIn } from '@keyrack/react';
import { type ReactNode, useState } from 'react';
import { sentence } from './sentences.js';

interface Props {
  readonly hook: SessionLoaded;

  /** Called when the button that had the focus is gone. */
  readonly onGone: () => void;

  /** What can be done beside signing out. */
  readonly children: ReactNode;
}

/** The account switcher. */
export function Rack({ hook, onGone, children }: Props) {
  const { session, switchSignIn, signOut } = hook;
  const [error, setError] = useState<string>();

  async function attempt(change: Promise<void>, onDone?: () => void) {
    setError(undefined);
    try {
      await change;
      onDone?.();
    } catch (reason) {
      setError(sentence(reason));
    }
  }

  return (
    <>
      <ul className="rack">
        {session.signins.map((signIn) => (
          <Tag
            key={signIn.id}
            signIn={signIn}
            isActive={signIn.id === session.active_signin?.id}
            onSwitch={() => attempt(switchSignIn(signIn.id))}
            onSignOut={() => attempt(signOut(signIn.id), onGone)}
          />
        ))}
      </ul>
      <div className="rack-actions">
        {children}
        <button type="button" className="link" onClick={() => attempt(signOut(), onGone)}>
          Sign out of all accounts
        </button>
      </div>
      <p className="error" role="alert">
        {error}
      </p>
    </>
  );
}

interface TagProps {
  readonly signIn: SignIn;
  readonly isActive: boolean;
  readonly onSwitch: () => void;
  readonly onSignOut: () => void;
}

function Tag({ signIn, isActive, onSwitch, onSignOut }: TagProps) {
  const { first_name, last_name, email_address } = signIn.user;
  const name = `${first_name} ${last_name}`.trim();
  return (
    <li className={isActive ? 'tag tag-active' : 'tag'}>
      <button
        type="button"
        className="tag-switch"
        aria-current={isActive ? 'true' : undefined}
        onClick={onSwitch}
      >
        <span className="initials" aria-hidden="true">
          {(name || email_address).slice(0, 1).toUpperCase()}
        </span>
        <span className="tag-text">
          {!isActive && <span className="unseen">Switch to </span>}
          <strong>{name || email_address} </strong>
          <span>{email_address} </span>
        </span>
        <span className="tag-state" aria-hidden={!isActive}>
          {isActive ? 'active' : 'switch'}
        </span>
      </button>
      <button type="button" className="link" aria-label={`Sign out ${email_address}`} onClick={onSignOut}>
        Sign out
      </button>
    </li>
  );
}
