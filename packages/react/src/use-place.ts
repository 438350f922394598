import { useMemo } from 'react';
import { membershipPath } from './memberships.js';
import { type Kind, placeMethods, type PlaceMethods } from './places.js';
import { useClient } from './provider.js';
import type { Organization, OrganizationMembership, Workspace, WorkspaceMembership } from './types.gen.js';
import type { Beside } from './use-entry.js';
import { useMemberships } from './use-memberships.js';
import { useView } from './use-session.js';

/** Before it is known where the account acts. */
export interface OrganizationLoading extends Beside, Partial<Record<keyof PlaceMethods<Organization>, undefined>> {
  readonly loading: true;
  readonly organization?: undefined;
  readonly membership?: undefined;
}

/** Once it is. */
export interface OrganizationLoaded extends Beside, PlaceMethods<Organization> {
  readonly loading: false;

  /** The organization; null when the account acts in none, or is no member of the one that was asked for. */
  readonly organization: Organization | null;

  /** The account's membership in it, with its roles. */
  readonly membership: OrganizationMembership | null;
}

/** What {@link useOrganization} returns. */
export type UseOrganization = OrganizationLoading | OrganizationLoaded;

/** Before it is known where the account acts. */
export interface WorkspaceLoading extends Beside, Partial<Record<keyof PlaceMethods<Workspace>, undefined>> {
  readonly loading: true;
  readonly workspace?: undefined;
  readonly membership?: undefined;
}

/** Once it is. */
export interface WorkspaceLoaded extends Beside, PlaceMethods<Workspace> {
  readonly loading: false;

  /** The workspace; null when the account acts in none, or is no member of the one that was asked for. */
  readonly workspace: Workspace | null;

  /** The account's membership in it, with its roles and the organization. */
  readonly membership: WorkspaceMembership | null;
}

/** What {@link useWorkspace} returns. */
export type UseWorkspace = WorkspaceLoading | WorkspaceLoaded;

/**
 * An organization that the active account is a member of, and what can be done to it as a whole. Never one of another
 * account, and always the one that `useSession()` shows as active.
 *
 * @param organizationId The organization; the active one when omitted.
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useOrganization(organizationId?: string): UseOrganization {
  const { membership, ...rest } = usePlace<OrganizationMembership, Organization>('organization', organizationId);
  const { error, refetch, methods } = rest;
  return useMemo(() => {
    if (membership === undefined) return { loading: true, error, refetch };
    return { loading: false, organization: membership?.organization ?? null, membership, error, refetch, ...methods };
  }, [membership, error, refetch, methods]);
}

/**
 * A workspace that the active account is a member of; otherwise as {@link useOrganization}.
 *
 * @param workspaceId The workspace; the active one when omitted.
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useWorkspace(workspaceId?: string): UseWorkspace {
  const { membership, ...rest } = usePlace<WorkspaceMembership, Workspace>('workspace', workspaceId);
  const { error, refetch, methods } = rest;
  return useMemo(() => {
    if (membership === undefined) return { loading: true, error, refetch };
    return { loading: false, workspace: membership?.workspace ?? null, membership, error, refetch, ...methods };
  }, [membership, error, refetch, methods]);
}

interface Place<M, P> extends Beside {
  /** Undefined while it is not known. */
  readonly membership: M | null | undefined;
  readonly methods: PlaceMethods<P>;
}

function usePlace<M extends OrganizationMembership | WorkspaceMembership, P extends Organization | Workspace>(
  kind: Kind,
  asked: string | undefined,
): Place<M, P> {
  const client = useClient();
  const { membership, error, refetch } = useMembershipIn<M>(kind, asked);
  const id = asked ?? (membership ? placeOf(membership) : undefined);
  const methods = useMemo(() => placeMethods<P>(client, kind, id), [client, kind, id]);
  return { membership, error, refetch, methods };
}

/** The id of the place that is asked for, or else of the active one; undefined for none. */
export function usePlaceId(kind: Kind, asked: string | undefined): { readonly id: string | undefined; readonly isKnown: boolean } {
  const { membership } = useMembershipIn(kind, asked);
  const { loading } = useView();
  if (asked !== undefined) return { id: asked, isKnown: !loading };
  return { id: membership ? placeOf(membership) : undefined, isKnown: membership !== undefined };
}

/**
 * The account's membership in what is asked for, or the active one; null when there is none. An active one that the list
 * does not have yet is on its way.
 */
function useMembershipIn<M extends OrganizationMembership | WorkspaceMembership>(
  kind: Kind,
  asked: string | undefined,
): Beside & { readonly membership: M | null | undefined } {
  const { session } = useView();
  const path = membershipPath(kind);
  const { memberships, error, refetch } = useMemberships<M>(path);
  const active = session?.active_signin?.[`active_${kind}_membership_id`];
  const isNowhere = !!session && asked === undefined && !active;
  const found = memberships?.find((one) => (asked === undefined ? one.id === active : placeOf(one) === asked));
  const membership = isNowhere ? null : (found ?? (memberships && asked !== undefined ? null : undefined));
  return { membership, error, refetch };
}

function placeOf(membership: OrganizationMembership | WorkspaceMembership): string {
  return 'workspace_id' in membership ? membership.workspace_id : membership.organization_id;
}
