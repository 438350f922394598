/** The switcher of accounts, organizations and workspaces, as somebody with a keyboard and a screen reader meets it. */
import { NotificationBell, OrganizationSwitcher, RequireActiveScope } from '@keyrack/react/ui';
import { act, fireEvent, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { FakeServer } from './fake-server.js';
import { deployment, session } from './fixtures.js';
import { button, click, lists, press, type } from './hands.js';
import { pass } from './harness.js';
import { show, twoAccounts } from './teams.js';
import { CARTHAGE, WithSwitch, pageOf } from './ui.js';

test('the switcher shows where the account acts, and all other places, and changes to one of them', async () => {
  const server = twoAccounts();
  server.scope('org_a', null);
  await show(<OrganizationSwitcher />);
  const opener = button(/Change account or organization: org_a, ada/);
  expect(opener.getAttribute('aria-expanded')).toBe('false');
  await click(opener);
  expect(lists()).toEqual({
    Accounts: ['*ada', 'bob'],
    Organizations: ['Personal', '*org_a', 'org_b'],
    Workspaces: ['wsp_a'],
  });
  await click(button(/^wsp_a/));
  expect(screen.queryByRole('list')).toBeNull();
  expect(document.activeElement).toBe(button(/org_a \/ wsp_a, ada/));
  await click(button(/org_a \/ wsp_a/));
  await click(button(/^bob/));
  await click(button(/: Personal, bob/));
  expect(lists()).toEqual({ Accounts: ['ada', '*bob'], Organizations: ['*Personal', 'org_b', 'org_c'] });
});

test('the switcher is closed by Escape, by a click elsewhere and by the focus elsewhere', async () => {
  twoAccounts();
  await show(
    <WithSwitch>
      <OrganizationSwitcher />
    </WithSwitch>,
  );
  const opener = button(/Change account/);
  await click(opener);
  await act(async () => button(/^Create organization/).focus());
  await press('Escape');
  expect(screen.queryByRole('group')).toBeNull();
  expect(document.activeElement).toBe(opener);
  await click(opener);
  await act(async () => void fireEvent.pointerDown(document.body));
  expect(screen.queryByRole('group')).toBeNull();
  await click(opener);
  await act(async () => opener.focus());
  await act(async () => button('elsewhere').focus());
  expect(screen.queryByRole('group')).toBeNull();
});

test('the arrow keys go through the switcher, round and round', async () => {
  twoAccounts();
  await show(<OrganizationSwitcher canCreate={false} />);
  const opener = button(/Change account/);
  await act(async () => opener.focus());
  await click(opener);
  const seen: (string | null)[] = [];
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp', 'ArrowUp', 'ArrowUp']) {
    await press(key);
    seen.push(document.activeElement?.textContent ?? null);
  }
  expect(seen.map((text) => text?.match(/ada|bob|org_b/)?.at(-1))).toEqual(['ada', 'bob', 'ada', 'ada', 'org_b']);
});

test('an organization that cannot be chosen says why and is not switched to', async () => {
  const server = twoAccounts();
  server.once('GET', '/me/organization-memberships', (_, usual) => {
    const [first, ...others] = usual().data as object[];
    return { data: [{ ...first, eligibility_restriction: { type: 'mfa_required', message: 'It wants a second factor.' } }, ...others] };
  });
  await show(<OrganizationSwitcher />);
  await click(button(/Change account/));
  const choice = button(/org_a It wants a second factor/);
  expect(choice.getAttribute('aria-disabled')).toBe('true');
  await click(choice);
  expect(server.count('POST')).toBe(0);
});

test('a refused switch is said aloud, and the panel stays', async () => {
  const server = twoAccounts();
  await show(<OrganizationSwitcher />);
  await click(button(/Change account/));
  server.refuse('POST', '/session/switch-organization', 403, 'address_not_allowed');
  await click(button(/^org_b/));
  expect(screen.getByRole('alert').textContent).toBe('Refused: address_not_allowed');
  expect(lists()['Organizations']).toEqual(['*Personal', 'org_a', 'org_b']);
});

test('the switcher says where the links of invitations are, until they are put away', async () => {
  const server = twoAccounts();
  const invitation = { user_id: 'usr_ada', organization_id: null, is_read: true, kind: 'invitation_received', severity: 'info' };
  server.teams.inbox = [
    { ...invitation, id: 'not_9', title: 'Invitation to Forum', metadata: { organization_name: 'Rome', workspace_name: 'Forum' } },
    { ...invitation, id: 'not_8', title: 'You are no longer in Athens', kind: 'member_removed', metadata: {} },
    { ...invitation, id: 'not_7', title: 'Warned', severity: 'warning', metadata: {} },
  ];
  await show(<OrganizationSwitcher />);
  await click(button(/Change account/));
  expect(lists()['Invitations']).toEqual(['Rome / Forum']);
  expect(screen.getByText('Open the link in the mail that you got.')).toBeTruthy();
  expect(screen.queryByRole('button', { name: /^Rome/ })).toBeNull();
  server.refuse('POST', '/notifications/not_9/archive', 404, 'notification_not_found');
  await click(button('Put away: Rome / Forum'));
  expect(screen.getByText('Refused: notification_not_found')).toBeTruthy();
  await click(button('Put away: Rome / Forum'));
  expect(lists()['Invitations']).toBeUndefined();
});

