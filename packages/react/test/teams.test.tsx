/** What lies beside the session: shared, dropped with its owner, read again with what changed. */
import { KeyrackProvider, useOrganization, useOrganizationMembers, useOrganizationMemberships, useUnreadNotifications, useWorkspaceMemberships } from '@keyrack/react';
import { act } from '@testing-library/react';
import { type ReactNode, useState } from 'react';
import { expect, test } from 'vitest';
import { FakeChannel } from './fake-browser.js';
import { FakeServer, PRODUCTION_KEY } from './fake-server.js';
import type { FakeNotification } from './fake-teams.js';
import { session, signIn } from './fixtures.js';
import { outcome, pass, renderAsServer, setHidden } from './harness.js';
import { everything, show, twoAccounts, using } from './teams.js';

const MINE = 'GET /me/organization-memberships';

test('H22 two hundred components that show memberships make one request', async () => {
  const server = twoAccounts();
  const One = () => <i>{useOrganizationMemberships().organizationMemberships?.length}</i>;
  const { container } = await show(Array.from({ length: 200 }, (_, key) => <One key={key} />));
  expect(container.textContent).toBe('2'.repeat(200));
  expect(server.count(MINE)).toBe(1);
  await pass(29_000);
  expect(server.count(MINE)).toBe(1);
});

test('H22 nothing is read while nobody is signed in: there are no memberships then', async () => {
  const server = new FakeServer();
  const page = await using(() => [useOrganizationMemberships(), useWorkspaceMemberships(), useUnreadNotifications()] as const);
  expect(page.now).toMatchObject([
    { loading: false, organizationMemberships: [] },
    { loading: false, workspaceMemberships: [] },
    { loading: false, unread: { count: 0 } },
  ]);
  expect(server.requests.map(({ path }) => path)).toEqual(['/session']);
});

test('H22 a server renders the loading branch and asks for nothing', () => {
  const server = twoAccounts();
  const One = () => <i>{String(useOrganizationMemberships().loading)}</i>;
  const page = (
    <KeyrackProvider publishableKey={PRODUCTION_KEY} initialSession={session(['ada'])}>
      <One />
    </KeyrackProvider>
  );
  expect(renderAsServer(page)).toBe('<i>true</i>');
  expect(server.requests).toEqual([]);
});

test('H22 switchSignIn drops the memberships and reads them again, in a page that never mixes two accounts', async () => {
  const server = twoAccounts();
  const page = await everything();
  expect(page.text).toBe('ada: org_a org_b / / - / / for ada for ada in a /');
  await outcome(page.session.switchSignIn('sin_bob'));
  expect(page.text).toBe('bob: org_b org_c / / - / / for bob /');
  await outcome(page.session.switchSignIn('sin_ada'));
  expect(page.text).toBe('ada: org_a org_b / / - / / for ada for ada in a /');
  expect(server.count(MINE)).toBe(3);
  const bobs = page.shown.filter((text) => text.startsWith('bob'));
  expect(bobs.join()).not.toMatch(/org_a|for ada/);
  expect(bobs[0]).toContain('bob: … /');
  expect(page.shown.filter((text) => text.startsWith('ada')).join()).not.toMatch(/org_c|for bob/);
});

