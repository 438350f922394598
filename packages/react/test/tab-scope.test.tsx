/** `scope="tab"`: what one tab does about accounts, organizations and workspaces is its own. */
import type { Session } from '@keyrack/react';
import { expect, test, vi } from 'vitest';
import { ORIGIN } from './fake-server.js';
import { session, signIn } from './fixtures.js';
import { open, outcome, pass } from './harness.js';
import { FakeStorage, openClient, openTab, standsIn, twoAccounts } from './tab-server.js';

const ADA_IN_A = 'sin_ada.mem_org_a.-';

test('H40 a tab begins where the session stands, and its switches are its own', async () => {
  const server = twoAccounts();
  server.scope('org_a', null);
  const [one, two] = [await openTab(), await openTab()];
  expect([one.stands, two.stands]).toEqual(['sin_ada org_a -', 'sin_ada org_a -']);
  const [before, rendered, requests] = [two.loaded.session, two.shown.length, server.requests.length];
  await outcome(one.loaded.switchWorkspace('wsp_2'));
  expect(one.stands).toBe('sin_ada org_b wsp_2');
  await outcome(one.loaded.switchSignIn('sin_bob'));
  expect(one.stands).toBe('sin_bob - -');
  await outcome(one.loaded.switchOrganization('org_a'));
  expect(one.stands).toBe('sin_bob org_a -');
  await outcome(one.loaded.switchOrganization());
  expect(one.stands).toBe('sin_bob - -');
  // Checked, not stored: four requests in all, each in the scope that it left.
  expect(server.scopes('/session/switch-workspace')).toEqual([ADA_IN_A]);
  expect(server.scopes('/session/switch-sign-in')).toEqual(['sin_ada.mem_org_b.mem_wsp_2']);
  expect(server.scopes('/session/switch-organization')).toEqual(['sin_bob.-.-', 'sin_bob.mem_org_a.-']);
  expect(server.requests.length).toBe(requests + 4);
  expect([two.loaded.session, two.shown.length, two.stands]).toEqual([before, rendered, 'sin_ada org_a -']);
  expect(standsIn(server.session)).toBe('sin_ada org_a -');
});

test('H40 what another tab does to the session is shown here, but not where that one goes', async () => {
  const server = twoAccounts();
  const [own, shared] = [await openTab(), await open()];
  await outcome(own.loaded.switchOrganization('org_a'));
  await outcome(shared.loaded.switchSignIn('sin_bob'));
  await pass(200);
  expect(standsIn(shared.loaded.session)).toBe('sin_bob - -');
  expect(own.stands).toBe('sin_ada org_a -');
  expect(own.loaded.session.revision).toBe(shared.loaded.session.revision);
  // A push, and another account that signs in over there.
  server.push({ signins: [...server.session.signins, signIn('cyd')] });
  await pass(1_000);
  expect(own.loaded.session.signins.map(({ id }) => id)).toEqual(['sin_ada', 'sin_bob', 'sin_cyd']);
  expect(own.stands).toBe('sin_ada org_a -');
  // What it is shown to be is so in the list, too, and nothing else is.
  expect(own.loaded.session.signins[0]).toBe(own.loaded.session.active_signin);
  expect(own.loaded.session.signins[1]).toEqual(server.session.signins[1]);
});

test('H40 what a tab tells the others is the session, not how it looks from its scope', async () => {
  const server = twoAccounts();
  const [own, shared] = [await openTab(), await open()];
  await outcome(own.loaded.switchSignIn('sin_bob'));
  server.signInAs('cyd');
  await outcome(own.loaded.refetch());
  await outcome(shared.loaded.refetch());
  await outcome(own.loaded.signOut('sin_ada'));
  await pass(200);
  expect(shared.loaded.session).toEqual(server.session);
  expect([own.stands, standsIn(shared.loaded.session)]).toEqual(['sin_bob - -', 'sin_cyd - -']);
});

