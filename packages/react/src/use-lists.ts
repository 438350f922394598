import { useMemo } from 'react';
import { createOrganization, createWorkspace, type NewPlace } from './places.js';
import { useClient } from './provider.js';
import type { Organization, OrganizationCreated, Workspace, WorkspaceCreated } from './types.gen.js';
import type { Beside } from './use-entry.js';
import { useOrganizationMemberships, useWorkspaceMemberships } from './use-memberships.js';
import { usePlaceId } from './use-place.js';

/** Before the organizations are there. */
export interface OrganizationListLoading extends Beside {
  readonly loading: true;
  readonly organizations?: undefined;
  readonly createOrganization?: undefined;
}

/** Once they are. */
export interface OrganizationListLoaded extends Beside {
  readonly loading: false;

  /** Those that the active account is a member of, in the order of the memberships. */
  readonly organizations: readonly Organization[];

  /**
   * Makes an organization, which the account then acts in, and resolves when all hooks show that.
   *
   * @throws KeyrackError `creation_not_allowed`, `too_many_organizations`, a code for each bad field, `no_session` when
   * nobody is signed in, `session_changed` when another account is active by its turn.
   */
  readonly createOrganization: (organization: NewPlace) => Promise<OrganizationCreated>;
}

/** What {@link useOrganizationList} returns. */
export type UseOrganizationList = OrganizationListLoading | OrganizationListLoaded;

/** Before the workspaces are there. */
export interface WorkspaceListLoading extends Beside {
  readonly loading: true;
  readonly workspaces?: undefined;
  readonly createWorkspace?: undefined;
}

/** Once they are. */
export interface WorkspaceListLoaded extends Beside {
  readonly loading: false;

  /** Those of the organization that the active account is a member of; none outside of organizations. */
  readonly workspaces: readonly Workspace[];

  /**
   * Makes a workspace in the organization, which the account then acts in, and resolves when all hooks show that.
   *
   * @throws KeyrackError `organization_not_found` outside of organizations, `permission_denied`, `too_many_workspaces`, a
   * code for each bad field, `no_session`, `session_changed`.
   */
  readonly createWorkspace: (workspace: NewPlace) => Promise<WorkspaceCreated>;
}

/** What {@link useWorkspaceList} returns. */
export type UseWorkspaceList = WorkspaceListLoading | WorkspaceListLoaded;

/**
 * The organizations to choose from, and how to make one. Choosing is `switchOrganization` of `useSession()`.
 *
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useOrganizationList(): UseOrganizationList {
  const client = useClient();
  const { organizationMemberships: memberships, error, refetch } = useOrganizationMemberships();
  const create = useMemo(() => (organization: NewPlace) => createOrganization(client, organization), [client]);
  return useMemo(() => {
    if (!memberships) return { loading: true, error, refetch };
    const organizations = memberships.map(({ organization }) => organization);
    return { loading: false, organizations, createOrganization: create, error, refetch };
  }, [memberships, error, refetch, create]);
}

/**
 * The workspaces of an organization to choose from, and how to make one. Choosing is `switchWorkspace` of
 * `useSession()`.
 *
 * @param organizationId The organization; the active one when omitted.
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useWorkspaceList(organizationId?: string): UseWorkspaceList {
  const client = useClient();
  const { id, isKnown } = usePlaceId('organization', organizationId);
  const { workspaceMemberships: memberships, error, refetch } = useWorkspaceMemberships();
  const create = useMemo(() => (workspace: NewPlace) => createWorkspace(client, id, workspace), [client, id]);
  return useMemo(() => {
    if (!memberships || !isKnown) return { loading: true, error, refetch };
    const workspaces = memberships.filter(({ organization_id }) => organization_id === id).map(({ workspace }) => workspace);
    return { loading: false, workspaces, createWorkspace: create, error, refetch };
  }, [memberships, isKnown, id, error, refetch, create]);
}
