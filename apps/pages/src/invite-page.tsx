import { type InvitationValidation, type SessionLoaded, type SignIn, useInvitation } from '@keyrack/react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { type Account, AccountRow } from './account.js';
import { afterInvite, inviteToken, leaveInvite, pageLink } from './links.js';
import type { PageProps } from './page.js';
import { problemOf } from './problem.js';
import { Say, say } from './say.js';
import { mostAccounts } from './settings.js';
import { GoingOn, Loading, Unreachable } from './states.js';
import { Title } from './title.js';

/** `/invite`: what a mailed link is to. Nothing but the button accepts: mail programs and scanners open links, too. */
export function InvitePage({ hook }: PageProps) {
  return inviteToken ? <Linked hook={hook} token={inviteToken} /> : <Over code="invitation_invalid" />;
}

function Linked({ hook, token }: PageProps & { readonly token: string }) {
  const { loading, invitation, accept, error, refetch } = useInvitation(token);
  const [accepted, setAccepted] = useState<Accepted>();
  // While it is being accepted it is looked at again, and is used up by then.
  const [kept, setKept] = useState<InvitationValidation>();
  if (accepted) return afterInvite ? <GoingOn /> : <Done accepted={accepted} />;
  if (loading) return error ? <Unreachable retry={refetch} /> : <Loading />;
  const shown = kept ?? invitation;
  if (!shown.valid) return <Over code={shown.error_code ?? 'invitation_invalid'} />;
  const press = async () => {
    setKept(shown);
    try {
      await accept();
    } catch (error) {
      setKept(undefined);
      throw error;
    }
    setAccepted({ email: shown.email ?? '', organization: shown.organization?.name ?? '' });
    leaveInvite();
  };
  return <Open hook={hook} invitation={shown} token={token} accept={press} />;
}

interface Accepted {
  readonly email: string;
  readonly organization: string;
}

interface OpenProps extends PageProps {
  readonly invitation: InvitationValidation;
  readonly token: string;
  readonly accept: () => Promise<void>;
}

/** One that can be accepted, by whoever of this browser is invited. */
function Open({ hook, invitation, token, accept }: OpenProps) {
  const email = invitation.email ?? '';
  const { signins, active_signin } = hook.session;
  const mine = signins.find((signIn) => hasProved(signIn, email));
  return (
    <>
      <Invited invitation={invitation} email={email} />
      {(mine ? signins.length > 1 : signins.length > 0) && (
        <ul className="accounts" aria-label={say('accounts_list')}>
          {signins.map((signIn) => (
            <AccountRow
              key={signIn.id}
              account={accountOf(signIn)}
              isActive={signIn.id === active_signin?.id}
              note={signIn === mine ? undefined : say('invite_not_invited')}
            />
          ))}
        </ul>
      )}
      {mine ? <Accept email={email} accept={accept} /> : <Ways hook={hook} email={email} token={token} />}
    </>
  );
}

function Invited({ invitation, email }: { readonly invitation: InvitationValidation; readonly email: string }) {
  const strong = (text = ''): ReactNode => <strong>{text}</strong>;
  const names = {
    inviter: strong(invitation.inviter_name ?? ''),
    organization: strong(invitation.organization?.name),
    workspace: strong(invitation.workspace?.name),
  };
  return (
    <>
      <Title>{say('invite_title', { organization: invitation.organization?.name ?? '' })}</Title>
      <p className="lead">
        <Say k={invitation.workspace ? 'invite_text_workspace' : 'invite_text'} values={names} />
      </p>
      <p className="lead">
        <Say k="invite_for" values={{ email: strong(email) }} />
      </p>
    </>
  );
}

/** Whether this account may accept an invitation of this address. The server looks again. */
function hasProved({ user }: SignIn, email: string): boolean {
  return user.user_email_addresses.some((address) => address.verified && address.email === email);
}

function accountOf({ id, user }: SignIn): Account {
  return { id, name: `${user.first_name} ${user.last_name}`.trim(), email: user.email_address || user.username || '' };
}

function Accept({ email, accept }: { readonly email: string; readonly accept: () => Promise<void> }) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const press = () => {
    if (isBusy) return;
    setBusy(true);
    setProblem(undefined);
    accept().catch((error: unknown) => {
      setProblem(problemOf(error).text);
      setBusy(false);
    });
  };
  return (
    <div className="ways">
      <p className={problem ? 'alert alert-shown' : 'alert'} role="alert">
        {problem}
      </p>
      <button type="button" className="button button-main" aria-busy={isBusy} onClick={press}>
        {say('invite_accept', { email })}
      </button>
    </div>
  );
}

/** Ways to the account that is invited, where it is not signed in. */
function Ways({ hook, email, token }: { readonly hook: SessionLoaded; readonly email: string; readonly token: string }) {
  const link = { invite_token: token, login_hint: email };
  if (hook.session.signins.length >= mostAccounts) {
    return (
      <div className="ways">
        <p className="lead">{mostAccounts === 1 ? say('accounts_single') : say('accounts_full', { max: mostAccounts })}</p>
        <a className="button button-main" href={pageLink('accounts', link)}>
          {say('invite_to_accounts')}
        </a>
      </div>
    );
  }
  return (
    <div className="ways">
      <p className="lead">
        <Say k="invite_sign_in_text" values={{ email: <strong>{email}</strong> }} />
      </p>
      <a className="button button-main" href={pageLink('sign-in', { ...link, prompt: 'login' })}>
        {say('invite_sign_in')}
      </a>
      <a className="button" href={pageLink('sign-up', { ...link, prompt: 'create' })}>
        {say('invite_sign_up')}
      </a>
    </div>
  );
}

/** One that cannot be accepted. */
function Over({ code }: { readonly code: string }) {
  return (
    <>
      <Title>{say('invite_over_title')}</Title>
      <p className="notice notice-warning" role="alert">
        {say(code.toLowerCase() === 'invitation_expired' ? 'error_invitation_expired' : 'error_invitation_invalid')}
      </p>
      <a className="button" href={pageLink('accounts')}>
        {say('invite_to_accounts')}
      </a>
    </>
  );
}

/** It was accepted, and there is nowhere to go on to. */
function Done({ accepted }: { readonly accepted: Accepted }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <>
      <Title ref={title}>{say('invite_done_title', { organization: accepted.organization })}</Title>
      <p className="notice notice-info" role="status">
        {say('invite_done_text', { email: accepted.email })}
      </p>
      <a className="button button-main" href={pageLink('accounts')}>
        {say('invite_go_on')}
      </a>
    </>
  );
}