test('H40 what depends on the scope carries it, and nothing else does', async () => {
  const server = twoAccounts();
  const tab = await openTab();
  await outcome(tab.loaded.switchOrganization('org_a'));
  await outcome(tab.loaded.getToken());
  await outcome(tab.loaded.refetch());
  await pass(30_000);
  await outcome(tab.loaded.signOut('sin_bob'));
  expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /session',
    'POST /session/switch-organization?scope=sin_ada.-.-',
    `GET /session/token?template=default&scope=${ADA_IN_A}`,
    'GET /session',
    'GET /session?poll=1',
    'GET /deployment',
    'POST /session/sign-out',
    // The session has changed, and says nothing of where this tab alone stands.
    `GET /me?scope=${ADA_IN_A}`,
  ]);
});

test('H40 a request that says itself in which scope it is made is sent as it is, and its refusal ends that scope', async () => {
  const server = twoAccounts();
  const client = await openClient();
  await outcome(client.send({ path: `/me?limit=1&scope=${ADA_IN_A}` }));
  await outcome(client.send({ path: '/notifications?scope=current' }).catch(() => undefined));
  expect(server.requests.slice(1).map(({ path }) => path)).toEqual([
    `/me?limit=1&scope=${ADA_IN_A}`,
    '/notifications?scope=current&scope=sin_ada.-.-',
  ]);
  await outcome(client.view().switchOrganization?.('org_a') ?? Promise.reject());
  server.organizations = [];
  const refused = client.send({ path: `/me?scope=${ADA_IN_A}` });
  await expect(outcome(refused)).rejects.toMatchObject({ code: 'scope_not_available' });
  expect(standsIn(client.view().session as Session)).toBe('sin_ada - -');
});

test('H40 a tab is where it was after a reload, and a new one where the session stands', async () => {
  twoAccounts();
  const tab = await openTab();
  await outcome(tab.loaded.switchSignIn('sin_bob'));
  await outcome(tab.loaded.switchWorkspace('wsp_1'));
  tab.unmount();
  const reloaded = await openTab(tab.storage);
  expect(reloaded.stands).toBe('sin_bob org_a wsp_1');
  expect(reloaded.shown.filter((text) => text.includes('ada'))).toEqual([]);
  expect((await openTab()).stands).toBe('sin_ada - -');
});

test('H40 a duplicated tab begins where the other one is, and goes its own way', async () => {
  twoAccounts();
  const tab = await openTab();
  await outcome(tab.loaded.switchSignIn('sin_bob'));
  const copy = await openTab(new FakeStorage(tab.storage));
  expect(copy.stands).toBe('sin_bob - -');
  await outcome(copy.loaded.switchOrganization('org_a'));
  expect([tab.stands, copy.stands]).toEqual(['sin_bob - -', 'sin_bob org_a -']);
});

test('H40 signing in and out are of all tabs; who signs in here is who this tab acts as', async () => {
  const server = twoAccounts();
  const [other, shared] = [await openTab(), await open()];
  await outcome(other.loaded.switchOrganization('org_b'));
  const client = await openClient();
  const stands = () => standsIn(client.view().session as Session);
  const signIn = client.mutate({ path: '/auth/signin', body: { email: 'cyd@example.com' }, isDone: () => false });
  await outcome(signIn);
  await pass(200);
  expect([stands(), other.stands, standsIn(shared.loaded.session)]).toEqual(['sin_cyd - -', 'sin_ada org_b -', 'sin_cyd - -']);
  // What other requests answer with a session are the accounts of all: none of them is new here.
  server.change({ active_signin: server.session.signins[1] ?? null });
  await outcome(client.mutate({ path: '/auth/signup', body: { email: 'eve@example.com' }, isDone: () => false }));
  expect(stands()).toBe('sin_cyd - -');
  await outcome(other.loaded.signOut());
  await pass(200);
  expect([client.view().status, other.loaded.status, shared.loaded.status]).toEqual(['signed-out', 'signed-out', 'signed-out']);
});

