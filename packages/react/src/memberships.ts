/** Where the account's own memberships are: those in organizations, */
export const ORGANIZATION_MEMBERSHIPS = '/me/organization-memberships';

/** and those in workspaces. */
export const WORKSPACE_MEMBERSHIPS = '/me/workspace-memberships';

/** The path of those of one kind. */
export function membershipPath(kind: 'organization' | 'workspace'): string {
  return kind === 'organization' ? ORGANIZATION_MEMBERSHIPS : WORKSPACE_MEMBERSHIPS;
}
