/** What is done to organizations and workspaces: one request each, in turn, and what is read again after it. */
import {
  useInvitation,
  useNotifications,
  useOrganization,
  useOrganizationDomains,
  useOrganizationInvitations,
  useOrganizationList,
  useOrganizationMembers,
  useOrganizationRoles,
  useUnreadNotifications,
  useWorkspace,
  useWorkspaceList,
} from '@keyrack/react';
import { expect, test } from 'vitest';
import { FakeServer } from './fake-server.js';
import { session } from './fixtures.js';
import { outcome, pass } from './harness.js';
import { everything, twoAccounts, using } from './teams.js';

const MINE = 'GET /me/organization-memberships';

/** What a loaded hook has. */
function has<T>(method: T | undefined): T {
  if (method === undefined) throw new Error('not loaded');
  return method;
}

/** Paths that were asked for since `from`, without their queries. */
function asked(server: FakeServer, from: number): string[] {
  return server.requests.slice(from).map(({ method, path }) => `${method} ${path.split('?')[0]}`);
}

test('H23 a new organization is active when it is there: one request, the session, the lists', async () => {
  const server = twoAccounts();
  const page = await using(() => ({ list: useOrganizationList(), active: useOrganization() }));
  const token = await outcome(page.session.getToken());
  const from = server.requests.length;
  const made = await outcome(has(page.now.list.createOrganization)({ name: 'Rome' }));
  expect(made).toMatchObject({ organization: { name: 'Rome' }, membership: { user_id: 'usr_ada' } });
  expect(page.now.active.organization?.name).toBe('Rome');
  expect(page.now.list.organizations?.map(({ name }) => name)).toEqual(['org_a', 'org_b', 'Rome']);
  expect(asked(server, from)).toEqual(['POST /organizations', 'GET /session', MINE]);
  expect(await outcome(page.session.getToken())).not.toBe(token);
});

test('H20 a new organization whose answer is lost is found by the session that it is active in', async () => {
  const server = twoAccounts();
  const page = await using(useOrganizationList);
  server.unreachable('POST', '/organizations');
  await expect(outcome(has(page.now.createOrganization)({ name: 'Rome' }))).rejects.toMatchObject({ code: 'network' });
  server.lose('POST', '/organizations');
  expect(await outcome(has(page.now.createOrganization)({ name: 'Rome' }))).toMatchObject({ organization: { name: 'Rome' } });
  expect(page.now.organizations).toHaveLength(3);
});

test('H20 a refusal rejects with its code, and nothing is read for a field that is wrong', async () => {
  const server = twoAccounts();
  const page = await using(useOrganizationList);
  const from = server.requests.length;
  await expect(outcome(has(page.now.createOrganization)({ name: '' }))).rejects.toMatchObject({ code: 'REQUIRED_FIELD', status: 400 });
  expect(asked(server, from)).toEqual(['POST /organizations']);
});

test('H21 what waits behind a switch of the account is not done for the other one', async () => {
  const server = twoAccounts();
  const page = await using(useOrganizationList);
  const create = has(page.now.createOrganization);
  const slow = server.hold('POST', '/session/switch-sign-in');
  const switching = page.session.switchSignIn('sin_bob');
  const creating = create({ name: 'Rome' });
  const settled = creating.catch((error: unknown) => error);
  slow.release();
  await outcome(switching);
  expect(await settled).toMatchObject({ code: 'session_changed' });
  expect(server.count('POST /organizations')).toBe(0);
});

test('H22 nobody signed in makes none, and what waits when somebody signs out is dropped', async () => {
  const server = twoAccounts();
  const page = await using(useOrganizationList);
  const create = has(page.now.createOrganization);
  const slow = server.hold('POST', '/session/switch-sign-in');
  const switching = page.session.switchSignIn('sin_bob');
  const creating = create({ name: 'Rome' }).catch((error: unknown) => error);
  const leaving = page.session.signOut();
  slow.release();
  await outcome(Promise.all([switching, leaving]));
  expect(await creating).toMatchObject({ code: 'session_changed' });
  await expect(outcome(create({ name: 'Rome' }))).rejects.toMatchObject({ code: 'no_session' });
  expect(server.count('POST /organizations')).toBe(0);
});

