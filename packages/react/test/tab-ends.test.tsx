/** What a tab with a scope of its own does when that scope, or something in it, is over. */
import type { Session } from '@keyrack/react';
import { expect, test } from 'vitest';
import { FakeChannel } from './fake-browser.js';
import { ORIGIN } from './fake-server.js';
import { emptySession } from './fixtures.js';
import { open, outcome, pass } from './harness.js';
import { openClient, openTab, standsIn, twoAccounts } from './tab-server.js';

const ADA_IN_A = 'sin_ada.mem_org_a.-';

test('H40 a scope that is refused is left for that of the session, and no token of it is delivered', async () => {
  const server = twoAccounts();
  const tab = await openTab();
  await outcome(tab.loaded.switchOrganization('org_a'));
  server.organizations = ['org_b'];
  expect(await outcome(tab.loaded.getToken())).toBe('token of sin_ada.-.-');
  expect(tab.stands).toBe('sin_ada - -');
  expect(tab.hook.error).toBeUndefined();
  expect(server.scopes('/session/token')).toEqual([ADA_IN_A, 'sin_ada.-.-']);
});

test('H40 a refusal of where the session itself stands is passed on, and nothing is asked for ever', async () => {
  const server = twoAccounts();
  server.scope('org_a', null);
  const tab = await openTab();
  server.organizations = ['org_b'];
  server.refuse('GET', '/session/token', 403, 'scope_not_available');
  server.refuse('GET', '/session/token', 403, 'address_not_allowed');
  await expect(outcome(tab.loaded.getToken())).rejects.toMatchObject({ code: 'scope_not_available' });
  await expect(outcome(tab.loaded.getToken())).rejects.toMatchObject({ code: 'address_not_allowed' });
  expect(server.scopes('/session/token')).toEqual([ADA_IN_A, null]);
  // And a way out of it is the tab's alone.
  await outcome(tab.loaded.switchOrganization('org_b'));
  expect([tab.stands, standsIn(server.session)]).toEqual(['sin_ada org_b -', 'sin_ada org_a -']);
  expect(await outcome(tab.loaded.getToken())).toBe('token of sin_ada.mem_org_b.-');
});

test('H40 a switch out of a scope that is gone goes on from that of the session, if it means the same there', async () => {
  const server = twoAccounts();
  const tab = await openTab();
  await outcome(tab.loaded.switchOrganization('org_a'));
  server.organizations = ['org_b'];
  await outcome(tab.loaded.switchOrganization('org_b'));
  expect(tab.stands).toBe('sin_ada org_b -');
  expect(server.scopes('/session/switch-organization').slice(1)).toEqual([ADA_IN_A, 'sin_ada.-.-']);
  // Another account's organization is not what was meant.
  await outcome(tab.loaded.switchSignIn('sin_bob'));
  await outcome(tab.loaded.switchOrganization('org_b'));
  server.organizations = ['org_c'];
  await expect(outcome(tab.loaded.switchOrganization('org_c'))).rejects.toMatchObject({
    code: 'scope_not_available',
    status: 403,
  });
  expect(tab.stands).toBe('sin_ada - -');
  await outcome(tab.loaded.switchSignIn('sin_bob'));
  expect(tab.stands).toBe('sin_bob - -');
});

test('H40 a refused switch leaves the tab where it is', async () => {
  twoAccounts();
  const tab = await openTab();
  await outcome(tab.loaded.switchOrganization('org_a'));
  await expect(outcome(tab.loaded.switchOrganization('org_x'))).rejects.toMatchObject({ code: 'organization_not_found' });
  await expect(outcome(tab.loaded.switchSignIn('sin_x'))).rejects.toMatchObject({ code: 'sign_in_not_found' });
  expect(tab.stands).toBe('sin_ada org_a -');
});

test('H40 a switch whose answer is lost has not happened: nothing of it is stored', async () => {
  const server = twoAccounts();
  const [tab, shared] = [await openTab(), await open()];
  server.lose('POST', '/session/switch-sign-in');
  // Another tab of all makes that very account the active one meanwhile: it is still not this tab's.
  server.once('GET', '/session', (_, usual) => {
    server.change({ active_signin: server.session.signins[1] ?? null });
    return usual();
  });
  await expect(outcome(tab.loaded.switchSignIn('sin_bob'))).rejects.toMatchObject({ code: 'network' });
  expect(tab.stands).toBe('sin_ada - -');
  await outcome(shared.loaded.refetch());
  await outcome(tab.loaded.switchSignIn('sin_bob'));
  expect(tab.stands).toBe('sin_bob - -');
});

test('H40 a tab whose sign-in ended elsewhere goes on where the session stands', async () => {
  const server = twoAccounts();
  const [tab, other] = [await openTab(), await openTab()];
  await outcome(tab.loaded.switchSignIn('sin_bob'));
  await outcome(other.loaded.signOut('sin_bob'));
  await pass(200);
  expect([tab.stands, other.stands]).toEqual(['sin_ada - -', 'sin_ada - -']);
  expect(tab.storage.texts).toEqual(['sin_ada.-.-']);
  server.push({ ...emptySession(), id: server.session.id, revision: server.session.revision + 1, end_reason: 'revoked_by_admin' });
  await pass(1_000);
  expect([tab.loaded.status, tab.loaded.endReason]).toEqual(['signed-out', 'revoked_by_admin']);
  await expect(outcome(tab.loaded.getToken())).rejects.toMatchObject({ code: 'no_session' });
});

test('H40 a membership that ended is noticed when the session says that something changed', async () => {
  const server = twoAccounts();
  const [tab, other] = [await openTab(), await openTab()];
  await outcome(tab.loaded.switchOrganization('org_a'));
  await outcome(other.loaded.switchOrganization('org_b'));
  server.organizations = ['org_b'];
  server.push({});
  await pass(1_000);
  expect([tab.stands, other.stands]).toEqual(['sin_ada - -', 'sin_ada org_b -']);
  // One question for each tab that stands where the session does not, and none without news.
  expect(server.scopes('/me').sort()).toEqual([ADA_IN_A, 'sin_ada.mem_org_b.-']);
  await pass(60_000);
  expect(server.scopes('/me')).toHaveLength(2);
});

test('H40 what is older than a sign-in here does not take the tab back', async () => {
  const server = twoAccounts();
  const client = await openClient();
  // Another tab has switched, and its word comes twice: while this tab signs in, and while it reads what came of that.
  const older = server.change({ active_signin: server.session.signins[1] ?? null }).data;
  const other = new FakeChannel(`keyrack:${ORIGIN}`);
  const [slow, read] = [server.hold('POST', '/auth/signin'), server.hold('GET', '/session')];
  const done = client.mutate({ path: '/auth/signin', body: { email: 'cyd@example.com' }, isDone: () => false });
  await pass();
  other.postMessage(older);
  await pass();
  slow.release();
  await pass();
  other.postMessage(older);
  await pass();
  read.release();
  await outcome(done);
  expect(standsIn(client.view().session as Session)).toBe('sin_cyd - -');
});
