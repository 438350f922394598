import { useMemo } from 'react';
import { domainMethods, type DomainMethods, invitationMethods, type InvitationMethods, joinOrganization } from './joining.js';
import { pathOf } from './places.js';
import { useClient } from './provider.js';
import { list, type Pages, pages } from './reading.js';
import type { OrganizationDomain, OrganizationInvitation, OrganizationMembership, OrganizationSuggestion } from './types.gen.js';
import { type Beside, useEntry } from './use-entry.js';
import { usePlaceId } from './use-place.js';
import { useListOf } from './use-roles.js';

/** Which invitations {@link useOrganizationInvitations} shows. */
export interface InvitationsQuery {
  /** The organization; the active one when omitted. */
  readonly organizationId?: string | undefined;

  /** Only those to this workspace: all that somebody sees who manages no more than that. */
  readonly workspaceId?: string | undefined;

  /** How many at once, 1 to 100; 100 when omitted. */
  readonly limit?: number | undefined;
}

/** Before the invitations are there. */
export interface OrganizationInvitationsLoading extends Beside, Partial<Record<keyof InvitationMethods, undefined>> {
  readonly loading: true;
  readonly invitations?: undefined;
  readonly hasMore?: undefined;
  readonly fetchMore?: undefined;
}

/** Once they are. */
export interface OrganizationInvitationsLoaded extends Beside, InvitationMethods {
  readonly loading: false;

  /** As many as were asked for so far of those that nobody has accepted yet, expired ones too, newest first. */
  readonly invitations: readonly OrganizationInvitation[];

  /** Whether there may be more than are shown. */
  readonly hasMore: boolean;

  /** Adds the next ones. Never rejects: what went wrong is in `error`. */
  readonly fetchMore: () => Promise<void>;
}

/** What {@link useOrganizationInvitations} returns. */
export type UseOrganizationInvitations = OrganizationInvitationsLoading | OrganizationInvitationsLoaded;

/** Before the domains are there. */
export interface OrganizationDomainsLoading extends Beside, Partial<Record<keyof DomainMethods, undefined>> {
  readonly loading: true;
  readonly domains?: undefined;
}

/** Once they are. */
export interface OrganizationDomainsLoaded extends Beside, DomainMethods {
  readonly loading: false;

  /** The domains that the organization has claimed, proved or not. */
  readonly domains: readonly OrganizationDomain[];
}

/** What {@link useOrganizationDomains} returns. */
export type UseOrganizationDomains = OrganizationDomainsLoading | OrganizationDomainsLoaded;

/** Before the suggestions are there. */
export interface OrganizationSuggestionsLoading extends Beside {
  readonly loading: true;
  readonly suggestions?: undefined;
  readonly join?: undefined;
}

/** Once they are. */
export interface OrganizationSuggestionsLoaded extends Beside {
  readonly loading: false;

  /** Those that have proved the domain of an address which the account has proved, and that it is not in. */
  readonly suggestions: readonly OrganizationSuggestion[];

  /**
   * Makes the account a member. It goes on acting where it does.
   *
   * @throws KeyrackError `organization_not_found` when it is not suggested any more, `too_many_organizations`,
   * `organization_full`.
   */
  readonly join: (organizationId: string) => Promise<OrganizationMembership>;
}

/** What {@link useOrganizationSuggestions} returns. */
export type UseOrganizationSuggestions = OrganizationSuggestionsLoading | OrganizationSuggestionsLoaded;

/** The most that one request brings. */
const MOST = 100;

const NONE_SENT: Pages<never> = { items: [], total: 0, next: null };

/**
 * The invitations that an organization has sent, page by page, and how to send one; none outside of organizations.
 * Whoever may not see them has `error` set (`permission_denied`), and stays loading.
 *
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useOrganizationInvitations(query: InvitationsQuery = {}): UseOrganizationInvitations {
  const { organizationId, workspaceId, limit = MOST } = query;
  const client = useClient();
  const { id, isKnown } = usePlaceId('organization', organizationId);
  const of = workspaceId === undefined ? '' : `?workspace_id=${encodeURIComponent(workspaceId)}`;
  const path = id === undefined ? null : `${pathOf('organization', id)}/invitations${of}`;
  const entry = useEntry('scope', path, (on, at, bound) => pages<OrganizationInvitation>(on, at, bound, limit));
  const { data, owner, error, refetch, more } = entry;
  const shown = data ?? (isKnown && owner === undefined ? NONE_SENT : undefined);
  const methods = useMemo(() => invitationMethods(client, id), [client, id]);
  return useMemo(() => {
    if (!shown) return { loading: true, error, refetch };
    const { items: invitations, next } = shown;
    return { loading: false, invitations, hasMore: next !== null, fetchMore: more, error, refetch, ...methods };
  }, [shown, error, refetch, more, methods]);
}

/**
 * The domains of an organization, and how to claim and prove one; none outside of organizations. Whoever may not see
 * them has `error` set (`permission_denied`), and stays loading.
 *
 * @param organizationId The organization; the active one when omitted.
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useOrganizationDomains(organizationId?: string): UseOrganizationDomains {
  const client = useClient();
  const { items, id, error, refetch } = useListOf<OrganizationDomain>('organization', organizationId, 'domains');
  const methods = useMemo(() => domainMethods(client, id), [client, id]);
  return useMemo(
    () => (items ? { loading: false, domains: items, error, refetch, ...methods } : { loading: true, error, refetch }),
    [items, error, refetch, methods],
  );
}

const SUGGESTIONS = '/me/organization-suggestions';
const NONE: readonly never[] = [];

/**
 * The organizations that the active account may join without an invitation.
 *
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useOrganizationSuggestions(): UseOrganizationSuggestions {
  const client = useClient();
  const { data, owner, isEarly, error, refetch } = useEntry('account', SUGGESTIONS, list<OrganizationSuggestion>);
  const suggestions = data ?? (!isEarly && owner === undefined ? NONE : undefined);
  const join = useMemo(() => (organizationId: string) => joinOrganization(client, organizationId), [client]);
  return useMemo(
    () => (suggestions ? { loading: false, suggestions, join, error, refetch } : { loading: true, error, refetch }),
    [suggestions, join, error, refetch],
  );
}
