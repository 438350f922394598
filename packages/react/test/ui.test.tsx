/** The ready components, as somebody with a keyboard and a screen reader meets them. */
import { useSession } from '@keyrack/react';
import {
  AcceptInvite,
  CreateOrganizationForm,
  NotificationBell,
  OrganizationSwitcher,
  RequireActiveScope,
  UiWordsProvider,
} from '@keyrack/react/ui';
import { act, fireEvent, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, test } from 'vitest';
import { FakeServer } from './fake-server.js';
import { deployment, session } from './fixtures.js';
import { button, click, lists, press, type } from './hands.js';
import { outcome, pass } from './harness.js';
import { show, twoAccounts } from './teams.js';

/** A page with a way to switch the account that is no component of ours. */
function WithSwitch({ children }: { readonly children: ReactNode }) {
  const { switchSignIn } = useSession();
  return (
    <>
      <button onClick={() => switchSignIn?.('sin_bob')}>elsewhere</button>
      {children}
    </>
  );
}

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

/** So many invitations to `place`, and whether there are more. */
function pageOf(count: number, place: string, next_cursor: string | null) {
  const of = { user_id: 'usr_ada', kind: 'invitation_received', is_read: true, metadata: {} };
  const notifications = Array.from({ length: count }, (_, number) => ({ ...of, id: `${place} ${number}`, title: `${place} ${number}` }));
  return () => ({ data: { notifications, has_more: !!next_cursor, next_cursor } });
}

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

const CARTHAGE = { organization_id: 'org_c', name: 'Carthage', image_url: '', domain: 'example.com' };

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

test('a form says what was refused, keeps what was typed, and puts the focus there', async () => {
  const server = twoAccounts();
  const made: string[] = [];
  await show(<CreateOrganizationForm onCreated={({ organization }) => made.push(organization.name)} />);
  await type('Name', 'Rome');
  server.refuse('POST', '/organizations', 400, 'too_many_organizations');
  await act(async () => void fireEvent.submit(screen.getByRole('form')));
  await pass();
  expect(screen.getByRole('alert').textContent).toBe('Refused: too_many_organizations');
  const field = screen.getByLabelText('Name');
  expect(document.activeElement).toBe(field);
  expect(field).toMatchObject({ value: 'Rome' });
  expect(field.getAttribute('aria-invalid')).toBe('true');
  const slow = server.hold('POST', '/organizations');
  await act(async () => void fireEvent.submit(screen.getByRole('form')));
  await act(async () => void fireEvent.submit(screen.getByRole('form')));
  expect(button('Create organization').getAttribute('aria-busy')).toBe('true');
  slow.release();
  await pass();
  expect(made).toEqual(['Rome']);
  expect(server.count('POST /organizations')).toBe(2);
});

test('an invitation is shown, and accepted by a click alone', async () => {
  const server = twoAccounts();
  server.teams.links = { secret: { organization: 'org_c', user: 'usr_ada' } };
  const done: unknown[] = [];
  await show(<AcceptInvite token="secret" onAccepted={({ organization }) => done.push(organization?.id)} />);
  expect(screen.getByText('org_c')).toBeTruthy();
  expect(server.count('POST /organizations')).toBe(0);
  await click(button('Accept'));
  expect(screen.getByRole('status').textContent).toBe('You are a member of org_c.');
  expect(document.activeElement).toBe(screen.getByRole('status'));
  expect(done).toEqual(['org_c']);
});

test('an invitation for somebody without an account, or for nobody knows whom, leads to where one is made', async () => {
  const server = twoAccounts();
  server.teams.links = { secret: { organization: 'org_c', user: 'usr_eve' } };
  const refused = (error_code: string) => () => ({ data: { organization: null, requires_signin: true, error_code, message: 'No.' } });
  const path = '/organizations/invitations/accept';
  await show(<AcceptInvite token="secret" signInUrl={() => '/sign-in'} signUpUrl={() => '/sign-up'} />);
  const said: (string | null)[][] = [];
  for (const code of ['INVITATION_REQUIRES_SIGNUP', 'INVITATION_EMAIL_MISMATCH', 'INVITATION_ORGANIZATION_FULL']) {
    server.once('POST', path, refused(code));
    await click(button('Accept'));
    said.push([screen.getByRole('alert').textContent, ...screen.queryAllByRole('link').map((link) => link.getAttribute('href'))]);
  }
  expect(said).toEqual([
    [' Create an account for eve@example.com to accept.', '/sign-up'],
    [
      'The invitation is for another account than those that are signed in here. Sign in as eve@example.com to accept. Create an account for eve@example.com to accept.',
      '/sign-in',
      '/sign-up',
    ],
    ['No.'],
  ]);
});

