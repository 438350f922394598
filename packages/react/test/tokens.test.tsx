import type { Token } from '@keyrack/react';
import { expect, test, vi } from 'vitest';
import { Tokens } from '../src/tokens.js';
import { FakeServer, PRODUCTION_KEY, STAGING_KEY } from './fake-server.js';
import { session, signIn } from './fixtures.js';
import { open, outcome, pass, setHidden } from './harness.js';

async function signedIn() {
  const server = new FakeServer(session(['ada', 'bob']));
  return { server, tab: await open() };
}

test('H30 a token is kept until 10 seconds before it expires', async () => {
  const { server, tab } = await signedIn();
  const first = await outcome(tab.hook.getToken());
  await pass(49_999);
  expect(await outcome(tab.hook.getToken())).toBe(first);
  await pass(1);
  expect(await outcome(tab.hook.getToken())).toBe('token 2 of sin_ada');
  expect(server.count('GET /session/token')).toBe(2);
});

test('H30 a short token is kept for four fifths of its life', async () => {
  const { server, tab } = await signedIn();
  server.once('GET', '/session/token', () => ({ data: { ...server.token('sin_ada'), lifetime_ms: 10_000 } }));
  await outcome(tab.hook.getToken());
  await pass(7_999);
  expect(await outcome(tab.hook.getToken())).toBe('token 1 of sin_ada');
  await pass(1);
  expect(await outcome(tab.hook.getToken())).toBe('token 2 of sin_ada');
});

test('H30 its life counts from when it was asked for, not from when the answer came', async () => {
  const { server, tab } = await signedIn();
  const slow = server.hold('GET', '/session/token');
  const first = tab.hook.getToken();
  await pass(14_000);
  slow.release();
  await outcome(first);
  await pass(36_000);
  expect(await outcome(tab.hook.getToken())).toBe('token 2 of sin_ada');
});

test.for([3_600_000, -3_600_000])('H30 a local clock that is wrong by %i ms changes nothing', async (wrong) => {
  vi.setSystemTime(Date.now() + wrong);
  const { server, tab } = await signedIn();
  await outcome(tab.hook.getToken());
  await pass(49_999);
  await outcome(tab.hook.getToken());
  expect(server.count('GET /session/token')).toBe(1);
  await pass(1);
  await outcome(tab.hook.getToken());
  expect(server.count('GET /session/token')).toBe(2);
});

test('H30 a clock that is set back meanwhile does not lengthen a token’s life', async () => {
  const { server, tab } = await signedIn();
  await outcome(tab.hook.getToken());
  vi.setSystemTime(Date.now() - 3_600_000);
  await pass(49_999);
  expect(await outcome(tab.hook.getToken())).toBe('token 1 of sin_ada');
  await pass(1);
  expect(await outcome(tab.hook.getToken())).toBe('token 2 of sin_ada');
  expect(server.count('GET /session/token')).toBe(2);
});

/** The machine sleeps: the monotonic clock and all timers stand still, the local clock goes on. */
const sleep = (ms: number) => vi.setSystemTime(Date.now() + ms);

test('H35 after a sleep an expired token is not returned, although the monotonic clock stood still', async () => {
  const { tab } = await signedIn();
  await outcome(tab.hook.getToken());
  sleep(60_000);
  expect(await outcome(tab.hook.getToken())).toBe('token 2 of sin_ada');
});

test('H35 after a sleep without a network it rejects rather than return an expired token', async () => {
  const { server, tab } = await signedIn();
  await outcome(tab.hook.getToken());
  sleep(3_600_000);
  server.unreachable('GET', '/session/token');
  await expect(outcome(tab.hook.getToken())).rejects.toMatchObject({ code: 'network' });
});

test('H35 a token that was on its way during a sleep is not returned, and not kept', async () => {
  const { server, tab } = await signedIn();
  const slow = server.hold('GET', '/session/token');
  const token = tab.hook.getToken();
  await pass();
  sleep(60_000);
  slow.release();
  await expect(outcome(token)).rejects.toMatchObject({ code: 'timeout' });
  expect(await outcome(tab.hook.getToken())).toBe('token 2 of sin_ada');
});

test('H35 in a hidden tab nothing is renewed, and the first call afterwards gets a fresh one', async () => {
  const { server, tab } = await signedIn();
  await outcome(tab.hook.getToken());
  setHidden(true);
  await pass(600_000);
  expect(server.count('GET /session/token')).toBe(1);
  expect(await outcome(tab.hook.getToken())).toBe('token 2 of sin_ada');
});

test.for([
  ['a network failure', { throws: true }],
  ['a 500', { status: 500, code: 'INTERNAL' }],
  ['a captive portal', { html: '<h1>Welcome to the hotel</h1>' }],
  ['a 429', { status: 429, code: 'too_many_requests' }],
] as const)('H35 when a renewal fails by %s the token that is still valid is returned', async ([, reply]) => {
  const { server, tab } = await signedIn();
  await outcome(tab.hook.getToken());
  const fail = () =>
    server.once('GET', '/session/token', () => {
      if ('throws' in reply) throw new TypeError('Failed to fetch');
      return reply;
    });
  for (const wait of [50_000, 9_999]) {
    await pass(wait);
    fail();
    expect(await outcome(tab.hook.getToken())).toBe('token 1 of sin_ada');
  }
  await pass(1);
  fail();
  await expect(outcome(tab.hook.getToken())).rejects.toMatchObject({ name: 'KeyrackError' });
  expect(await outcome(tab.hook.getToken())).toBe('token 2 of sin_ada');
});

