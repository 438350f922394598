import type { ReactElement } from 'react';
import type { PlaceMethods } from '../places.js';
import type { Organization, OrganizationRole, Workspace, WorkspaceRole } from '../types.gen.js';
import { useDeployment } from '../use-deployment.js';
import { useOrganizationMembers, useWorkspaceMembers } from '../use-members.js';
import { useOrganization, useWorkspace } from '../use-place.js';
import { useOrganizationRoles, type UseOrganizationRoles, useWorkspaceRoles, type UseWorkspaceRoles } from '../use-roles.js';
import { General, Restrictions } from './general.js';
import { Domains, Invitations } from './joining-lists.js';
import { Members } from './members.js';
import { Frame, Wait } from './frame.js';
import { Roles } from './roles.js';
import { type Tab, Tabs } from './tabs.js';
import { type UiWords, useWords } from './words.js';

/** What {@link ManageOrganization} takes. */
export interface ManageOrganizationProps {
  /** The organization; the active one when omitted. */
  readonly organizationId?: string;
}

/** What {@link ManageWorkspace} takes. */
export interface ManageWorkspaceProps {
  /** The workspace; the active one when omitted. */
  readonly workspaceId?: string;
}

/**
 * An organization for its members: who is in it, what roles there are; and for those whose roles allow it to change all
 * that, invitations, domains, restrictions, its name, and its end.
 */
export function ManageOrganization({ organizationId }: ManageOrganizationProps): ReactElement {
  const words = useWords();
  const hook = useOrganization(organizationId);
  const roles = useOrganizationRoles(hook.organization?.id);
  const settings = useDeployment().deployment?.b2b_settings;
  if (hook.loading) return <Waiting error={hook.error} refetch={hook.refetch} />;
  const { organization, membership } = hook;
  if (!organization || !membership) return <Nowhere>{words.noOrganization}</Nowhere>;
  const may = allowedBy(membership.roles);
  const isAdmin = may('organization:admin');
  return (
    <Place
      place={organization}
      organizationId={organization.id}
      useMembers={organizationMembersIn(organization.id)}
      roles={roles}
      methods={hook}
      isAdmin={isAdmin}
      mayManage={isAdmin || may('organization:manage')}
      mayInvite={isAdmin || may('organization:manage')}
      permissions={settings?.custom_org_role_enabled ? settings.organization_permissions : []}
      canBeDeleted={!!settings?.allow_org_deletion}
      hasSecondFactor={!!settings?.enforce_mfa_per_org_enabled}
      hasAddresses={!!settings?.ip_allowlist_per_org_enabled}
      leave={words.leaveOrganization}
      destroy={words.deleteOrganization}
    />
  );
}

/** A workspace for its members; otherwise as {@link ManageOrganization}. */
export function ManageWorkspace({ workspaceId }: ManageWorkspaceProps): ReactElement {
  const words = useWords();
  const hook = useWorkspace(workspaceId);
  const roles = useWorkspaceRoles(hook.workspace?.id);
  const above = useOrganization(hook.workspace?.organization_id);
  const settings = useDeployment().deployment?.b2b_settings;
  if (hook.loading) return <Waiting error={hook.error} refetch={hook.refetch} />;
  const { workspace, membership } = hook;
  if (!workspace || !membership) return <Nowhere>{words.noWorkspace}</Nowhere>;
  const may = allowedBy([...membership.roles, ...(above.membership?.roles ?? [])]);
  // An administrator of the organization may in each workspace what its administrators may.
  const isAdmin = may('workspace:admin') || may('organization:admin');
  const mayManage = isAdmin || may('workspace:manage');
  return (
    <Place
      place={workspace}
      organizationId={workspace.organization_id}
      useMembers={workspaceMembersIn(workspace.id)}
      roles={roles}
      methods={hook}
      isAdmin={isAdmin}
      mayManage={mayManage}
      mayInvite={mayManage || may('organization:manage')}
      permissions={settings?.custom_workspace_role_enabled ? settings.workspace_permissions : []}
      canBeDeleted={!!settings?.allow_workspace_deletion}
      hasSecondFactor={!!settings?.enforce_mfa_per_workspace_enabled}
      hasAddresses={!!settings?.ip_allowlist_per_workspace_enabled}
      leave={words.leaveWorkspace}
      destroy={words.deleteWorkspace}
    />
  );
}

