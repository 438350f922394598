/** What can be done to organizations and workspaces, without React: each is one request. */
import { act, standsElsewhere } from './acts.js';
import { base64 } from './base64.js';
import type { Client } from './client.js';
import { KeyrackError, notKeyrack } from './error.js';
import { membershipPath, ORGANIZATION_MEMBERSHIPS, WORKSPACE_MEMBERSHIPS } from './memberships.js';
import { list } from './reading.js';
import type {
  Organization,
  OrganizationCreated,
  OrganizationMembership,
  OrganizationRole,
  Workspace,
  WorkspaceCreated,
  WorkspaceMembership,
  WorkspaceRole,
} from './types.gen.js';

/** What a place is. */
export type Kind = 'organization' | 'workspace';

/** What somebody types in to make an organization or a workspace. */
export interface NewPlace {
  /** 1 to 64 characters. */
  readonly name: string;
  readonly description?: string | undefined;

  /** What it is called in addresses; made of the name when omitted. */
  readonly slug?: string | undefined;

  /** Its picture: PNG, JPEG or WebP of at most 512 KiB, which anybody may see. */
  readonly image?: Blob | undefined;

  /** What every member sees and whoever manages it writes; at most 4 KiB as JSON. */
  readonly publicMetadata?: Readonly<Record<string, unknown>> | undefined;
}

/** What of it is to be changed; the rest stays as it is. */
export interface PlaceChanges {
  readonly name?: string | undefined;

  /** May be empty. */
  readonly description?: string | undefined;
  readonly slug?: string | undefined;

  /** Another picture, or null for none. */
  readonly image?: Blob | null | undefined;
  readonly publicMetadata?: Readonly<Record<string, unknown>> | undefined;

  /** The workspace that whoever joins the organization is put into; null for none. Of organizations only. */
  readonly autoAssignedWorkspaceId?: string | null | undefined;

  /** Whether only who has a second factor may act there. */
  readonly requiresSecondFactor?: boolean | undefined;

  /** Whether only who comes from one of these addresses may act there. */
  readonly restrictsAddresses?: boolean | undefined;

  /** Addresses and networks, such as `203.0.113.0/24`. */
  readonly allowedAddresses?: readonly string[] | undefined;
}

/** What a new role is called, and what it allows. */
export interface NewRole {
  readonly name: string;

  /** Of the deployment's `organization_permissions`, or `workspace_permissions`. */
  readonly permissions: readonly string[];
}

/** Whatever shows memberships, and with them the places and roles. */
const MINE = [ORGANIZATION_MEMBERSHIPS, WORKSPACE_MEMBERSHIPS];

/** Where a place is on the wire. */
export function pathOf(kind: Kind, id: string): string {
  return `/${kind}s/${encodeURIComponent(id)}`;
}

/** The id; refused where none is meant, because none was named and none is active. */
export function meant(kind: Kind, id: string | undefined): string {
  if (id) return id;
  throw new KeyrackError(`${kind}_not_found`, `Choose the ${kind} first.`);
}

/** A new organization. */
export async function createOrganization(client: Client, organization: NewPlace): Promise<OrganizationCreated> {
  const body = () => bodyOf('organization', organization);
  const request = { path: '/organizations', bound: 'nobody', body, reloads: MINE, changes: standsElsewhere } as const;
  const created = await act<OrganizationCreated>(client, request);
  if (created) return created;
  const membership = await activeMembership<OrganizationMembership>(client, 'organization');
  return { organization: membership.organization, membership };
}

/** A new workspace in an organization. */
export async function createWorkspace(
  client: Client,
  organizationId: string | undefined,
  workspace: NewPlace,
): Promise<WorkspaceCreated> {
  const organization_id = meant('organization', organizationId);
  const body = async () => ({ organization_id, ...(await bodyOf('workspace', workspace)) });
  const request = { path: '/workspaces', bound: 'nobody', body, reloads: MINE, changes: standsElsewhere } as const;
  const created = await act<WorkspaceCreated>(client, request);
  if (created) return created;
  const membership = await activeMembership<WorkspaceMembership>(client, 'workspace');
  return { workspace: membership.workspace, membership };
}

/**
 * The active membership, where the answer that would have said so was lost.
 *
 * @throws KeyrackError `network`
 */
export async function activeMembership<T extends { readonly id: string }>(client: Client, kind: Kind): Promise<T> {
  const path = membershipPath(kind);
  const all = await list<T>(client, path, 'account')(undefined, false);
  const id = client.view().session?.active_signin?.[`active_${kind}_membership_id`];
  const found = all.find((membership) => membership.id === id);
  if (!found) throw notKeyrack();
  return found;
}

/** What can be done to a place as a whole. */
export interface PlaceMethods<T> {
  /**
   * Changes it.
   *
   * @throws KeyrackError `permission_denied`, a code for each bad field, and what else keeps it from being done.
   */
  readonly update: (changes: PlaceChanges) => Promise<T>;

  /**
   * Ends the account's own membership. Whoever acts there acts outside of it afterwards.
   *
   * @throws KeyrackError `last_administrator` when nobody else administrates it.
   */
  readonly leave: () => Promise<void>;

  /**
   * Deletes it with everything in it.
   *
   * @throws KeyrackError `permission_denied`, `deletion_not_allowed` where the deployment does not let that be done.
   */
  readonly destroy: () => Promise<void>;
}

