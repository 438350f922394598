/** Every ready component on one page, with a session that is made up: no server has a part in it. */
import type { Deployment } from '@keyrack/react';
import { TestKeyrack, TestKeyrackProvider, testDeployment, testOrganizationMembership, testSession, testWorkspaceMembership } from '@keyrack/react/testing';
import {
  AcceptInvite,
  ManageOrganization,
  ManageWorkspace,
  NotificationBell,
  OrganizationSwitcher,
  RequireActiveScope,
} from '@keyrack/react/ui';
import '@keyrack/react/ui.css';
import { createRoot } from 'react-dom/client';
import './page.css';

const LONG = 'A-rather-long-name-without-any-place-where-it-could-be-broken';
const NOW = '2026-11-24T08:00:00.000Z';
const admin = { permissions: ['organization:admin', 'workspace:admin'] };

const person = (number: number) => ({
  id: `usr_${number}`,
  first_name: number === 3 ? LONG : `Person ${number}`,
  last_name: '',
  username: '',
  profile_picture_url: '',
  primary_email_address: { id: `eml_${number}`, email: `person${number}@example.com`, verified: true },
});

const ROLES = [
  { id: 'rol_1', name: 'Role', permissions: ['organization:admin'], is_deployment_level: true },
  { id: 'rol_2', name: LONG, permissions: ['organization:member', 'bills:pay'], is_deployment_level: false },
];

const members = Array.from({ length: 6 }, (_, number) => ({ id: `mem_${number}`, user: person(number + 1), roles: [ROLES[number % 2]] }));

const domain = (fqdn: string, verified: boolean) => ({
  id: `dom_${fqdn}`,
  fqdn,
  verified,
  join_mode: 'suggestion',
  verification_dns_record_type: 'TXT',
  verification_dns_record_name: '_keyrack',
  verification_dns_record_data: `keyrack-verify=${'0123456789abcdef'.repeat(4)}`,
  missing_since: fqdn.startsWith('a-') ? NOW : null,
});

const invitation = (email: string, expired: boolean) => ({
  id: `inv_${email}`,
  email,
  expired,
  inviter: {},
  initial_organization_role: ROLES[0],
  initial_workspace_role: null,
  workspace: null,
});

const notification = (id: string, is_read: boolean) => ({
  id,
  user_id: 'usr_1',
  kind: 'invitation_received',
  title: `Invitation to ${id}`,
  body: 'You are invited to join it. The link is in the mail that you got.',
  is_read,
  metadata: { organization_name: id },
  created_at: NOW,
});

const restricted = {
  ...testOrganizationMembership('org_3', {}, { name: 'Not from here' }),
  eligibility_restriction: { type: 'ip_not_allowed', message: 'It allows other addresses than yours.' },
};

const deployment: Deployment = testDeployment({
  b2b_settings: {
    organizations_enabled: true,
    workspaces_enabled: true,
    allow_users_to_create_orgs: true,
    custom_org_role_enabled: true,
    custom_workspace_role_enabled: true,
    enforce_mfa_per_org_enabled: true,
    ip_allowlist_per_org_enabled: true,
    allow_org_deletion: true,
    organization_permissions: ['organization:manage', 'bills:pay'],
    workspace_permissions: ['workspace:manage'],
  } as Deployment['b2b_settings'],
});

const session = testSession([{}, { email_address: 'bob@example.com', first_name: LONG }]);
const stands = { active_organization_membership_id: 'org_1', active_workspace_membership_id: 'wsp_1' };
const isOutside = location.search.includes('outside');
const signins = session.signins.map((one, at) => (at === 0 && !isOutside ? { ...one, ...stands } : one));

const keyrack = new TestKeyrack({
  deployment,
  session: { ...session, signins, active_signin: signins[0] ?? null },
  beside: {
    '/me/organization-memberships': [
      testOrganizationMembership('org_1', admin, { name: 'Rome', whitelisted_ips: ['203.0.113.0/24'] }),
      testOrganizationMembership('org_2', {}, { name: LONG }),
      restricted,
    ],
    '/me/workspace-memberships': [testWorkspaceMembership('wsp_1', 'org_1', admin, { name: 'Forum' })],
    '/me/organization-suggestions': [{ organization_id: 'org_4', name: 'Carthage', image_url: '', domain: 'example.com' }],
    '/organizations/org_1/members': members,
    '/organizations/org_1/roles': ROLES,
    '/organizations/org_1/invitations': [invitation('dan@example.com', false), invitation('eve@example.com', true)],
    '/organizations/org_1/domains': [domain('example.com', true), domain('a-rather-long-domain-name.example.org', true), domain('example.net', false)],
    '/workspaces/wsp_1/members': members.slice(0, 2),
    '/workspaces/wsp_1/roles': ROLES,
    '/notifications': [notification('Athens', false), notification(LONG, true)],
    '/notifications/scope-unread': { count: 120, places: [] },
    '/deployment/invitations/validate': {
      valid: true,
      email: 'ada@example.com',
      organization: { id: 'org_4', name: 'Carthage', image_url: '' },
      workspace: null,
      inviter_name: 'Hannibal',
      expires_at: NOW,
      message: '',
    },
  },
});

function Page() {
  return (
    <main>
      <h1>Components</h1>
      <div className="bar">
        <OrganizationSwitcher />
        <NotificationBell channel="all" />
      </div>
      <section aria-labelledby="organization">
        <h2 id="organization">Organization</h2>
        <ManageOrganization />
      </section>
      <section aria-labelledby="workspace">
        <h2 id="workspace">Workspace</h2>
        <ManageWorkspace />
      </section>
      <section aria-labelledby="invitation">
        <h2 id="invitation">Invitation</h2>
        <AcceptInvite token="secret" />
      </section>
      <section aria-labelledby="choose">
        <h2 id="choose">Choice</h2>
        <RequireActiveScope>inside</RequireActiveScope>
      </section>
    </main>
  );
}

const root = document.getElementById('root');
if (!root) throw new Error('the page has lost its #root');
createRoot(root).render(
  <TestKeyrackProvider keyrack={keyrack}>
    <Page />
  </TestKeyrackProvider>,
);
