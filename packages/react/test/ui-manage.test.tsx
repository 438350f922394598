/** ManageOrganization and ManageWorkspace. */
import type { Deployment } from '@keyrack/react';
import { KeyrackProvider } from '@keyrack/react';
import { ManageOrganization, ManageWorkspace } from '@keyrack/react/ui';
import { act, fireEvent, render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, test } from 'vitest';
import { type FakeServer, PRODUCTION_KEY } from './fake-server.js';
import { deployment } from './fixtures.js';
import { button, click, lists, submit, tab, type } from './hands.js';
import { pass } from './harness.js';
import { twoAccounts } from './teams.js';

const tabs = (): (string | null)[] => screen.getAllByRole('tab').map(({ textContent }) => textContent);

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
  const before = server.count('GET /organizations/org_a/members');
  for (const typed of ['e', 'ev', 'eve']) await type('Search members', typed);
  await pass(300);
  expect(screen.getByRole('status').textContent).toBe('1 member');
  expect(server.count('GET /organizations/org_a/members')).toBe(before + 1);
  await type('Role of eve', 'rol_cook');
  expect(server.count('POST /organizations/org_a/members/mem_org_a_usr_eve/roles/rol_cook/add')).toBe(1);
  expect(server.count('POST /organizations/org_a/members/mem_org_a_usr_eve/roles/rol_1/remove')).toBe(1);
  await click(button('Remove eve'));
  expect(server.count('POST /organizations/org_a/members/mem_org_a_usr_eve/remove')).toBe(0);
  await click(button('Remove eve: are you sure?'));
  expect(screen.getByRole('status').textContent).toBe('Nobody was found.');
  expect(document.activeElement).toBe(screen.getByRole('list', { name: 'Members' }));
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
  expect(screen.getByText('Sent again.').getAttribute('role')).toBe('status');
  await click(button('Withdraw the invitation of dan@example.com'));
  expect(lists()['Invited']).toEqual(['dan@example.com']);
  await click(button('Withdraw the invitation of dan@example.com: are you sure?'));
  expect(screen.getByText('Nobody is invited.')).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByRole('list', { name: 'Invited' }));
  server.refuse('POST', '/organizations/org_a/invitations', 400, 'REQUIRED_FIELD');
  await type('Email address', 'dan');
  await submit('Invite');
  expect(screen.getByText('Refused: REQUIRED_FIELD').getAttribute('role')).toBe('alert');
  expect(document.activeElement).toBe(screen.getByLabelText('Email address'));
});

test('what is refused of one invitation is said beside it, and the address that was typed is not to blame', async () => {
  const server = administrator();
  server.teams.invited = { org_a: ['dan@example.com', 'eve@example.com'] };
  await open(<ManageOrganization />);
  await click(tab('Invitations'));
  server.refuse('POST', '/organizations/org_a/invitations/inv_dan%40example.com/resend', 429, 'too_many_attempts');
  await click(button('Send the invitation of dan@example.com again'));
  expect(screen.getByText('Refused: too_many_attempts').closest('li')?.textContent).toContain('dan@example.com');
  expect(screen.getByLabelText('Email address').getAttribute('aria-invalid')).toBeNull();
  server.unreachable('POST', '/organizations/org_a/invitations');
  await type('Email address', 'fay@example.com');
  await submit('Invite');
  expect(screen.getByRole('form', { name: 'Invite: org_a' }).querySelector('[role=alert]')?.textContent).not.toBe('');
  expect(screen.getByLabelText('Email address').getAttribute('aria-invalid')).toBeNull();
});

