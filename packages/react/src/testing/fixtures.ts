/** Sessions for tests: complete, of whatever a test says about them. */
import type {
  CurrentUser,
  Deployment,
  Organization,
  OrganizationMembership,
  Session,
  SignIn,
  Workspace,
  WorkspaceMembership,
} from '../types.gen.js';

const THEN = '2026-01-01T00:00:00.000Z';
const LATER = '2036-01-01T00:00:00.000Z';

/** Whatever of a user a test cares about. */
export type UserFields = Partial<CurrentUser>;

/**
 * A user, `usr_1` when `fields` do not say otherwise. Address, name and everything else are made up, or absent.
 *
 * @param fields What is to be different.
 */
export function testUser(fields: UserFields = {}): CurrentUser {
  return {
    id: 'usr_1',
    created_at: THEN,
    updated_at: THEN,
    first_name: 'Ada',
    last_name: 'Example',
    username: '',
    email_address: 'ada@example.com',
    availability: 'available',
    has_profile_picture: false,
    profile_picture_url: '',
    primary_email_address_id: null,
    primary_phone_number_id: null,
    primary_email_address: null,
    primary_phone_number: null,
    user_email_addresses: [],
    user_phone_numbers: [],
    email_addresses: [],
    phone_numbers: [],
    second_factor_policy: 'none',
    social_connections: [],
    user_authenticator: null,
    authenticators: [],
    backup_codes_generated: false,
    has_password: true,
    has_passkeys: false,
    public_metadata: {},
    segments: [],
    ...fields,
  };
}

/**
 * A sign-in of `user`.
 *
 * @param id Its id, `sin_1` when omitted.
 */
export function testSignIn(user: UserFields = {}, id = 'sin_1'): SignIn {
  const shown = testUser(user);
  return {
    id,
    session_id: 'ses_1',
    user_id: shown.id,
    active_organization_membership_id: null,
    active_workspace_membership_id: null,
    user: shown,
    expiresAt: LATER,
    expires_at: LATER,
    lastActiveAt: THEN,
    last_active_at: THEN,
    ipAddress: '203.0.113.1',
    ip_address: '203.0.113.1',
    regionCode: '',
    region_code: '',
    countryCode: '',
    country_code: '',
    browser: '',
    device: '',
    city: '',
    region: '',
    country: '',
    created_at: THEN,
    updated_at: THEN,
  };
}

/**
 * A session in which these users are signed in: sign-ins `sin_1`, `sin_2`, … of users `usr_1`, `usr_2`, …, the first
 * one active. Without users it is the empty session.
 *
 * @param users What is to be special about each; `[{}, {}]` is two made-up ones.
 * @param fields What is to be different about the session, for example `{ end_reason: 'idle' }`.
 */
export function testSession(users: readonly UserFields[] = [], fields: Partial<Session> = {}): Session {
  const signins = users.map((user, index) => {
    const number = index + 1;
    const made = { id: `usr_${number}`, ...(index > 0 && { email_address: `user${number}@example.com` }) };
    return testSignIn({ ...made, ...user }, `sin_${number}`);
  });
  return {
    id: signins.length > 0 ? 'ses_1' : '',
    revision: signins.length,
    end_reason: null,
    active_signin: signins[0] ?? null,
    signins,
    signin_attempts: [],
    signup_attempts: [],
    ...fields,
  };
}

/** What of a deployment a test cares about; every other setting is absent. */
export interface DeploymentFields extends Partial<Omit<Deployment, 'ui_settings' | 'auth_settings'>> {
  readonly ui_settings?: Partial<Deployment['ui_settings']>;
  readonly auth_settings?: Partial<Deployment['auth_settings']>;
}

/** A deployment named `Example` with the settings given, and no others: give it what your components read. */
export function testDeployment({ ui_settings, auth_settings, ...fields }: DeploymentFields = {}): Deployment {
  return {
    id: 'dep_1',
    mode: 'staging',
    maintenance_mode: false,
    ui_settings: { app_name: 'Example', ...ui_settings },
    auth_settings: { ...auth_settings },
    b2b_settings: { organizations_enabled: true, workspaces_enabled: true, allow_users_to_create_orgs: true },
    ...fields,
  } as Deployment;
}

const PLACE = {
  description: '',
  image_url: '',
  member_count: 1,
  public_metadata: {},
  enable_ip_restriction: false,
  whitelisted_ips: [],
  created_at: THEN,
  updated_at: THEN,
  segments: [],
};

const MEMBERSHIP = {
  user_id: 'usr_1',
  public_metadata: {},
  created_at: THEN,
  updated_at: THEN,
  eligibility_restriction: { type: 'none', message: '' },
};

const ROLE = { id: 'rol_1', name: 'Role', is_deployment_level: true, created_at: THEN, updated_at: THEN };

/** What of a membership a test cares about. */
export interface MembershipFields {
  /** Whose it is: `usr_1` when omitted, the first user of a {@link testSession}. */
  readonly user_id?: string;

  /** What its one role allows; nothing when omitted. */
  readonly permissions?: readonly string[];
}

/**
 * A membership in the organization `id`, and its id: in a test a membership has that of what it is a membership of.
 *
 * @param id The organization's id, `org_1` when omitted.
 * @param fields Whose it is and what it allows.
 * @param organization What is to be different about the organization.
 */
export function testOrganizationMembership(
  id = 'org_1',
  { user_id = MEMBERSHIP.user_id, permissions = [] }: MembershipFields = {},
  organization: Partial<Organization> = {},
): OrganizationMembership {
  return {
    ...MEMBERSHIP,
    id,
    user_id,
    organization_id: id,
    organization: testOrganization(id, organization),
    roles: [{ ...ROLE, organization_id: null, permissions: [...permissions] }],
  };
}

/**
 * A membership in the workspace `id` of the organization `organizationId`, and its id.
 *
 * @param id The workspace's id, `wsp_1` when omitted.
 * @param organizationId `org_1` when omitted.
 * @param fields Whose it is and what it allows.
 * @param workspace What is to be different about the workspace.
 */
export function testWorkspaceMembership(
  id = 'wsp_1',
  organizationId = 'org_1',
  { user_id = MEMBERSHIP.user_id, permissions = [] }: MembershipFields = {},
  workspace: Partial<Workspace> = {},
): WorkspaceMembership {
  return {
    ...MEMBERSHIP,
    id,
    user_id,
    workspace_id: id,
    workspace: testWorkspace(id, organizationId, workspace),
    organization_id: organizationId,
    organization: testOrganization(organizationId),
    roles: [{ ...ROLE, workspace_id: null, permissions: [...permissions] }],
  };
}

function testOrganization(id: string, fields: Partial<Organization> = {}): Organization {
  const own = { id, name: `Organization ${id}`, slug: id.replace('_', '-') };
  return { ...PLACE, ...own, enforce_mfa: false, auto_assigned_workspace_id: '', ...fields };
}

function testWorkspace(id: string, organizationId: string, fields: Partial<Workspace>): Workspace {
  const own = { id, name: `Workspace ${id}`, slug: id.replace('_', '-') };
  const above = { organization_id: organizationId, organization: testOrganization(organizationId) };
  return { ...PLACE, ...own, ...above, enforce_2fa: false, ...fields };
}
