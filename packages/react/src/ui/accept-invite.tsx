import { type ReactElement, useState } from 'react';
import type { InvitationAcceptance } from '../types.gen.js';
import { useInvitation } from '../use-invitation.js';
import { useSession } from '../use-session.js';
import { Frame, Wait } from './frame.js';
import { Picture } from './parts.js';
import { useRun } from './use-run.js';
import { useWords } from './words.js';

/** What {@link AcceptInvite} takes. */
export interface AcceptInviteProps {
  /** What the link of the mail says: `token=`. */
  readonly token: string;

  /** Called when the account is a member and acts there. */
  readonly onAccepted?: (accepted: InvitationAcceptance) => void;

  /** Where the invited signs in and comes back from; only said when omitted. Gets the invited address. */
  readonly signInUrl?: (email: string) => string;

  /** The same for who has no account yet. */
  readonly signUpUrl?: (email: string) => string;
}

/** An invitation for whoever has its link: to what, for whom, and how to accept it. It is accepted by a click alone. */
export function AcceptInvite({ token, onAccepted, signInUrl, signUpUrl }: AcceptInviteProps): ReactElement {
  const words = useWords();
  const { loading, error, refetch, invitation, accept } = useInvitation(token);
  const { session } = useSession();
  const run = useRun();
  const [accepted, setAccepted] = useState('');
  if (loading) return <Frame isBusy><Wait error={error} refetch={refetch} /></Frame>;
  const { organization, workspace, email, inviter_name: inviter } = invitation;
  if (accepted) return <Frame><p className="kr-wait" role="status" tabIndex={-1} ref={focus}>{words.accepted(accepted)}</p></Frame>;
  if (!invitation.valid) return <Frame><p className="kr-wait" role="alert">{invitation.message}</p></Frame>;
  const place = [organization?.name, workspace?.name].filter(Boolean).join(' / ');

  function acceptIt(): void {
    void run.run(async () => {
      const answer = await accept?.();
      if (!answer) return;
      setAccepted(place);
      onAccepted?.(answer);
    });
  }

  return (
    <Frame label={words.invitations}>
      <p>{inviter ? words.invitedBy(inviter) : words.invitedTo}</p>
      <p className="kr-row">
        <Picture url={workspace?.image_url || organization?.image_url || ''} name={place} />
        <strong>{place}</strong>
      </p>
      <p className="kr-quiet">{email}</p>
      {run.error && <Refused code={run.error.code} message={run.error.message} email={email ?? ''} signInUrl={signInUrl} signUpUrl={signUpUrl} />}
      <button type="button" className="kr-button kr-main" aria-busy={run.isBusy || !session} onClick={acceptIt}>
        {words.accept}
      </button>
    </Frame>
  );
}

/** The button that had it is gone. */
function focus(element: HTMLElement | null): void {
  element?.focus();
}

interface RefusedProps {
  readonly code: string;
  readonly message: string;
  readonly email: string;
  readonly signInUrl: AcceptInviteProps['signInUrl'];
  readonly signUpUrl: AcceptInviteProps['signUpUrl'];
}

/** Why it was not accepted, and the ways to what is missing. */
function Refused({ code, message, email, signInUrl, signUpUrl }: RefusedProps): ReactElement {
  const words = useWords();
  const isOther = code === 'INVITATION_EMAIL_MISMATCH';
  const isNew = code === 'INVITATION_REQUIRES_SIGNUP';
  const signIn = { how: words.acceptSignIn(email), url: signInUrl?.(email) };
  const signUp = { how: words.acceptSignUp(email), url: signUpUrl?.(email) };
  // While others are signed in nobody says whether the invited has an account.
  const ways = isOther ? [signIn, signUp] : isNew ? [signUp] : code === 'signed_out' ? [signIn] : [];
  return (
    <p role="alert" className="kr-error">
      {isOther ? words.acceptAsOther : ways.length === 0 && message}
      {ways.map(({ how, url }) => (
        <span key={how}> {url ? <a href={url}>{how}</a> : how}</span>
      ))}
    </p>
  );
}