test('every invitation can be reached, also of more than one request brings, and says what is wrong with it', async () => {
  const server = administrator();
  const all = Array.from({ length: 198 }, (_, number) => `p${number}@example.com`);
  server.teams.invited = { org_a: ['late@example.com', 'lone@example.com', ...all] };
  await open(<ManageOrganization />);
  await click(tab('Invitations'));
  expect(lists()['Invited']).toHaveLength(100);
  expect(lists()['Invited']?.[0]).toBe('p197@example.com');
  await click(button('Show more'));
  expect(lists()['Invited']).toHaveLength(200);
  expect(screen.getByText('late@example.com').closest('li')?.textContent).toContain('expired');
  expect(screen.getByText('lone@example.com').closest('li')?.textContent).toContain('does not work until it is sent again');
  await click(button('Show more'));
  expect(document.activeElement).toBe(screen.getByText('That is all.'));
  const path = (cursor: string) => `GET /organizations/org_a/invitations?limit=100${cursor}&scope=`;
  expect(server.count(path(''))).toBe(1);
  expect(server.count(path('&cursor=inv_p98%40example.com'))).toBe(1);
  await type('Email address', 'dan@example.com');
  await submit('Invite');
  // As many as before: the last one is on the next page now.
  expect(lists()['Invited']).toHaveLength(200);
  expect(lists()['Invited']?.[0]).toBe('dan@example.com');
  await click(button('Show more'));
  expect(lists()['Invited']?.[200]).toBe('late@example.com');
});

test('what cannot be taken back is not done by a double click, a key held down, or after looking elsewhere', async () => {
  const server = administrator();
  server.teams.invited = { org_a: ['dan@example.com'] };
  await open(<ManageOrganization />);
  await click(tab('Invitations'));
  const withdraw = button(/^Withdraw/);
  await click(withdraw);
  expect(screen.getAllByText('Withdraw the invitation of dan@example.com: are you sure?')).toHaveLength(1);
  await click(withdraw, 2);
  expect(fireEvent.keyDown(withdraw, { key: 'Enter', repeat: true })).toBe(false);
  expect(fireEvent.keyDown(withdraw, { key: 'Enter' })).toBe(true);
  await act(async () => screen.getByLabelText('Email address').focus());
  expect(withdraw.textContent).toBe('×');
  await click(withdraw);
  expect(server.count('POST')).toBe(0);
  await click(withdraw);
  expect(server.count('POST')).toBe(1);
});

test('roles of its own are made and removed, where the deployment has such', async () => {
  administrator();
  await open(<ManageOrganization />);
  await click(tab('Roles'));
  await type('Name', 'Cook');
  await click(screen.getByLabelText('bills:pay'));
  await submit('Create role');
  expect(lists()['Roles']).toEqual(['Role', 'Cook']);
  expect(screen.queryByRole('button', { name: 'Remove role Role' })).toBeNull();
});

test('a role of its own is removed at the second click, and what forbids it is said beside it', async () => {
  const server = administrator();
  server.teams.roles = { org_a: ['cook'] };
  await open(<ManageOrganization />);
  await click(tab('Roles'));
  await click(button('Remove role cook'));
  expect(server.count('POST')).toBe(0);
  server.refuse('POST', '/organizations/org_a/roles/rol_cook/remove', 409, 'last_administrator');
  await click(button('Remove role cook: are you sure?'));
  expect(screen.getByText('Refused: last_administrator').closest('li')?.textContent).toContain('cook');
  await click(button('Remove role cook'));
  await click(button('Remove role cook: are you sure?'));
  expect(lists()['Roles']).toEqual(['Role']);
});

test('of a member with several roles all are shown, and another one replaces them', async () => {
  const server = administrator();
  server.teams.roles = { org_a: ['cook'] };
  server.once('GET', '/organizations/org_a/members', (_, usual) => {
    const page = usual().data as { data: { roles: object[] }[] };
    page.data[1]?.roles.push({ id: 'rol_cook', name: 'cook', permissions: [] });
    return { data: page };
  });
  await open(<ManageOrganization />);
  const select = screen.getByLabelText('Role of eve') as HTMLSelectElement;
  expect([...select.options].map(({ text }) => text)).toEqual(['Role, cook', 'Role', 'cook']);
  expect(select.value).toBe('');
  await type('Role of eve', 'rol_cook');
  const at = 'POST /organizations/org_a/members/mem_org_a_usr_eve';
  expect([server.count(at), server.count(`${at}/roles/rol_1/remove`)]).toEqual([1, 1]);
});