test('an invitation for somebody else says who must sign in and leads there; one that is none says so', async () => {
  const server = twoAccounts();
  server.teams.links = { secret: { organization: 'org_c', user: 'usr_eve' } };
  const page = await show(<AcceptInvite token="secret" signInUrl={(email) => `/sign-in?email=${email}`} />);
  await click(button('Accept'));
  expect(screen.getByRole('link', { name: /eve@example.com/ }).getAttribute('href')).toBe('/sign-in?email=eve@example.com');
  page.unmount();
  await show(<AcceptInvite token="unknown" />);
  expect(screen.getByRole('alert').textContent).toBe('There is none.');
  expect(screen.queryByRole('button')).toBeNull();
});

test('the bell says how much is new, and its inbox can be read and emptied', async () => {
  const server = twoAccounts();
  await show(
    <WithSwitch>
      <NotificationBell channel="all" />
    </WithSwitch>,
  );
  await click(button('Notifications, 2 unread'));
  expect(screen.getAllByRole('listitem').map((item) => item.querySelector('strong')?.textContent)).toEqual(['for ada', 'for ada in a']);
  await click(button('Mark as read: for ada'));
  expect(document.activeElement).toBe(screen.getByRole('list', { name: 'Notifications' }));
  await click(button('Put away: for ada in a'));
  expect(screen.getAllByRole('listitem')).toHaveLength(1);
  expect(button('Notifications')).toBeTruthy();
  server.teams.inbox = [];
  await click(button('elsewhere'));
  expect(button('Notifications')).toBeTruthy();
});

test('what is done with two notifications at once is done with both, and what fails is said beside its own', async () => {
  const server = twoAccounts();
  await show(<NotificationBell channel="all" />);
  await click(button('Notifications, 2 unread'));
  server.refuse('POST', '/notifications/not_1/archive', 404, 'notification_not_found');
  await act(async () => {
    fireEvent.click(button('Put away: for ada'));
    fireEvent.click(button('Mark as read: for ada in a'));
  });
  await pass();
  expect(screen.getAllByRole('listitem').map((item) => item.querySelector('[role=alert]')?.textContent)).toEqual(['Refused: notification_not_found', '']);
  expect(screen.getAllByText('(unread)')).toHaveLength(1);
  await click(button('Mark all as read'));
  expect(screen.queryByText('(unread)')).toBeNull();
});

test('an inbox in pages shows the next one when asked, says what went wrong, and where it ends', async () => {
  const server = twoAccounts();
  await show(<NotificationBell channel="all" />);
  server.once('GET', '/notifications', pageOf(20, 'first', 'not_1'));
  await click(button(/^Notifications/));
  server.refuse('GET', '/notifications', 503, 'unavailable');
  await click(button('Show more'));
  expect(screen.getByText('Refused: unavailable').getAttribute('role')).toBe('alert');
  server.once('GET', '/notifications', pageOf(1, 'second', null));
  await click(button('Show more'));
  expect(screen.getAllByRole('listitem').map((item) => item.querySelector('strong')?.textContent).slice(19)).toEqual(['first 19', 'second 0']);
  expect(document.activeElement).toBe(screen.getByText('That is all.'));
});

