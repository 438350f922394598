/** ManageOrganization: its parts, members, invitations and roles. */
import { ManageOrganization } from '@keyrack/react/ui';
import { act, fireEvent, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { button, click, lists, submit, tab, type } from './hands.js';
import { pass } from './harness.js';
import { administrator, open, tabs } from './ui.js';

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
