import { useMemo } from 'react';
import { standsElsewhere } from './acts.js';
import type { Client } from './client.js';
import type { Reader } from './entry.js';
import { KeyrackError } from './error.js';
import { ORGANIZATION_MEMBERSHIPS, WORKSPACE_MEMBERSHIPS } from './memberships.js';
import { activeMembership } from './places.js';
import { useClient } from './provider.js';
import { shelfOf } from './shelf.js';
import type { InvitationAcceptance, InvitationValidation, OrganizationMembership, WorkspaceMembership } from './types.gen.js';
import { type Beside, useEntry } from './use-entry.js';

const VALIDATE = '/deployment/invitations/validate';

/** Before it is known what the link is worth. */
export interface InvitationLoading extends Beside {
  readonly loading: true;
  readonly invitation?: undefined;
  readonly accept?: undefined;
}

/** Once it is. */
export interface InvitationLoaded extends Beside {
  readonly loading: false;

  /** To what, for whom and until when; with `valid: false` and the reason when it cannot be accepted any more. */
  readonly invitation: InvitationValidation;

  /**
   * Accepts it as the account of this browser that has proved the invited address, which becomes the active one and
   * acts in the organization from then on. Resolves when all hooks show that. Looking at the link accepts nothing.
   *
   * @throws KeyrackError `signed_out` when that account has to sign in first, `INVITATION_REQUIRES_SIGNUP` when there is
   * none yet, `INVITATION_EMAIL_MISMATCH` when others are signed in here, `INVITATION_EXPIRED`, `INVITATION_INVALID`.
   */
  readonly accept: () => Promise<InvitationAcceptance>;
}

/** What {@link useInvitation} returns. */
export type UseInvitation = InvitationLoading | InvitationLoaded;

/**
 * An invitation that somebody has a link to, whoever is signed in.
 *
 * @param token What the link says (`token=`).
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useInvitation(token: string): UseInvitation {
  const client = useClient();
  const path = `${VALIDATE}?token=${encodeURIComponent(token)}`;
  const { data: invitation, error, refetch } = useEntry('nobody', path, validation);
  const accept = useMemo(() => () => acceptInvitation(client, token, path), [client, token, path]);
  return useMemo(
    () => (invitation ? { loading: false, invitation, accept, error, refetch } : { loading: true, error, refetch }),
    [invitation, accept, error, refetch],
  );
}

function validation(client: Client, path: string): Reader<InvitationValidation> {
  return async () => {
    // Not in an address, which logs keep.
    const token = new URLSearchParams(path.split('?')[1]).get('token');
    const answer = (await client.send({ path: VALIDATE, body: { token } })) as InvitationValidation | null;
    if (typeof answer?.valid !== 'boolean') throw client.failure('network', 'The server could not be reached. Try again.');
    return answer;
  };
}

async function acceptInvitation(client: Client, token: string, path: string): Promise<InvitationAcceptance> {
  let answer: InvitationAcceptance | undefined;
  let doneAt: number | undefined;
  const shelf = shelfOf(client);
  const body = { token };
  const send = async (): Promise<unknown> => {
    const said = (await client.send({ path: '/organizations/invitations/accept', body })) as InvitationAcceptance;
    const refused = refusal(said);
    if (refused) throw refused;
    answer = said;
    doneAt = shelf.moment();
    return said.session ?? client.send({ path: '/session' });
  };
  try {
    await client.mutate({ path, body, send, isDone: (now, before) => !!answer || standsElsewhere(now, before) });
  } finally {
    await shelf.reload([path, ORGANIZATION_MEMBERSHIPS, WORKSPACE_MEMBERSHIPS], doneAt ?? shelf.moment());
  }
  return answer ?? found(client);
}

/** What an answer that was lost would have said: where the account acts now. */
async function found(client: Client): Promise<InvitationAcceptance> {
  const { session = null } = client.view();
  const active = session?.active_signin;
  const { organization } = await activeMembership<OrganizationMembership>(client, 'organization');
  const isInWorkspace = !!active?.active_workspace_membership_id;
  const workspace = isInWorkspace ? (await activeMembership<WorkspaceMembership>(client, 'workspace')).workspace : null;
  return {
    organization,
    workspace,
    signin_id: active?.id ?? null,
    already_member: false,
    requires_signin: false,
    invited_email: null,
    error_code: null,
    message: '',
    session,
  };
}

/** Answers say with a 200 that it was not accepted, for older clients. */
function refusal({ organization, already_member, requires_signin, error_code, message = '' }: InvitationAcceptance): KeyrackError | undefined {
  if (organization || already_member) return undefined;
  return new KeyrackError(error_code ?? (requires_signin ? 'signed_out' : 'unknown'), message, 403);
}