test.for(['leave', 'destroy'] as const)('H23 to %s the active organization is to act outside of it', async (how) => {
  const server = twoAccounts();
  server.scope('org_a', 'wsp_a');
  const page = await using(() => ({ list: useOrganizationList(), active: useOrganization(), workspace: useWorkspace() }));
  expect(page.now).toMatchObject({ active: { organization: { id: 'org_a' } }, workspace: { workspace: { id: 'wsp_a' } } });
  await outcome(has(page.now.active[how])());
  expect(page.now).toMatchObject({ active: { organization: null, membership: null }, workspace: { workspace: null } });
  expect(page.now.list.organizations?.map(({ id }) => id)).toEqual(['org_b']);
  await expect(outcome(has(page.now.active[how])())).rejects.toMatchObject({ code: 'organization_not_found' });
});

test('H23 a workspace is made in the active organization, and left for it', async () => {
  const server = twoAccounts();
  server.scope('org_a', null);
  const page = await using(() => ({ list: useWorkspaceList(), active: useWorkspace() }));
  await outcome(has(page.now.list.createWorkspace)({ name: 'Forum' }));
  expect(page.now.list.workspaces?.map(({ name }) => name)).toEqual(['wsp_a', 'Forum']);
  expect(page.now.active.workspace?.name).toBe('Forum');
  await outcome(has(page.now.active.leave)());
  expect(page.now.active.workspace).toBeNull();
  expect(page.session.session.active_signin?.active_organization_membership_id).toBe('mem_org_a');
  await outcome(page.session.switchOrganization());
  expect(page.now.list.workspaces).toEqual([]);
  await expect(outcome(has(page.now.list.createWorkspace)({ name: 'Forum' }))).rejects.toMatchObject({ code: 'organization_not_found' });
});

test('H22 what does not change the session reads no session: a name, and the lists that show it', async () => {
  const server = twoAccounts();
  server.scope('org_a', null);
  const page = await using(useOrganization);
  const before = page.session.session;
  const from = server.requests.length;
  await outcome(has(page.now.update)({ name: 'Rome', requiresSecondFactor: true, allowedAddresses: [] }));
  expect(page.now.organization?.name).toBe('Rome');
  expect(page.session.session).toBe(before);
  expect(asked(server, from)).toEqual(['POST /organizations/org_a/update', MINE]);
  expect(server.requests[from]?.body).toEqual({ name: 'Rome', enforce_mfa: true, whitelisted_ips: [] });
});

