/** The ready components, as somebody with a keyboard and a screen reader meets them. */
import {
  AcceptInvite,
  CreateOrganizationForm,
  NotificationBell,
  OrganizationSwitcher,
  RequireActiveScope,
  UiWordsProvider,
} from '@keyrack/react/ui';
import { act, fireEvent, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { button, click, lists, type } from './hands.js';
import { outcome, pass } from './harness.js';
import { show, twoAccounts } from './teams.js';
import { CARTHAGE, WithSwitch, pageOf } from './ui.js';

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
  expect(document.activeElement, 'the button is gone').toBe(screen.getByRole('list', { name: 'Notifications' }));
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
