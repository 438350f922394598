/** Tokens while the account or its scope changes: none is ever delivered for another than is shown. */
import { expect, test } from 'vitest';
import { FakeServer } from './fake-server.js';
import { session, signIn } from './fixtures.js';
import { open, outcome, pass } from './harness.js';

async function signedIn() {
  const server = new FakeServer(session(['ada', 'bob']));
  return { server, tab: await open() };
}

test('H33 a renewal that fails after a switch does not bring back the earlier account’s token', async () => {
  const { server, tab } = await signedIn();
  await outcome(tab.hook.getToken());
  await pass(50_000);
  let fail: (() => void) | undefined;
  server.once('GET', '/session/token', () => new Promise((_, no) => (fail = () => no(new TypeError('lost')))));
  const token = tab.hook.getToken();
  await pass();
  await outcome(tab.loaded.switchSignIn('sin_bob'));
  fail?.();
  expect(await outcome(token)).toBe('token 2 of sin_bob');
});

test('H33 a token of a later revision than is shown makes it read before the token is used', async () => {
  const { server, tab } = await signedIn();
  server.scope('org_1', null);
  expect(await outcome(tab.hook.getToken())).toBe('token 2 of sin_ada');
  expect(tab.loaded.session.active_signin?.active_organization_membership_id).toBe('mem_org_1');
  server.change({ end_reason: null });
  expect(await outcome(tab.hook.getToken())).toBe('token 2 of sin_ada');
  await pass(50_000);
  expect(await outcome(tab.hook.getToken())).toBe('token 3 of sin_ada');
});

test('H32 a change of the scope is another token', async () => {
  const { server, tab } = await signedIn();
  await outcome(tab.hook.getToken());
  server.change({ active_signin: { ...signIn('ada'), active_organization_membership_id: 'mem_1' } });
  await outcome(tab.hook.refetch());
  expect(await outcome(tab.hook.getToken())).toBe('token 2 of sin_ada');
});

test('H33 a switch empties the cache', async () => {
  const { tab } = await signedIn();
  await outcome(tab.hook.getToken());
  await outcome(tab.loaded.switchSignIn('sin_bob'));
  expect(await outcome(tab.hook.getToken())).toBe('token 2 of sin_bob');
  await outcome(tab.loaded.switchSignIn('sin_ada'));
  expect(await outcome(tab.hook.getToken())).toBe('token 3 of sin_ada');
});

test('H33 a switch made elsewhere empties the cache when a refresh shows it', async () => {
  const { server, tab } = await signedIn();
  await outcome(tab.hook.getToken());
  server.change({ active_signin: signIn('bob') });
  await pass(30_000);
  expect(await outcome(tab.hook.getToken())).toBe('token 2 of sin_bob');
});

test('H33 a token under way during a switch is fetched again for the new account', async () => {
  const { server, tab } = await signedIn();
  const slow = server.hold('GET', '/session/token');
  const tokens = Promise.all([tab.hook.getToken(), tab.hook.getToken()]);
  await pass();
  await outcome(tab.loaded.switchSignIn('sin_bob'));
  slow.release();
  expect(await outcome(tokens)).toEqual(Array(2).fill('token 2 of sin_bob'));
  expect(await outcome(tab.hook.getToken())).toBe('token 2 of sin_bob');
});

test('H33 a token under way during a sign-out rejects with session_changed', async () => {
  const { server, tab } = await signedIn();
  const slow = server.hold('GET', '/session/token');
  const token = tab.hook.getToken();
  await pass();
  await outcome(tab.loaded.signOut());
  slow.release();
  await expect(outcome(token)).rejects.toMatchObject({ code: 'session_changed' });
});

test('H33 a token under way when a refresh shows another account is fetched again for that one', async () => {
  const { server, tab } = await signedIn();
  const slow = server.hold('GET', '/session/token');
  const token = tab.hook.getToken();
  await pass();
  server.change({ active_signin: signIn('bob') });
  await outcome(tab.hook.refetch());
  slow.release();
  expect(await outcome(token)).toBe('token 2 of sin_bob');
});

test('H33 a token from before a switch there and back is neither delivered nor kept', async () => {
  const { server, tab } = await signedIn();
  const old = server.hold('GET', '/session/token');
  const first = tab.hook.getToken();
  await pass();
  await outcome(tab.loaded.switchSignIn('sin_bob'));
  await outcome(tab.loaded.switchSignIn('sin_ada'));
  const fresh = server.hold('GET', '/session/token');
  const second = tab.hook.getToken();
  await pass();
  old.release();
  await pass();
  const third = tab.hook.getToken();
  fresh.release();
  expect(await outcome(Promise.all([first, second, third]))).toEqual(Array(3).fill('token 2 of sin_ada'));
  expect(server.count('GET /session/token')).toBe(2);
});

test('H33 a token that fails after a switch is fetched for the new account instead', async () => {
  const { server, tab } = await signedIn();
  let fail: (() => void) | undefined;
  server.once('GET', '/session/token', () => {
    return new Promise((_, reject) => (fail = () => reject(new TypeError('lost'))));
  });
  const token = tab.hook.getToken();
  await pass();
  await outcome(tab.loaded.switchSignIn('sin_bob'));
  fail?.();
  expect(await outcome(token)).toBe('token 1 of sin_bob');
});

test('H22 a mutation that leaves the active account empties the cache as well', async () => {
  const { tab } = await signedIn();
  await outcome(tab.hook.getToken());
  await outcome(tab.loaded.signOut('sin_bob'));
  expect(await outcome(tab.hook.getToken())).toBe('token 2 of sin_ada');
});

test('H33 whichever way a switch and a token cross, the token is that of the account that is shown', async () => {
  for (const switchFirst of [true, false]) {
    for (const switchAnswersFirst of [true, false]) {
      const { server, tab } = await signedIn();
      const [change, token] = [server.hold('POST', '/session/switch-sign-in'), server.hold('GET', '/session/token')];
      const begin = [() => tab.loaded.switchSignIn('sin_bob'), () => tab.hook.getToken()];
      const [a, b] = (switchFirst ? begin : begin.reverse()).map((call) => call());
      await pass();
      for (const answer of switchAnswersFirst ? [change, token] : [token, change]) {
        answer.release();
        await pass();
      }
      await outcome(Promise.all([a, b]));
      expect(await outcome(tab.hook.getToken())).toMatch(/ of sin_bob$/);
      tab.unmount();
    }
  }
});

test('H33 an answer for another sign-in than is shown is not delivered: it reads and repeats', async () => {
  const { server, tab } = await signedIn();
  server.change({ active_signin: signIn('bob') });
  expect(await outcome(tab.hook.getToken())).toBe('token 2 of sin_bob');
  expect(tab.loaded.session.active_signin?.id).toBe('sin_bob');
});

test('H33 a server that keeps answering for another sign-in ends in session_changed', async () => {
  const { server, tab } = await signedIn();
  for (let time = 0; time < 3; time += 1) {
    server.once('GET', '/session/token', () => ({ data: server.token('sin_bob') }));
  }
  await expect(outcome(tab.hook.getToken())).rejects.toMatchObject({ code: 'session_changed' });
});

test('H33 signed out elsewhere: the refusal makes the tab read, and getToken rejects', async () => {
  const { server, tab } = await signedIn();
  server.change({ active_signin: null, signins: [] });
  await expect(outcome(tab.hook.getToken())).rejects.toMatchObject({ code: 'session_changed' });
  expect(tab.hook.status).toBe('signed-out');
});