test('H22 members, roles, invitations and domains: each change reads its own list again', async () => {
  const server = twoAccounts();
  server.teams.members['org_a'] = { usr_ada: ['organization:admin'], usr_eve: ['organization:member'] };
  server.scope('org_a', null);
  const page = await using(() => ({
    members: useOrganizationMembers(),
    roles: useOrganizationRoles(),
    invitations: useOrganizationInvitations(),
    domains: useOrganizationDomains(),
  }));
  const { members, roles, invitations, domains } = page.now;
  const done: string[][] = [];
  const run = async (change: () => Promise<unknown>): Promise<void> => {
    const from = server.requests.length;
    await outcome(change());
    done.push(asked(server, from));
  };
  await run(() => has(members.addRole)('mem_org_a_usr_eve', 'rol_x'));
  await run(() => has(members.removeRole)('mem_org_a_usr_eve', 'rol_x'));
  await run(() => has(roles.createRole)({ name: 'Cook', permissions: ['a'] }));
  expect(page.now.roles.roles?.map(({ name }) => name)).toEqual(['Role', 'Cook']);
  await run(() => has(roles.deleteRole)('rol_Cook'));
  await run(() => has(invitations.invite)({ email: 'dan@example.com', roleId: 'rol_1', workspaceId: 'wsp_a' }));
  expect(page.now.invitations.invitations).toMatchObject([{ email: 'dan@example.com' }]);
  await run(() => has(invitations.resend)('inv_dan@example.com'));
  await run(() => has(invitations.discard)('inv_dan@example.com'));
  expect(page.now.invitations.invitations).toEqual([]);
  await run(() => has(domains.addDomain)('example.com'));
  expect(page.now.domains.domains).toMatchObject([{ fqdn: 'example.com' }]);
  await run(() => has(domains.verifyDomain)('dom_example.com'));
  await run(() => has(domains.deleteDomain)('dom_example.com'));
  await run(() => has(members.removeMember)('mem_org_a_usr_eve'));
  expect(page.now.members.members?.map(({ user }) => user.first_name)).toEqual(['ada']);
  const at = '/organizations/org_a';
  const eve = `POST ${at}/members/mem_org_a_usr_eve`;
  const dan = `POST ${at}/invitations/inv_dan%40example.com`;
  const [ofMembers, ofRoles, ofInvitations, ofDomains] = ['members', 'roles', 'invitations', 'domains'].map((list) => `GET ${at}/${list}`) as [string, string, string, string];
  expect(done).toEqual([
    [`${eve}/roles/rol_x/add`, MINE, ofMembers],
    [`${eve}/roles/rol_x/remove`, MINE, ofMembers],
    [`POST ${at}/roles`, ofRoles],
    [`POST ${at}/roles/rol_Cook/remove`, MINE, ofMembers, ofRoles, ofInvitations, ofDomains],
    [`POST ${at}/invitations`, ofInvitations],
    [`${dan}/resend`, ofInvitations],
    [`${dan}/discard`, ofInvitations],
    [`POST ${at}/domains`, ofDomains],
    [`POST ${at}/domains/dom_example.com/verify`, ofDomains],
    [`POST ${at}/domains/dom_example.com/delete`, ofDomains],
    [`${eve}/remove`, MINE, ofMembers],
  ]);
  const invite = server.requests.find(({ method, path }) => method === 'POST' && path.startsWith(`${at}/invitations`));
  expect(invite?.body).toEqual({ email: 'dan@example.com', role_id: 'rol_1', workspace_id: 'wsp_a' });
});

test('H22 a change is made in the name of the account that is shown, whichever another tab has made active meanwhile', async () => {
  const server = twoAccounts();
  server.scope('org_a', null);
  const page = await using(() => ({ inbox: useNotifications({ channel: 'organization' }), place: useOrganization('org_b') }));
  const [ada, bob] = server.session.signins;
  server.change({ active_signin: bob ?? null });
  await outcome(has(page.now.inbox.markAllRead)());
  await outcome(has(page.now.place.leave)());
  expect(server.teams.inbox.map(({ id, is_read }) => `${id} ${is_read}`)).toEqual(['not_1 true', 'not_2 true', 'not_3 false']);
  expect(Object.keys(server.teams.members['org_b'] ?? {})).toEqual(['usr_bob']);
  const posts = server.requests.filter(({ method }) => method === 'POST').map(({ path }) => path);
  expect(posts).toEqual([`/notifications/mark-all-read?scope=${ada?.id}.mem_org_a.-`, `/organizations/org_b/leave?scope=${ada?.id}.-.-`]);
});

test('H22 a read that was under way when something was changed is not what is shown afterwards', async () => {
  const server = twoAccounts();
  server.scope('org_a', null);
  const page = await using(() => ({ active: useOrganization(), list: useOrganizationList() }));
  const slow = server.hold('GET', '/me/organization-memberships');
  const reading = page.now.list.refetch();
  const changing = has(page.now.active.update)({ name: 'Rome' });
  await pass();
  slow.release();
  await outcome(Promise.all([reading, changing]));
  expect(page.now.active.organization?.name).toBe('Rome');
});