test('of more invitations than one page has the switcher shows the rest when asked', async () => {
  const server = twoAccounts();
  server.once('GET', '/notifications', pageOf(100, 'Rome', 'not_1'));
  await show(<OrganizationSwitcher />);
  await click(button(/Change account/));
  expect(lists()['Invitations']).toHaveLength(100);
  server.once('GET', '/notifications', pageOf(1, 'Athens', null));
  await click(button('Show more'));
  expect(lists()['Invitations']?.slice(99)).toEqual(['Rome 99', 'Athens 0']);
});


test('an organization that is suggested is joined by a click, and the account acts there', async () => {
  const server = twoAccounts();
  server.teams.suggested = [CARTHAGE];
  server.teams.names = { org_c: 'Carthage' };
  await show(<OrganizationSwitcher />);
  await click(button(/Change account/));
  expect(lists()['You may join']).toEqual(['Carthage']);
  await click(button('Join Carthage'));
  expect(screen.queryByRole('group')).toBeNull();
  await click(button(/: Carthage, ada/));
  expect(lists()).toEqual({ Accounts: ['*ada', 'bob'], Organizations: ['Personal', 'org_a', 'org_b', '*Carthage'] });
});

test('who joined and may not act there yet is told why, and a member', async () => {
  const server = twoAccounts();
  server.teams.suggested = [CARTHAGE];
  await show(<OrganizationSwitcher />);
  await click(button(/Change account/));
  server.refuse('POST', '/session/switch-organization', 403, 'organization_requires_mfa');
  await click(button('Join Carthage'));
  expect(screen.getByText('Refused: organization_requires_mfa').getAttribute('role')).toBe('alert');
  expect(lists()['Organizations']).toEqual(['*Personal', 'org_a', 'org_b', 'org_c']);
});

test('until it is read where the account acts, no other place is named', async () => {
  const server = twoAccounts();
  server.scope('org_a', 'wsp_a');
  const organizations = server.hold('GET', '/me/organization-memberships');
  const workspaces = server.hold('GET', '/me/workspace-memberships');
  await show(<OrganizationSwitcher />);
  expect(button('Change account or organization: Loading…, ada')).toBeTruthy();
  organizations.release();
  await pass();
  expect(button('Change account or organization: org_a / Loading…, ada')).toBeTruthy();
  workspaces.release();
  await pass();
  expect(button('Change account or organization: org_a / wsp_a, ada')).toBeTruthy();
});

test('organizations and workspaces that could not be read are missed aloud, and read at a click', async () => {
  const server = twoAccounts();
  server.scope('org_a', null);
  server.unreachable('GET', '/me/workspace-memberships');
  await show(<OrganizationSwitcher />);
  await click(button(/: org_a, ada/));
  expect(screen.getByText(/^It could not be read/)).toBeTruthy();
  await click(button('Try again'));
  expect(lists()['Workspaces']).toEqual(['wsp_a']);
  await click(button(/^bob/));
  server.unreachable('GET', '/me/organization-memberships', 2);
  await act(async () => server.push({ active_signin: server.session.signins[0] ?? null }));
  await pass(500);
  await click(button(/Change account/));
  expect(lists()['Organizations']).toEqual(['Personal']);
  await click(button('Try again'));
  await click(button('Try again'));
  expect(lists()['Organizations']).toEqual(['Personal', '*org_a', 'org_b']);
});

test('who does not make an organization after all is where they were', async () => {
  twoAccounts();
  await show(<OrganizationSwitcher />);
  await click(button(/Change account/));
  await click(button('Create organization'));
  await click(button('Cancel'));
  expect(document.activeElement).toBe(button('Create organization'));
});

test('nobody is offered to make an organization where the deployment does not let people do that', async () => {
  const server = twoAccounts();
  server.teams.members = {};
  server.once('GET', '/deployment', () => ({ data: { ...deployment(), b2b_settings: { allow_users_to_create_orgs: false } } }));
  await show([<OrganizationSwitcher key="a" />, <RequireActiveScope key="b">inside</RequireActiveScope>]);
  await click(button(/Change account/));
  expect(screen.queryByRole('button', { name: 'Create organization' })).toBeNull();
  expect(screen.getByText('You are in no organization yet. Ask an administrator of one to invite you.')).toBeTruthy();
});

test('nobody signed in has nothing to switch and no bell', async () => {
  new FakeServer(session([]));
  const { container } = await show([<OrganizationSwitcher key="a" />, <NotificationBell key="b" />]);
  expect(container.textContent).toBe('');
});

test('an organization is made from the switcher, and the focus is where one types', async () => {
  const server = twoAccounts();
  await show(<OrganizationSwitcher />);
  await click(button(/Change account/));
  await click(button('Create organization'));
  expect(document.activeElement).toBe(screen.getByLabelText('Name'));
  await type('Name', 'Rome');
  await act(async () => void fireEvent.submit(screen.getByRole('form')));
  await pass();
  expect(document.activeElement).toBe(button(/: Rome, ada/));
  expect(server.requests.find(({ path }) => path === '/organizations')?.body).toEqual({ name: 'Rome' });
});
