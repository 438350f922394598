/** ManageOrganization and ManageWorkspace. */
import type { Deployment } from '@keyrack/react';
import { KeyrackProvider } from '@keyrack/react';
import { ManageOrganization, ManageWorkspace } from '@keyrack/react/ui';
import { act, fireEvent, render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, test } from 'vitest';
import { type FakeServer, PRODUCTION_KEY } from './fake-server.js';
import { deployment } from './fixtures.js';
import { pass } from './harness.js';
import { twoAccounts } from './teams.js';

const button = (name: RegExp | string): HTMLElement => screen.getByRole('button', { name });
const tab = (name: string): HTMLElement => screen.getByRole('tab', { name });
const tabs = (): (string | null)[] => screen.getAllByRole('tab').map(({ textContent }) => textContent);

async function click(element: HTMLElement): Promise<void> {
  await act(async () => fireEvent.click(element));
  await pass();
}

async function type(label: string | RegExp, value: string): Promise<void> {
  await act(async () => void fireEvent.change(screen.getByLabelText(label), { target: { value } }));
  await pass();
}

async function submit(name: string): Promise<void> {
  await act(async () => void fireEvent.submit(screen.getByRole('form', { name: new RegExp(`^${name}(: |$)`) })));
  await pass();
}

const ALL = {
  custom_org_role_enabled: true,
  custom_workspace_role_enabled: true,
  enforce_mfa_per_org_enabled: true,
  ip_allowlist_per_org_enabled: true,
  allow_org_deletion: true,
  organization_permissions: ['organization:manage', 'bills:pay'],
};

async function open(children: ReactNode, settings: object = ALL): Promise<void> {
  const initial = { ...deployment(), b2b_settings: settings } as unknown as Deployment;
  render(
    <KeyrackProvider publishableKey={PRODUCTION_KEY} initialDeployment={initial}>
      {children}
    </KeyrackProvider>,
  );
  await pass();
}

/** Ada administrates `org_a`, with Eve in it. */
function administrator(): FakeServer {
  const server = twoAccounts();
  server.teams.members = { ...server.teams.members, org_a: { usr_ada: ['organization:admin'], usr_eve: ['organization:member'] } };
  server.scope('org_a', null);
  return server;
}

test('who administrates sees all parts, who is a member members and roles, and nobody what is switched off', async () => {
  const server = administrator();
  await open(<ManageOrganization />);
  expect(tabs()).toEqual(['Members', 'Invitations', 'Roles', 'Domains', 'Restrictions', 'General']);
  expect(button('Remove eve')).toBeTruthy();
  server.teams.members = { ...server.teams.members, org_a: { usr_ada: ['organization:member'], usr_eve: ['organization:admin'] } };
  await act(async () => server.push({}));
  await pass(200);
  expect(tabs()).toEqual(['Members', 'Roles', 'General']);
  expect(screen.queryByRole('button', { name: 'Remove eve' })).toBeNull();
  await click(tab('General'));
  expect(screen.queryByRole('form')).toBeNull();
  expect(button('Leave organization')).toBeTruthy();
});

test('the parts are chosen with the arrow keys, Home and End', async () => {
  administrator();
  await open(<ManageOrganization />);
  const seen: (string | null | undefined)[] = [];
  await act(async () => tab('Members').focus());
  for (const key of ['ArrowRight', 'ArrowLeft', 'ArrowLeft', 'Home', 'End']) {
    await act(async () => void fireEvent.keyDown(document.activeElement as Element, { key }));
    seen.push(document.activeElement?.textContent);
  }
  expect(seen).toEqual(['Invitations', 'Members', 'General', 'Members', 'General']);
  expect(screen.getByRole('tabpanel').getAttribute('aria-labelledby')).toBe(tab('General').id);
});

test('a member is found, gets a role, and is removed at the second click', async () => {
  const server = administrator();
  server.teams.roles = { org_a: ['cook'] };
  await open(<ManageOrganization />);
  expect(screen.getByRole('status').textContent).toBe('2 members');
  await type('Search members', 'eve');
  expect(screen.getByRole('status').textContent).toBe('1 member');
  await type('Role of eve', 'rol_cook');
  expect(server.count('POST /organizations/org_a/members/mem_org_a_usr_eve/roles/rol_cook/add')).toBe(1);
  expect(server.count('POST /organizations/org_a/members/mem_org_a_usr_eve/roles/rol_1/remove')).toBe(1);
  await click(button('Remove eve'));
  expect(server.count('POST /organizations/org_a/members/mem_org_a_usr_eve/remove')).toBe(0);
  await click(button('Remove eve: are you sure?'));
  expect(screen.getByRole('status').textContent).toBe('Nobody was found.');
});

