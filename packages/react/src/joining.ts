/** What can be done about those who are to join an organization: invitations and domains, without React. */
import { act } from './acts.js';
import type { Client } from './client.js';
import { meant, pathOf } from './places.js';
import type { DomainJoinMode, OrganizationDomain, OrganizationInvitation, OrganizationMembership } from './types.gen.js';

/** Whom to invite, and as what. */
export interface NewInvitation {
  readonly email: string;

  /** The role in the organization; that of all who join when omitted. */
  readonly roleId?: string | undefined;

  /** A workspace of it, to be a member of that too. */
  readonly workspaceId?: string | undefined;

  /** The role there. */
  readonly workspaceRoleId?: string | undefined;
}

/** What can be done to the invitations of an organization. */
export interface InvitationMethods {
  /**
   * Mails somebody an invitation.
   *
   * @throws KeyrackError `permission_denied`, `role_exceeds_yours`, a code for a bad address.
   */
  readonly invite: (invitation: NewInvitation) => Promise<OrganizationInvitation>;

  /** Mails it once more, with another link and a new term; the earlier link is dead. */
  readonly resend: (invitationId: string) => Promise<void>;

  /** Withdraws it: its link is dead. */
  readonly discard: (invitationId: string) => Promise<void>;
}

/** Those of one organization; of an id that is missing each rejects. */
export function invitationMethods(client: Client, id: string | undefined): InvitationMethods {
  const path = (): string => `${pathOf('organization', meant('organization', id))}/invitations`;
  const change = (how: string) => async (invitationId: string): Promise<void> => {
    await act(client, { path: `${path()}/${encodeURIComponent(invitationId)}/${how}`, reloads: [path()] });
  };
  return {
    invite: async ({ email, roleId, workspaceId, workspaceRoleId }) => {
      const body = { email, role_id: roleId, workspace_id: workspaceId, workspace_role_id: workspaceRoleId };
      return (await act<OrganizationInvitation>(client, { path: path(), body, reloads: [path()] })) as OrganizationInvitation;
    },
    resend: change('resend'),
    discard: change('discard'),
  };
}

/** What can be done to the domains of an organization. */
export interface DomainMethods {
  /**
   * Claims a domain; the answer says which DNS record proves it.
   *
   * @param joinMode What it does once it is proved; `suggestion` when omitted.
   * @throws KeyrackError `permission_denied`, `invalid_domain`, `domain_not_claimable`, `domain_exists`,
   * `too_many_domains`, `role_exceeds_yours`.
   */
  readonly addDomain: (domain: string, joinMode?: DomainJoinMode) => Promise<OrganizationDomain>;

  /** Changes what a domain does once it is proved. */
  readonly updateDomain: (domainId: string, joinMode: DomainJoinMode) => Promise<OrganizationDomain>;

  /**
   * Looks for that record now.
   *
   * @throws KeyrackError `domain_record_not_found`, `domain_lookup_failed`, `domain_taken` when another organization has
   * proved it, `too_many_attempts`.
   */
  readonly verifyDomain: (domainId: string) => Promise<OrganizationDomain>;

  /** Gives the domain up. */
  readonly deleteDomain: (domainId: string) => Promise<void>;
}

/** Those of one organization; of an id that is missing each rejects. */
export function domainMethods(client: Client, id: string | undefined): DomainMethods {
  const path = (): string => `${pathOf('organization', meant('organization', id))}/domains`;
  const change = (domainId: string, how: string, body: object = {}) =>
    act<OrganizationDomain>(client, { path: `${path()}/${encodeURIComponent(domainId)}/${how}`, body, reloads: [path()] });
  return {
    addDomain: async (domain, join_mode) => {
      const request = { path: path(), body: { domain, join_mode }, reloads: [path()] };
      return (await act<OrganizationDomain>(client, request)) as OrganizationDomain;
    },
    updateDomain: async (domainId, join_mode) => (await change(domainId, 'update', { join_mode })) as OrganizationDomain,
    verifyDomain: async (domainId) => (await change(domainId, 'verify')) as OrganizationDomain,
    deleteDomain: async (domainId) => void (await change(domainId, 'delete')),
  };
}

/** Joins an organization that is suggested. */
export async function joinOrganization(client: Client, organizationId: string): Promise<OrganizationMembership> {
  const path = `${pathOf('organization', organizationId)}/join`;
  // Memberships, suggestions and the inbox.
  return (await act<OrganizationMembership>(client, { path, reloads: ['/me/', '/notifications'] })) as OrganizationMembership;
}