test('H22 an inbox: what is read, put away and counted, of the active account alone', async () => {
  twoAccounts();
  const page = await using(() => ({ inbox: useNotifications(), bell: useUnreadNotifications() }));
  const inWords = (): string =>
    `${page.now.bell.unread?.count}: ${page.now.inbox.notifications?.map(({ title, is_read }) => `${title}${is_read ? '' : '*'}`).join(', ')}`;
  expect(inWords()).toBe('2: for ada*, for ada in a*');
  await outcome(has(page.now.inbox.markRead)('not_1'));
  expect(inWords()).toBe('1: for ada, for ada in a*');
  await outcome(has(page.now.inbox.markUnread)('not_1'));
  await outcome(has(page.now.inbox.archive)('not_2'));
  expect(inWords()).toBe('1: for ada*');
  await outcome(has(page.now.inbox.markAllRead)());
  expect(inWords()).toBe('0: for ada');
  await outcome(page.session.switchSignIn('sin_bob'));
  expect(inWords()).toBe('1: for bob*');
});

test('H22 an invitation is looked at by anybody, accepted once, and where it leads is active then', async () => {
  const server = twoAccounts();
  server.teams.links = { secret: { organization: 'org_c', user: 'usr_ada' } };
  const page = await using(() => ({ link: useInvitation('secret'), active: useOrganization() }));
  expect(page.now.link.invitation).toMatchObject({ valid: true, email: 'ada@example.com', organization: { id: 'org_c' } });
  expect(server.count('POST /organizations')).toBe(0);
  const from = server.requests.length;
  await outcome(has(page.now.link.accept)());
  expect(page.now.active.organization?.id).toBe('org_c');
  expect(page.now.link.invitation?.valid).toBe(false);
  expect(asked(server, from).sort()).toEqual([MINE, 'POST /deployment/invitations/validate', 'POST /organizations/invitations/accept'].sort());
  await expect(outcome(has(page.now.link.accept)())).rejects.toMatchObject({ code: 'INVITATION_INVALID' });
});

test('H20 an acceptance whose answer is lost is done when the session shows it, and says where it led', async () => {
  const server = twoAccounts();
  server.teams.links = { secret: { organization: 'org_c', user: 'usr_ada' } };
  const page = await using(() => useInvitation('secret'));
  server.lose('POST', '/organizations/invitations/accept');
  const accepted = await outcome(has(page.now.accept)());
  expect(accepted).toMatchObject({ organization: { id: 'org_c' }, workspace: null, signin_id: 'sin_ada', error_code: null });
  expect(accepted.session?.active_signin?.active_organization_membership_id).toBe('mem_org_c');
});

test('H22 an invitation makes the account active that it is for; without one it says who must sign in', async () => {
  const server = twoAccounts();
  server.teams.links = { b: { organization: 'org_a', user: 'usr_bob' }, e: { organization: 'org_a', user: 'usr_eve' } };
  const page = await everything();
  const link = await using(() => useInvitation('b'));
  await outcome(has(link.now.accept)());
  expect(page.text).toMatch(/^bob: org_a org_b org_c \/ .* org_a/);
  expect(page.shown.filter((text) => text.startsWith('bob')).join()).not.toMatch(/for ada/);
  const other = await using(() => useInvitation('e'));
  await expect(outcome(has(other.now.accept)())).rejects.toMatchObject({ code: 'signed_out' });
});

test('H22 an invitation is shown to whoever is not signed in', async () => {
  const server = new FakeServer(session([]));
  server.teams.links = { secret: { organization: 'org_c', user: 'usr_ada' } };
  const page = await using(() => useInvitation('secret'));
  expect(page.now.invitation?.valid).toBe(true);
  // A secret does not stand in an address.
  expect(server.requests.map(({ path }) => path).join()).not.toContain('secret');
});