/** Those of one place; of an id that is missing each rejects. */
export function placeMethods<T extends Organization | Workspace>(
  client: Client,
  kind: Kind,
  id: string | undefined,
): PlaceMethods<T> {
  const end = (how: 'leave' | 'delete') => async (): Promise<void> => {
    const path = `${pathOf(kind, meant(kind, id))}/${how}`;
    await act(client, { path, reloads: MINE, changes: standsElsewhere });
  };
  return {
    update: async (changes) => {
      const path = pathOf(kind, meant(kind, id));
      const body = () => bodyOf(kind, changes);
      return (await act<T>(client, { path: `${path}/update`, body, reloads: [...MINE, path] })) as T;
    },
    leave: end('leave'),
    destroy: end('delete'),
  };
}

async function bodyOf(kind: Kind, { name, description, slug, image, ...changes }: PlaceChanges): Promise<object> {
  return {
    name,
    description,
    slug,
    image: image ? await base64(image) : image === null ? '' : undefined,
    public_metadata: changes.publicMetadata,
    auto_assigned_workspace_id: changes.autoAssignedWorkspaceId === null ? '0' : changes.autoAssignedWorkspaceId,
    [kind === 'organization' ? 'enforce_mfa' : 'enforce_2fa']: changes.requiresSecondFactor,
    enable_ip_restriction: changes.restrictsAddresses,
    whitelisted_ips: changes.allowedAddresses,
  };
}

/** What can be done to the members of a place. A member is named by the membership's id. */
export interface MemberMethods {
  /**
   * Ends somebody's membership.
   *
   * @throws KeyrackError `permission_denied`, `role_exceeds_yours`, `last_administrator`, `membership_not_found`.
   */
  readonly removeMember: (membershipId: string) => Promise<void>;

  /**
   * Gives a member a role.
   *
   * @throws KeyrackError `permission_denied`, `role_exceeds_yours` when it allows what one's own roles do not,
   * `role_not_found`, `membership_not_found`.
   */
  readonly addRole: (membershipId: string, roleId: string) => Promise<void>;

  /**
   * Takes a role from a member.
   *
   * @throws KeyrackError as {@link MemberMethods.addRole}, and `last_administrator`.
   */
  readonly removeRole: (membershipId: string, roleId: string) => Promise<void>;
}

/** Those of one place; of an id that is missing each rejects. */
export function memberMethods(client: Client, kind: Kind, id: string | undefined): MemberMethods {
  const change = async (membershipId: string, what: string, isEnd = false): Promise<void> => {
    const path = `${pathOf(kind, meant(kind, id))}/members`;
    await act(client, {
      path: `${path}/${encodeURIComponent(membershipId)}/${what}`,
      // Who leaves an organization leaves its workspaces.
      reloads: [...MINE, path, ...(isEnd ? ['/workspaces/'] : [])],
      ...(isEnd && isOwn(client, kind, membershipId) && { changes: standsElsewhere }),
    });
  };
  const role = (how: string) => (membershipId: string, roleId: string) =>
    change(membershipId, `roles/${encodeURIComponent(roleId)}/${how}`);
  return {
    removeMember: (membershipId) => change(membershipId, 'remove', true),
    addRole: role('add'),
    removeRole: role('remove'),
  };
}

function isOwn(client: Client, kind: Kind, membershipId: string): boolean {
  return client.view().session?.active_signin?.[`active_${kind}_membership_id`] === membershipId;
}

/** What can be done to the roles of a place. */
export interface RoleMethods<T> {
  /**
   * Makes a role of the place's own.
   *
   * @throws KeyrackError `permission_denied`, `own_roles_not_allowed`, `unknown_permission`.
   */
  readonly createRole: (role: NewRole) => Promise<T>;

  /**
   * Changes a role of the place's own, for everybody who has it.
   *
   * @throws KeyrackError as {@link RoleMethods.createRole}, and `role_not_found`, `role_exceeds_yours`,
   * `last_administrator`.
   */
  readonly updateRole: (roleId: string, changes: Partial<NewRole>) => Promise<T>;

  /**
   * Removes a role of the place's own, from everybody who has it.
   *
   * @throws KeyrackError `permission_denied`, `role_not_found`, `last_administrator`.
   */
  readonly deleteRole: (roleId: string) => Promise<void>;
}

/** Those of one place; of an id that is missing each rejects. */
export function roleMethods<T extends OrganizationRole | WorkspaceRole>(
  client: Client,
  kind: Kind,
  id: string | undefined,
): RoleMethods<T> {
  return {
    createRole: async (body) => {
      const path = `${pathOf(kind, meant(kind, id))}/roles`;
      return (await act<T>(client, { path, body, reloads: [path] })) as T;
    },
    updateRole: async (roleId, body) => {
      const path = pathOf(kind, meant(kind, id));
      const request = { path: `${path}/roles/${encodeURIComponent(roleId)}/update`, body, reloads: [...MINE, path] };
      return (await act<T>(client, request)) as T;
    },
    deleteRole: async (roleId) => {
      const path = pathOf(kind, meant(kind, id));
      const how = kind === 'organization' ? 'remove' : 'delete';
      await act(client, { path: `${path}/roles/${encodeURIComponent(roleId)}/${how}`, reloads: [...MINE, path] });
    },
  };
}