test('H40 tokens are kept by scope: a switch gets another one, and one that was under way is not delivered', async () => {
  const server = twoAccounts();
  const [tab, other] = [await openTab(), await openTab()];
  await outcome(tab.loaded.switchOrganization('org_a'));
  await outcome(other.loaded.switchOrganization('org_b'));
  expect(await outcome(tab.loaded.getToken())).toBe(`token of ${ADA_IN_A}`);
  expect(await outcome(other.loaded.getToken())).toBe('token of sin_ada.mem_org_b.-');
  expect(await outcome(tab.loaded.getToken())).toBe(`token of ${ADA_IN_A}`);
  // What the other tab does empties nothing here.
  await outcome(other.loaded.switchOrganization());
  expect(await outcome(tab.loaded.getToken())).toBe(`token of ${ADA_IN_A}`);
  expect(server.count('GET /session/token')).toBe(2);
  const slow = server.hold('GET', '/session/token');
  const switching = server.hold('POST', '/session/switch-sign-in');
  const done = tab.loaded.switchSignIn('sin_bob');
  const token = tab.loaded.getToken('other');
  await pass();
  switching.release();
  await outcome(done);
  slow.release();
  expect(await outcome(token)).toBe('token of sin_bob.-.-');
  expect(await outcome(tab.loaded.getToken())).toBe('token of sin_bob.-.-');
  expect(server.scopes('/session/token').slice(2)).toEqual([ADA_IN_A, 'sin_bob.-.-', 'sin_bob.-.-']);
});

test('H40 whoever makes an organization acts in it, in this tab alone', async () => {
  const server = twoAccounts();
  const [tab, other] = [await openTab(), await openTab()];
  const client = await openClient(tab.storage);
  await outcome(client.send({ path: '/organizations', body: { name: 'new' } }));
  expect(standsIn(client.view().session as Session)).toBe('sin_ada org_new -');
  expect(server.scopes('/session/switch-organization')).toEqual(['sin_ada.-.-']);
  // Two providers of one page are one tab.
  await outcome(tab.loaded.refetch());
  expect([tab.stands, other.stands, standsIn(server.session)]).toEqual(['sin_ada org_new -', 'sin_ada - -', 'sin_ada - -']);
  // It is made, also when nothing more is heard of it.
  server.unreachable('POST', '/session/switch-organization');
  await outcome(client.send({ path: '/organizations', body: { name: 'more' } }));
  expect(standsIn(client.view().session as Session)).toBe('sin_ada org_new -');
});

test('H40 where sessionStorage refuses to work a tab keeps its scope as long as its page', async () => {
  twoAccounts();
  const denied = () => {
    throw new DOMException('denied', 'SecurityError');
  };
  const storage = Object.assign(new FakeStorage(), { getItem: denied, setItem: denied });
  const tab = await openTab(storage);
  await outcome(tab.loaded.switchSignIn('sin_bob'));
  await pass(60_000);
  expect(tab.stands).toBe('sin_bob - -');
});

test('H40 where the code of it cannot be loaded nothing is shown, and the next try gets it', async () => {
  vi.doMock('../src/tab.js', () => {
    throw new TypeError('Failed to fetch dynamically imported module');
  });
  vi.resetModules();
  const { lensOf } = await import('../src/lens.js');
  const [send, show, shared] = [vi.fn(async () => session(['ada'])), vi.fn(), session(['ada', 'bob'])];
  const lens = lensOf({ send }, ORIGIN, { scope: 'tab' }, show);
  await expect(lens.send({ path: '/session' })).rejects.toMatchObject({ code: 'network', status: 0 });
  expect([send.mock.calls.length, lens.lay(shared)]).toEqual([0, undefined]);
  vi.doUnmock('../src/tab.js');
  vi.resetModules();
  await lens.send({ path: '/session' });
  expect(lens.lay(shared)).toBe(shared);
});