test('H22 what one account was refused is not said to another: a new organization, an open inbox', async () => {
  const server = twoAccounts();
  await show(
    <WithSwitch>
      <CreateOrganizationForm />
      <NotificationBell channel="all" />
    </WithSwitch>,
  );
  server.refuse('POST', '/organizations', 400, 'too_many_organizations');
  await act(async () => void fireEvent.submit(screen.getByRole('form')));
  await pass();
  await click(button('Notifications, 2 unread'));
  server.refuse('POST', '/notifications/mark-all-read', 403, 'scope_not_available');
  await click(button('Mark all as read'));
  expect(screen.getAllByText(/^Refused/)).toHaveLength(2);
  await act(async () => server.push({ active_signin: server.session.signins[1] ?? null }));
  await pass(500);
  expect(screen.getByText('for bob')).toBeTruthy();
  expect(screen.queryByText(/^Refused/)).toBeNull();
});

test('H22 an open bell never shows one account’s inbox under another', async () => {
  twoAccounts();
  await show(
    <WithSwitch>
      <NotificationBell channel="all" />
    </WithSwitch>,
  );
  await click(button('Notifications, 2 unread'));
  const seen: string[] = [];
  const watch = new MutationObserver(() => seen.push(document.body.textContent ?? ''));
  watch.observe(document.body, { childList: true, subtree: true, characterData: true });
  await act(async () => fireEvent.click(button('elsewhere')));
  await pass();
  watch.disconnect();
  expect(seen.at(-1)).toContain('for bob');
  expect(seen.filter((text) => text.includes('for ada') && text.includes('for bob'))).toEqual([]);
});

test('a part that needs an organization lets one choose it first, and shows itself in it', async () => {
  const server = twoAccounts();
  const { container } = await show(
    <RequireActiveScope>
      <b>inside</b>
    </RequireActiveScope>,
  );
  expect(lists()).toEqual({ 'Choose an organization': ['org_a', 'org_b'] });
  await click(button(/^org_a|org_a$/));
  expect(container.textContent).toBe('inside');
  await act(async () => server.push({}));
  await pass(200);
  expect(container.textContent).toBe('inside');
});

test('a part that needs an organization offers those that may be joined, and says why one cannot be chosen', async () => {
  const server = twoAccounts();
  server.teams.suggested = [CARTHAGE];
  server.once('GET', '/me/organization-memberships', (_, usual) => {
    const [first, ...others] = usual().data as object[];
    return { data: [{ ...first, eligibility_restriction: { type: 'ip_not_allowed', message: 'Not from here.' } }, ...others] };
  });
  const { container } = await show(<RequireActiveScope>inside</RequireActiveScope>);
  await click(button(/org_a Not from here/));
  expect(server.count('POST')).toBe(0);
  server.refuse('POST', '/organizations/org_c/join', 400, 'organization_full');
  await click(button('Join Carthage'));
  expect(screen.getAllByRole('alert').map(({ textContent }) => textContent)).toContain('Refused: organization_full');
  await click(button('Join Carthage'));
  expect(container.textContent).toBe('inside');
  expect(server.session.active_signin?.active_organization_membership_id).toBe('mem_org_c');
});

test('who is in no workspace of an organization is told what to do, and can choose another organization', async () => {
  const server = twoAccounts();
  server.scope('org_b', null);
  await show(<RequireActiveScope workspace>inside</RequireActiveScope>);
  expect(screen.getByText('You are in no workspace of this organization. Ask an administrator to add you to one.')).toBeTruthy();
  await click(button('Choose another organization'));
  expect(lists()).toEqual({ 'Choose an organization': ['org_a', 'org_b'] });
});

test('a part that needs a workspace asks for that, or shows what the application says', async () => {
  const server = twoAccounts();
  server.scope('org_a', null);
  const { container, unmount } = await show(<RequireActiveScope workspace>inside</RequireActiveScope>);
  await click(button(/wsp_a/));
  expect(container.textContent).toBe('inside');
  unmount();
  await outcome(Promise.resolve());
  server.scope('org_b', null);
  const { container: other } = await show(
    <RequireActiveScope workspace fallback="elsewhere">
      inside
    </RequireActiveScope>,
  );
  expect(other.textContent).toBe('elsewhere');
});

test('all of it can be said in other words', async () => {
  twoAccounts();
  await show(
    <UiWordsProvider words={{ personal: 'Für mich', changeScope: 'Wechseln' }}>
      <OrganizationSwitcher />
    </UiWordsProvider>,
  );
  expect(button('Wechseln: Für mich, ada')).toBeTruthy();
});