test('H22 an answer that comes after the account was switched is not shown, not even when it comes back', async () => {
  const server = twoAccounts();
  const slow = server.hold('GET', '/me/organization-memberships');
  const page = await everything();
  await outcome(page.session.switchSignIn('sin_bob'));
  expect(page.text).toMatch(/^bob: org_b org_c/);
  slow.release();
  await pass();
  expect(page.text).toMatch(/^bob: org_b org_c/);
  expect(page.shown.filter((text) => text.startsWith('bob')).join()).not.toContain('org_a');
  server.teams.members = { ...server.teams.members, org_a: {} };
  await outcome(page.session.switchSignIn('sin_ada'));
  expect(page.text).toMatch(/^ada: org_b \//);
});

test('H22 what the server says for another account than is shown is not shown, and the session is read', async () => {
  const server = twoAccounts();
  // Another browser tab has switched, of which nobody has told this one yet.
  server.once('GET', '/me/organization-memberships', () => {
    server.change({ active_signin: signIn('bob') });
    return { data: server.teams.organizationMemberships('usr_bob') };
  });
  const page = await everything();
  expect(page.text).toMatch(/^bob: org_b org_c/);
  expect(page.shown.filter((text) => text.startsWith('ada')).join()).not.toContain('org_c');
});

test('H22 it is asked for the account that is shown, by name', async () => {
  const server = twoAccounts();
  server.scope('org_a', 'wsp_a');
  await everything();
  const asked = server.requests.map(({ path }) => path).filter((path) => path.includes('scope='));
  expect(asked.length).toBeGreaterThan(4);
  for (const path of asked) {
    // What is the account's own may be looked at also where it may not act any more.
    const isOwn = path.startsWith('/me/') || path.includes('channels=all');
    expect(path).toContain(isOwn ? 'scope=sin_ada.-.-&poll=1' : 'scope=sin_ada.mem_org_a.mem_wsp_a&poll=1');
  }
});

test('H22 signOut drops it all; of the account that takes over its own is read', async () => {
  const server = twoAccounts();
  const page = await everything();
  await outcome(page.session.signOut('sin_ada'));
  expect(page.text).toMatch(/^bob: org_b org_c/);
  const from = page.shown.length;
  await outcome(page.session.signOut());
  expect(page.text).toBe('nobody: / / - / / /');
  expect(page.shown.slice(from).filter((text) => text.startsWith('nobody')).join()).not.toMatch(/org_|for/);
  expect(server.count(MINE)).toBe(2);
});

test('H22 a change of scope drops what hangs on it, and keeps what is the account’s own', async () => {
  const server = twoAccounts();
  const page = await everything();
  await outcome(page.session.switchOrganization('org_a'));
  expect(page.text).toBe('ada: org_a org_b / wsp_a / org_a / ada / for ada for ada in a / for ada in a');
  const from = page.shown.length;
  await outcome(page.session.switchOrganization('org_b'));
  expect(page.text).toBe('ada: org_a org_b / / org_b / ada bob / for ada for ada in a /');
  const after = page.shown.slice(from).filter((text) => text.includes('/ org_b /'));
  expect(after[0]).toBe('ada: org_a org_b / / org_b / … / for ada for ada in a / …');
  expect(server.count('GET /organizations/org_a/members')).toBe(1);
});

test('H15 a switch in another tab drops it here, too', async () => {
  const server = twoAccounts();
  const [here, there] = [await everything(), await everything()];
  await outcome(there.session.switchSignIn('sin_bob'));
  expect(here.text).toMatch(/^bob: org_b org_c/);
  expect(here.shown.filter((text) => text.startsWith('bob')).join()).not.toMatch(/org_a|for ada/);
  expect(server.count(MINE)).toBe(4);
});

test('H22 what changes the session reads it again, and shows it when it has changed', async () => {
  const server = twoAccounts();
  const page = await using(useOrganizationMemberships);
  const before = page.now;
  server.push({});
  await pass(200);
  expect(server.count(MINE)).toBe(2);
  expect(page.now).toBe(before);
  server.teams.members = { ...server.teams.members, org_c: { usr_ada: [] } };
  server.push({});
  await pass(200);
  expect(page.now.organizationMemberships?.map(({ organization_id }) => organization_id)).toEqual(['org_a', 'org_b', 'org_c']);
});

test('H15 what one tab changes is shown by the others, and what an inbox is told of by all', async () => {
  const server = twoAccounts();
  server.scope('org_a', null);
  const [here, there] = [await everything(), await using(useOrganization)];
  await outcome(there.now.update?.({ name: 'Rome' }) ?? Promise.reject());
  await pass(100);
  expect(here.text).toContain('ada: Rome org_b / wsp_a / Rome /');
  expect(server.count('GET /session')).toBe(2);
  server.teams.inbox = [...server.teams.inbox, { ...server.teams.inbox[0], id: 'not_4', title: 'news' } as FakeNotification];
  server.teams.members = { ...server.teams.members, org_c: { usr_ada: [] } };
  for (const stream of server.open) stream.send('event: notification\ndata: {"session_id":"ses_1"}\n\n');
  await pass(100);
  expect(here.text).toContain('ada: Rome org_b org_c /');
  expect(here.text).toContain('/ for ada for ada in a news /');
  expect(server.count('GET /session')).toBe(2);
  there.unmount();
});

test('H14 a page that shows lists can be kept for going back to, and is right when it comes back', async () => {
  const server = twoAccounts();
  const page = await using(useOrganizationMemberships);
  const channels = FakeChannel.count;
  await act(async () => void dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
  expect(FakeChannel.count).toBe(0);
  server.teams.members = { org_a: { usr_ada: [] } };
  await act(async () => void dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await pass();
  expect(FakeChannel.count).toBe(channels);
  expect(page.now.organizationMemberships).toHaveLength(1);
  page.unmount();
  await pass();
  expect(FakeChannel.count).toBe(0);
});

test('H14 it is read again when somebody comes back to the page, and not while it is hidden', async () => {
  const server = twoAccounts();
  const page = await using(useOrganizationMemberships);
  setHidden(true);
  await pass(60_000);
  expect(server.count(MINE)).toBe(1);
  await act(async () => setHidden(false));
  await pass();
  expect(server.count(MINE)).toBe(2);
  await act(async () => void dispatchEvent(new Event('online')));
  await pass();
  expect(server.count(MINE)).toBe(2);
  await pass(5_000);
  await act(async () => void dispatchEvent(new Event('online')));
  await pass();
  expect(server.count(MINE)).toBe(3);
  page.unmount();
  await act(async () => void dispatchEvent(new Event('online')));
  expect(server.count(MINE)).toBe(3);
});

test('H10 a failed try stays loading with its error and is tried again, after pauses that grow', async () => {
  const server = twoAccounts();
  server.unreachable('GET', '/me/organization-memberships', 3);
  const page = await using(useOrganizationMemberships);
  expect(page.now).toMatchObject({ loading: true, error: { code: 'network' } });
  await pass(1_000);
  expect(server.count(MINE)).toBe(2);
  await pass(1_999);
  expect(server.count(MINE)).toBe(2);
  await pass(1);
  expect(server.count(MINE)).toBe(3);
  await outcome(page.now.refetch());
  expect(page.now).toMatchObject({ loading: false, error: undefined });
  await pass(10_000);
  expect(server.count(MINE)).toBe(4);
});

test('H11 what says nothing keeps what is shown; a refusal takes it away and is not tried again', async () => {
  const server = twoAccounts();
  const page = await using(useOrganizationMemberships);
  server.once('GET', '/me/organization-memberships', () => ({ html: '<p>Welcome to our hotel</p>' }));
  await outcome(page.now.refetch());
  expect(page.now).toMatchObject({ loading: false, error: { code: 'network' }, organizationMemberships: [{}, {}] });
  server.once('GET', '/me/organization-memberships', () => ({ data: { not: 'a list' } }));
  await pass(1_000);
  expect(page.now).toMatchObject({ loading: false, error: { code: 'network' } });
  server.refuse('GET', '/me/organization-memberships', 403, 'USER_DISABLED');
  await pass(2_000);
  expect(page.now).toMatchObject({ loading: true, error: { code: 'USER_DISABLED' } });
  expect(page.now.organizationMemberships).toBeUndefined();
  const asked = server.count(MINE);
  const sessions = server.count('GET /session');
  await pass(25_000);
  expect(server.count(MINE)).toBe(asked);
  // What refuses an account may have ended it.
  expect(sessions).toBeGreaterThan(1);
  await outcome(page.now.refetch());
  expect(page.now).toMatchObject({ loading: false, error: undefined });
});

test('H12 members come page by page, are found by search, and stay while the next search is on its way', async () => {
  const server = twoAccounts();
  const names = Array.from({ length: 7 }, (_, number) => `usr_p${number}`);
  server.teams.members = { org_a: { usr_ada: ['organization:admin'], ...Object.fromEntries(names.map((name) => [name, []])) } };
  server.scope('org_a', null);
  let find!: (search: string) => void;
  const page = await using(() => {
    const [search, setSearch] = useState('');
    find = setSearch;
    return useOrganizationMembers({ search, limit: 3 });
  });
  const inWords = (): string => `${page.now.members?.map(({ user }) => user.first_name).join(' ')} of ${page.now.total}`;
  expect(inWords()).toBe('ada p0 p1 of 8');
  await outcome(page.now.fetchMore?.() ?? Promise.reject());
  expect(inWords()).toBe('ada p0 p1 p2 p3 p4 of 8');
  await outcome(page.now.refetch());
  expect(inWords()).toBe('ada p0 p1 p2 p3 p4 of 8');
  await outcome(page.now.fetchMore?.() ?? Promise.reject());
  expect(page.now).toMatchObject({ hasMore: false, isSearching: false });
  const slow = server.hold('GET', '/organizations/org_a/members');
  await act(async () => find('p3'));
  expect(page.now.isSearching).toBe(true);
  expect(inWords()).toBe('ada p0 p1 p2 p3 p4 p5 p6 of 8');
  slow.release();
  await pass();
  expect(inWords()).toBe('p3 of 1');
  expect(page.now.isSearching).toBe(false);
});

test('data that nobody shows any more is forgotten in time, and what was read just now is not read again', async () => {
  const server = twoAccounts();
  const List = () => <i>{useOrganizationMemberships().organizationMemberships?.length}</i>;
  const { rerender, container } = await show(<List />);
  const page = (children: ReactNode) => <KeyrackProvider publishableKey={PRODUCTION_KEY}>{children}</KeyrackProvider>;
  await act(async () => rerender(page(null)));
  await pass(4_000);
  await act(async () => rerender(page(<List />)));
  expect(container.textContent).toBe('2');
  await pass();
  expect(server.count(MINE)).toBe(1);
  await act(async () => rerender(page(null)));
  await pass(10_000);
  await act(async () => rerender(page(<List />)));
  // Shown at once, and read again.
  expect(container.textContent).toBe('2');
  await pass();
  expect(server.count(MINE)).toBe(2);
});
