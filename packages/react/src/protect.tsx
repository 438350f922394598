import type { ReactNode } from 'react';
import { membershipPath } from './memberships.js';
import { activeIn, allows } from './permissions.js';
import type { Kind } from './places.js';
import type { OrganizationMembership, WorkspaceMembership } from './types.gen.js';
import { useMemberships } from './use-memberships.js';
import { useView } from './use-session.js';

/** What {@link Protect} takes. */
export interface ProtectProps {
  /** A permission of the deployment's catalogue, such as `organization:manage`. */
  readonly permission: string;

  /** Shown to whom the roles do not allow it, and to whoever is not signed in. */
  readonly fallback?: ReactNode;
  readonly children?: ReactNode;
}

/**
 * Shows its children where the roles of the active sign-in allow something, otherwise the fallback; nothing while that
 * is not known. They stay mounted when another account that may do the same becomes the active one.
 *
 * It decides what is shown, not what is allowed: that is for the backend, which verifies a token.
 */
export function Protect({ permission, fallback, children }: ProtectProps): ReactNode {
  const { loading, session } = useView();
  const kinds = activeIn(session).map(({ kind }) => kind);
  const pathIf = (kind: Kind): string | null => (kinds.includes(kind) ? membershipPath(kind) : null);
  const organization = useMemberships<OrganizationMembership>(pathIf('organization')).memberships;
  const workspace = useMemberships<WorkspaceMembership>(pathIf('workspace')).memberships;
  const may = loading ? undefined : allows(session, (kind) => (kind === 'organization' ? organization : workspace), permission);
  return may === undefined ? null : may ? children : fallback;
}
