import { useMemo } from 'react';
import { type Kind, pathOf, roleMethods, type RoleMethods } from './places.js';
import { useClient } from './provider.js';
import { list } from './reading.js';
import type { OrganizationRole, WorkspaceRole } from './types.gen.js';
import { type Beside, useEntry } from './use-entry.js';
import { usePlaceId } from './use-place.js';

/** Before the roles are there. */
export interface RolesLoading extends Beside, Partial<Record<keyof RoleMethods<never>, undefined>> {
  readonly loading: true;
  readonly roles?: undefined;
}

/** Once they are. */
export interface RolesLoaded<T> extends Beside, RoleMethods<T> {
  readonly loading: false;

  /** Those that all places have (`is_deployment_level`), then the place's own. */
  readonly roles: readonly T[];
}

/** What {@link useOrganizationRoles} returns. */
export type UseOrganizationRoles = RolesLoading | RolesLoaded<OrganizationRole>;

/** What {@link useWorkspaceRoles} returns. */
export type UseWorkspaceRoles = RolesLoading | RolesLoaded<WorkspaceRole>;

/**
 * The roles that members of an organization can have; none outside of organizations.
 *
 * @param organizationId The organization; the active one when omitted.
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useOrganizationRoles(organizationId?: string): UseOrganizationRoles {
  return useRoles<OrganizationRole>('organization', organizationId);
}

/**
 * The roles that members of a workspace can have; none outside of workspaces.
 *
 * @param workspaceId The workspace; the active one when omitted.
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useWorkspaceRoles(workspaceId?: string): UseWorkspaceRoles {
  return useRoles<WorkspaceRole>('workspace', workspaceId);
}

function useRoles<T extends OrganizationRole | WorkspaceRole>(kind: Kind, asked: string | undefined): RolesLoading | RolesLoaded<T> {
  const client = useClient();
  const { items, id, error, refetch } = useListOf<T>(kind, asked, 'roles');
  const methods = useMemo(() => roleMethods<T>(client, kind, id), [client, kind, id]);
  return useMemo(
    () => (items ? { loading: false, roles: items, error, refetch, ...methods } : { loading: true, error, refetch }),
    [items, error, refetch, methods],
  );
}

const NONE: readonly never[] = [];

/** A list that hangs on a place; without items while it is loading. */
export function useListOf<T>(
  kind: Kind,
  asked: string | undefined,
  what: string,
): Beside & { readonly items: readonly T[] | undefined; readonly id: string | undefined } {
  const { id, isKnown } = usePlaceId(kind, asked);
  const path = id === undefined ? null : `${pathOf(kind, id)}/${what}`;
  const { data, owner, error, refetch } = useEntry('scope', path, list<T>);
  return { items: data ?? (isKnown && owner === undefined ? NONE : undefined), id, error, refetch };
}