test('a domain is claimed with the record that proves it, and given up', async () => {
  const server = administrator();
  await open(<ManageOrganization />);
  await click(tab('Domains'));
  await type('Domain', 'example.com');
  await submit('Add domain');
  await click(button('Look for the record of example.com now'));
  expect(server.count('POST /organizations/org_a/domains/dom_example.com/verify')).toBe(1);
  expect(screen.getByText('example.com is proved.').getAttribute('role')).toBe('status');
  server.refuse('POST', '/organizations/org_a/domains/dom_example.com/verify', 400, 'domain_record_not_found');
  await click(button('Look for the record of example.com now'));
  expect(screen.getByText('Refused: domain_record_not_found').closest('li')).toBeTruthy();
  expect(screen.getByLabelText('Domain').getAttribute('aria-invalid')).toBeNull();
  await click(button('Remove example.com'));
  expect(lists()['Domains']).toEqual(['example.com not proved']);
  await click(button('Remove example.com: are you sure?'));
  expect(screen.getByText('No domains yet.')).toBeTruthy();
});

test('a proved domain whose record is missing shows what has to be published again', async () => {
  const server = administrator();
  server.teams.domains = { org_a: ['example.com', 'example.org'] };
  const record = { verification_dns_record_type: 'TXT', verification_dns_record_name: '_keyrack', verification_dns_record_data: 'keyrack-verify=1' };
  const facts = { ...record, verified: true };
  server.teams.domainFacts = { 'example.com': facts, 'example.org': { ...facts, missing_since: '2026-11-24T08:00:00.000Z' } };
  await open(<ManageOrganization />);
  await click(tab('Domains'));
  expect(lists()['Domains']).toEqual(['example.com proved', 'example.org proved, but its record is missing']);
  expect(screen.getAllByText('keyrack-verify=1')).toHaveLength(1);
  expect(screen.getByText(/TXT record at _keyrack.example.org/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Look for the record of example.com now' })).toBeNull();
  expect(button('Look for the record of example.org now')).toBeTruthy();
});

test('restrictions are saved as a whole, also when the list of addresses was emptied', async () => {
  const server = administrator();
  await open(<ManageOrganization />);
  await click(tab('Restrictions'));
  await click(screen.getByLabelText('Require a second factor'));
  await type(/^Allowed addresses/, '203.0.113.0/24\n2001:db8::1');
  await submit('Restrictions');
  const body = server.requests.find(({ path }) => path.startsWith('/organizations/org_a/update'))?.body;
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
  expect(screen.getByText('You act in no organization. Choose one first.')).toBeTruthy();
});

test('only what was changed is sent, and nothing when nothing was', async () => {
  const server = administrator();
  server.once('GET', '/me/organization-memberships', (_, usual) => {
    const [first, ...others] = usual().data as { organization: object }[];
    return { data: [{ ...first, organization: { ...first?.organization, description: 'Old', image_url: 'https://pictures.test/1' } }, ...others] };
  });
  await open(<ManageOrganization />);
  await click(tab('General'));
  await submit('General');
  expect(screen.getByText('Saved.')).toBeTruthy();
  expect(server.count('POST')).toBe(0);
  await type(/^Description/, 'New');
  await click(screen.getByLabelText('Remove the picture'));
  await submit('General');
  expect(server.requests.find(({ method }) => method === 'POST')?.body).toEqual({ description: 'New', image: '' });
  expect(screen.queryByLabelText('Remove the picture')).toBeNull();
});

test('it is left at the second click, and what forbids that is said', async () => {
  const server = administrator();
  await open(<ManageOrganization />);
  await click(tab('General'));
  await click(button('Leave organization'));
  expect(button('Leave organization: are you sure?').textContent).toBe('Leave organization: are you sure?');
  expect(server.count('POST')).toBe(0);
  server.refuse('POST', '/organizations/org_a/leave', 409, 'last_administrator');
  await click(button('Leave organization: are you sure?'));
  expect(screen.getByText('Refused: last_administrator').getAttribute('role')).toBe('alert');
  await click(button('Leave organization'));
  await click(button('Leave organization: are you sure?'));
  expect(screen.getByText('You act in no organization. Choose one first.')).toBeTruthy();
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
  expect(server.requests.find(({ method, path }) => method === 'POST' && path.startsWith('/organizations/org_a/invitations'))?.body).toEqual({ email: 'dan@example.com', workspace_id: 'wsp_a' });
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