/** The hook for the members of one place, called where they are shown. */
function organizationMembersIn(organizationId: string) {
  return function useMembers(search: string) {
    return useOrganizationMembers({ organizationId, search });
  };
}

function workspaceMembersIn(workspaceId: string) {
  return function useMembers(search: string) {
    return useWorkspaceMembers({ workspaceId, search });
  };
}

function allowedBy(roles: readonly (OrganizationRole | WorkspaceRole)[]): (permission: string) => boolean {
  return (permission) => roles.some(({ permissions }) => permissions.includes(permission));
}

function Waiting(props: Parameters<typeof Wait>[0]): ReactElement {
  return (
    <Frame isBusy>
      <Wait {...props} />
    </Frame>
  );
}

function Nowhere({ children }: { readonly children: string }): ReactElement {
  return (
    <Frame>
      <p className="kr-wait">{children}</p>
    </Frame>
  );
}

interface PlaceProps {
  readonly place: Organization | Workspace;
  readonly organizationId: string;
  readonly useMembers: Parameters<typeof Members>[0]['useMembers'];
  readonly roles: UseOrganizationRoles | UseWorkspaceRoles;
  readonly methods: PlaceMethods<Organization | Workspace>;

  /** What the account may: everything; change it and its members; invite. */
  readonly isAdmin: boolean;
  readonly mayManage: boolean;
  readonly mayInvite: boolean;

  /** What roles of its own can allow; empty where there are none. */
  readonly permissions: readonly string[];
  readonly canBeDeleted: boolean;
  readonly hasSecondFactor: boolean;
  readonly hasAddresses: boolean;
  readonly leave: string;
  readonly destroy: string;
}

function Place(props: PlaceProps): ReactElement {
  const { name, id } = props.place;
  const words = useWords();
  return (
    <Frame label={name}>
      <Tabs key={id} label={name} tabs={tabsOf(props, words)} />
    </Frame>
  );
}

/** Only what the account may see; the server refuses the rest anyway. */
function tabsOf(props: PlaceProps, words: UiWords): Tab[] {
  const { place, organizationId, useMembers, roles, methods, isAdmin, mayManage, mayInvite } = props;
  const { permissions, hasSecondFactor, hasAddresses, leave, destroy } = props;
  const isWorkspace = 'organization_id' in place;
  const given = roles.roles;
  const tab = (what: 'members' | 'invitations' | 'roles' | 'domains' | 'restrictions' | 'general', show: Tab['show'], isShown = true): Tab[] =>
    isShown ? [{ id: what, name: words[what], show }] : [];
  return [
    ...tab('members', () => <Members useMembers={useMembers} roles={given} mayManage={mayManage} />),
    ...tab(
      'invitations',
      () => (
        <Invitations
          organizationId={organizationId}
          workspaceId={isWorkspace ? place.id : undefined}
          place={place.name}
          roles={given}
        />
      ),
      mayInvite,
    ),
    ...tab('roles', () => <Roles place={place.name} hook={roles} permissions={permissions} mayAdministrate={isAdmin} />),
    ...tab('domains', () => <Domains organizationId={organizationId} />, mayManage && !isWorkspace),
    ...tab(
      'restrictions',
      () => <Restrictions place={place} update={methods.update} hasSecondFactor={hasSecondFactor} hasAddresses={hasAddresses} />,
      mayManage && (hasSecondFactor || hasAddresses),
    ),
    ...tab('general', () => (
      <General place={place} methods={methods} mayManage={mayManage} mayDelete={isAdmin && props.canBeDeleted} leave={leave} destroy={destroy} />
    )),
  ];
}