test('somebody is invited, again, and not any more', async () => {
  const server = administrator();
  await open(<ManageOrganization />);
  await click(tab('Invitations'));
  await type('Email address', 'dan@example.com');
  await submit('Invite');
  expect(screen.getByText('dan@example.com was invited.')).toBeTruthy();
  expect(screen.getByLabelText('Email address')).toMatchObject({ value: '' });
  await click(button('Send the invitation of dan@example.com again'));
  await click(button('Withdraw the invitation of dan@example.com'));
  expect(screen.getByText('Nobody is invited.')).toBeTruthy();
  server.refuse('POST', '/organizations/org_a/invitations', 400, 'REQUIRED_FIELD');
  await type('Email address', 'dan');
  await submit('Invite');
  expect(screen.getByRole('alert').textContent).toBe('Refused: REQUIRED_FIELD');
  expect(document.activeElement).toBe(screen.getByLabelText('Email address'));
});

test('roles of its own are made and removed, where the deployment has such', async () => {
  administrator();
  await open(<ManageOrganization />);
  await click(tab('Roles'));
  await type('Name', 'Cook');
  await click(screen.getByLabelText('bills:pay'));
  await submit('Create role');
  expect(screen.getByText('Cook')).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Remove role Role' })).toBeNull();
});

test('a domain is claimed with the record that proves it, and given up', async () => {
  const server = administrator();
  await open(<ManageOrganization />);
  await click(tab('Domains'));
  await type('Domain', 'example.com');
  await submit('Add domain');
  await click(button('Look for the record of example.com now'));
  expect(server.count('POST /organizations/org_a/domains/dom_example.com/verify')).toBe(1);
  await click(button('Remove example.com'));
  expect(screen.getByText('No domains yet.')).toBeTruthy();
});

test('restrictions are saved as a whole, also when the list of addresses was emptied', async () => {
  const server = administrator();
  await open(<ManageOrganization />);
  await click(tab('Restrictions'));
  await click(screen.getByLabelText('Require a second factor'));
  await type(/^Allowed addresses/, '203.0.113.0/24\n2001:db8::1');
  await submit('Restrictions');
  const body = server.requests.find(({ path }) => path === '/organizations/org_a/update')?.body;
  expect(body).toEqual({ enforce_mfa: true, enable_ip_restriction: false, whitelisted_ips: ['203.0.113.0/24', '2001:db8::1'] });
  expect(screen.getByText('Saved.')).toBeTruthy();
});

test('it gets another name, and is deleted by who types that name', async () => {
  const server = administrator();
  await open(<ManageOrganization />);
  await click(tab('General'));
  await act(async () => void fireEvent.change(screen.getAllByLabelText('Name')[0] as Element, { target: { value: 'Rome' } }));
  await submit('General');
  expect(screen.getByRole('tablist', { name: 'Rome' })).toBeTruthy();
  document.querySelector('details')?.setAttribute('open', '');
  await submit('Delete organization');
  expect(server.count('POST /organizations/org_a/delete')).toBe(0);
  await act(async () => void fireEvent.change(screen.getAllByLabelText('Name').at(-1) as Element, { target: { value: 'Rome' } }));
  await submit('Delete organization');
  expect(screen.getByText('You act in no organization.')).toBeTruthy();
});

test('a workspace is managed by its administrators and by those of its organization', async () => {
  const server = administrator();
  server.scope('org_a', 'wsp_a');
  server.teams.members = { ...server.teams.members, wsp_a: { usr_ada: ['workspace:member'] } };
  await open(<ManageWorkspace />);
  expect(tabs()).toEqual(['Members', 'Invitations', 'Roles', 'General']);
  await click(tab('Invitations'));
  await type('Email address', 'dan@example.com');
  await submit('Invite');
  expect(server.requests.find(({ path }) => path === '/organizations/org_a/invitations')?.body).toEqual({ email: 'dan@example.com', workspace_id: 'wsp_a' });
});

test('what cannot be read says why, and is tried again by hand', async () => {
  const server = administrator();
  server.refuse('GET', '/organizations/org_a/members', 403, 'permission_denied');
  server.unreachable('GET', '/organizations/org_a/domains');
  await open(<ManageOrganization />);
  expect(screen.getByText('Your roles do not allow this. Ask an administrator.')).toBeTruthy();
  await click(tab('Domains'));
  await click(button('Try again'));
  expect(screen.getByText('No domains yet.')).toBeTruthy();
});