test('H35 a renewal that takes longer than the token lives does not bring it back', async () => {
  const { server, tab } = await signedIn();
  await outcome(tab.hook.getToken());
  await pass(50_000);
  server.hold('GET', '/session/token');
  const token = tab.hook.getToken();
  const rejects = expect(token).rejects.toMatchObject({ code: 'timeout' });
  await pass(15_000);
  await rejects;
});

test('H35 a refusal is an answer: the valid token is not returned after it', async () => {
  const { server, tab } = await signedIn();
  await outcome(tab.hook.getToken());
  await pass(50_000);
  server.refuse('GET', '/session/token', 403, 'address_not_allowed');
  await expect(outcome(tab.hook.getToken())).rejects.toMatchObject({ code: 'address_not_allowed' });
  server.change({ active_signin: null, signins: [] });
  await expect(outcome(tab.hook.getToken())).rejects.toMatchObject({ code: 'session_changed' });
});

test('H31 calls at the same time share one request', async () => {
  const { server, tab } = await signedIn();
  const tokens = await outcome(Promise.all([tab.hook.getToken(), tab.hook.getToken('default'), tab.hook.getToken()]));
  expect(new Set(tokens)).toEqual(new Set(['token 1 of sin_ada']));
  expect(server.count('GET /session/token')).toBe(1);
  expect(server.requests.at(-1)?.path).toBe('/session/token?template=default');
});

test('H31 a failure is not kept: those who waited get it, the next call tries again', async () => {
  const { server, tab } = await signedIn();
  server.unreachable('GET', '/session/token');
  const both = Promise.allSettled([tab.hook.getToken(), tab.hook.getToken()]);
  const [a, b] = await outcome(both);
  expect([a?.status, b?.status]).toEqual(['rejected', 'rejected']);
  expect(await outcome(tab.hook.getToken())).toBe('token 1 of sin_ada');
  expect(tab.hook).toMatchObject({ error: undefined, status: 'signed-in' });
});

test('H32 two providers never share a token', async () => {
  const { server, tab } = await signedIn();
  const other = await open({ publishableKey: STAGING_KEY });
  const twin = await open({ publishableKey: PRODUCTION_KEY });
  const tokens = [];
  for (const { hook } of [tab, other, twin, tab]) tokens.push(await outcome(hook.getToken()));
  expect(tokens).toEqual([1, 2, 3, 1].map((number) => `token ${number} of sin_ada`));
  expect(server.count('GET /session/token')).toBe(3);
});

test('H32 tokens are kept by sign-in, organization, workspace and template, each of them', async () => {
  let active = signIn('ada');
  let number = 0;
  const fetch = async (): Promise<Token> => {
    const token = `${(number += 1)}`;
    return { token, expires: 0, lifetime_ms: 60_000, signin_id: active.id, revision: 1 };
  };
  const tokens = new Tokens({ active: () => active, fetch });
  const all = [active, signIn('bob')].flatMap((one) => [
    one,
    { ...one, active_organization_membership_id: 'mem_1' },
    { ...one, active_organization_membership_id: 'mem_1', active_workspace_membership_id: 'mem_2' },
    { ...one, active_workspace_membership_id: 'mem_1' },
  ]);
  const read = async () => {
    const got: string[] = [];
    for (active of all) got.push(await tokens.get('default'), await tokens.get('other'));
    return got;
  };
  const first = await read();
  expect(new Set(first).size).toBe(16);
  expect(await read()).toEqual(first);
});

test('H34 without an active sign-in it rejects with no_session and asks nothing', async () => {
  const server = new FakeServer();
  const tab = await open();
  await expect(outcome(tab.hook.getToken())).rejects.toMatchObject({ code: 'no_session', status: 0 });
  expect(server.count('GET /session/token')).toBe(0);
});

test('H34 an unknown template rejects with template_not_found and loses nothing', async () => {
  const { server, tab } = await signedIn();
  await outcome(tab.hook.getToken());
  server.refuse('GET', '/session/token', 404, 'template_not_found');
  await expect(outcome(tab.hook.getToken('hasura & co'))).rejects.toMatchObject({ code: 'template_not_found' });
  expect(server.requests.at(-1)?.path).toBe('/session/token?template=hasura%20%26%20co');
  expect(await outcome(tab.hook.getToken())).toBe('token 1 of sin_ada');
  expect(tab.hook).toMatchObject({ status: 'signed-in', error: undefined });
});

test('H02 getToken waits for the first load', async () => {
  const server = new FakeServer(session(['ada']));
  server.unreachable('GET', '/session');
  const tab = await open();
  const token = tab.hook.getToken();
  await pass(999);
  expect(server.count('GET /session/token')).toBe(0);
  await pass(1);
  expect(await outcome(token)).toBe('token 1 of sin_ada');
});
