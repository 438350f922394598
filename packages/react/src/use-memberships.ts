import { useMemo } from 'react';
import { ORGANIZATION_MEMBERSHIPS, WORKSPACE_MEMBERSHIPS } from './memberships.js';
import { list } from './reading.js';
import type { OrganizationMembership, WorkspaceMembership } from './types.gen.js';
import { type Beside, useEntry } from './use-entry.js';

/** Before the memberships are there. */
export interface OrganizationMembershipsLoading extends Beside {
  readonly loading: true;
  readonly organizationMemberships?: undefined;
}

/** Once they are. */
export interface OrganizationMembershipsLoaded extends Beside {
  readonly loading: false;

  /**
   * The memberships of the active account in organizations, oldest first, each with its organization and roles; empty
   * while nobody is signed in, and where the deployment has no organizations. One whose `eligibility_restriction` is not
   * `none` cannot be switched to at present.
   */
  readonly organizationMemberships: readonly OrganizationMembership[];
}

/** What {@link useOrganizationMemberships} returns. */
export type UseOrganizationMemberships = OrganizationMembershipsLoading | OrganizationMembershipsLoaded;

/** Before the memberships are there. */
export interface WorkspaceMembershipsLoading extends Beside {
  readonly loading: true;
  readonly workspaceMemberships?: undefined;
}

/** Once they are. */
export interface WorkspaceMembershipsLoaded extends Beside {
  readonly loading: false;

  /** The same of workspaces, those of all the account's organizations. */
  readonly workspaceMemberships: readonly WorkspaceMembership[];
}

/** What {@link useWorkspaceMemberships} returns. */
export type UseWorkspaceMemberships = WorkspaceMembershipsLoading | WorkspaceMembershipsLoaded;

const NONE: readonly never[] = [];

/**
 * The organizations that the active account is a member of. One request serves all components below the provider. They
 * are dropped when another account becomes active, before anything of it is shown, and read again then, whenever the
 * session changes, and when somebody comes back to the page.
 *
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useOrganizationMemberships(): UseOrganizationMemberships {
  const { memberships, error, refetch } = useMemberships<OrganizationMembership>(ORGANIZATION_MEMBERSHIPS);
  return useMemo(
    () =>
      memberships
        ? { loading: false, organizationMemberships: memberships, error, refetch }
        : { loading: true, error, refetch },
    [memberships, error, refetch],
  );
}

/**
 * The workspaces that the active account is a member of; otherwise as {@link useOrganizationMemberships}.
 *
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useWorkspaceMemberships(): UseWorkspaceMemberships {
  const { memberships, error, refetch } = useMemberships<WorkspaceMembership>(WORKSPACE_MEMBERSHIPS);
  return useMemo(
    () =>
      memberships
        ? { loading: false, workspaceMemberships: memberships, error, refetch }
        : { loading: true, error, refetch },
    [memberships, error, refetch],
  );
}

/** What both have in common; without memberships while they are loading. */
export function useMemberships<T>(path: string | null): Beside & { readonly memberships: readonly T[] | undefined } {
  const { data, owner, isEarly, error, refetch } = useEntry('account', path, list<T>);
  const isNobody = !isEarly && owner === undefined;
  return { memberships: isNobody ? NONE : data, error, refetch };
}
