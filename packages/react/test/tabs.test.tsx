/** Two providers in one page stand for two tabs: they share storage and channels, and nothing else. */
import { BroadcastChannel as RealChannel } from 'node:worker_threads';
import { expect, test, vi } from 'vitest';
import { Client } from '../src/client.js';
import { Transport } from '../src/transport.js';
import { FakeChannel } from './fake-browser.js';
import { FakeServer, ORIGIN, STAGING_KEY } from './fake-server.js';
import { emptySession, session, signIn } from './fixtures.js';
import { open, outcome, pass } from './harness.js';

test('H15 a change made in one tab is shown by the other at once, without a request', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const [one, two] = [await open(), await open()];
  const sent = server.requests.length;
  await outcome(one.loaded.switchSignIn('sin_bob'));
  expect(two.loaded.session.active_signin?.id).toBe('sin_bob');
  expect(server.requests.length).toBe(sent + 1);
});

test('H15 a change reaches the other tab within 100 ms over a real channel', async () => {
  vi.stubGlobal('BroadcastChannel', RealChannel);
  new FakeServer(session(['ada', 'bob']));
  const [one, two] = [await open(), await open()];
  vi.useRealTimers();
  const took: number[] = [];
  for (const id of Array.from({ length: 10 }, (_, round) => (round % 2 ? 'sin_ada' : 'sin_bob'))) {
    const startedAt = performance.now();
    await one.loaded.switchSignIn(id);
    await vi.waitFor(() => expect(two.loaded.session.active_signin?.id).toBe(id), { interval: 1, timeout: 20_000 });
    took.push(performance.now() - startedAt);
  }
  // A machine that does other things as well spoils some; what is too slow is so each time.
  expect(Math.min(...took), `the fastest of ${took} ms`).toBeLessThan(100);
  one.unmount();
  two.unmount();
});

test('H15 where there are no channels it works all the same, and the next refresh shows what another tab did', async () => {
  vi.stubGlobal('BroadcastChannel', undefined);
  new FakeServer(session(['ada', 'bob']));
  const [one, two] = [await open(), await open()];
  await outcome(one.loaded.switchSignIn('sin_bob'));
  expect(one.loaded.session.active_signin?.id).toBe('sin_bob');
  await pass(30_000);
  expect(two.loaded.session.active_signin?.id).toBe('sin_bob');
});

test('H13 a broadcast about another session makes the tab read once', async () => {
  const server = new FakeServer();
  const [one, two] = [await open(), await open()];
  server.once('POST', '/session/switch-sign-in', () => server.signInAs('ada'));
  await outcome(one.loaded.switchSignIn('sin_ada'));
  expect(two.loaded.session.active_signin?.id).toBe('sin_ada');
  expect(server.count('GET /session')).toBe(3);
});

test('H13 another session that is told of again while it is read is read once', async () => {
  const server = new FakeServer();
  const tab = await open();
  const signedIn = { ...session(['ada'], 2), id: 'ses_2' };
  const slow = server.hold('GET', '/session');
  server.session = signedIn;
  const before = server.requests.length;
  const channel = new FakeChannel('keyrack:http://localhost:4400');
  // The tab that signed in; then the one that leads, whose stream of the new session begins.
  channel.postMessage(signedIn);
  channel.postMessage({ read: signedIn });
  await pass();
  slow.release();
  await pass();
  expect(tab.loaded.session.id).toBe('ses_2');
  expect(server.requests.length).toBe(before + 1);
});

test('H13 a read that was under way when another tab signed in does not undo it', async () => {
  const server = new FakeServer();
  const [one, two] = [await open(), await open()];
  const slow = server.hold('GET', '/session');
  void two.hook.refetch();
  await pass();
  server.once('POST', '/session/switch-sign-in', () => server.signInAs('ada'));
  await outcome(one.loaded.switchSignIn('sin_ada'));
  slow.release();
  await pass();
  expect(two.loaded.session.active_signin?.id).toBe('sin_ada');
});

test('H13 a broadcast that comes after a newer answer is dropped', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const tab = await open();
  server.change({ active_signin: signIn('bob') });
  await outcome(tab.hook.refetch());
  const channel = new FakeChannel(`keyrack:http://localhost:4400`);
  channel.postMessage(session(['ada', 'bob'], 1));
  await pass();
  expect(tab.loaded.session.active_signin?.id).toBe('sin_bob');
});

test('H13 a broadcast during the first load is not lost', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const one = await open();
  const slow = server.hold('GET', '/session');
  const two = await open();
  await outcome(one.loaded.switchSignIn('sin_bob'));
  slow.release();
  await pass();
  expect(two.shown.at(-1)).toBe('bob@example.com');
  expect(two.shown).not.toContain('ada@example.com');
});

test('H13 a broadcast between the first request and its answer makes it read again, effects or not', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const one = await open();
  const client = new Client(ORIGIN, new Transport({ base: ORIGIN, staging: false }));
  const slow = server.hold('GET', '/session');
  const loading = client.refresh();
  await outcome(one.loaded.switchSignIn('sin_bob'));
  slow.release();
  await outcome(loading);
  expect(client.view().session?.active_signin?.id).toBe('sin_bob');
  client.stop();
});

test('H22 a mutation empties the token cache of every tab', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const [one, two] = [await open(), await open()];
  await outcome(two.hook.getToken());
  await outcome(one.loaded.signOut('sin_bob'));
  await outcome(two.hook.getToken());
  expect(server.count('GET /session/token')).toBe(2);
});

test('H24 the other tab shows a sign-out and stays where it is', async () => {
  const server = new FakeServer(session(['ada']));
  server.afterSignOutAll = '/bye';
  const [here, there] = [vi.fn(), vi.fn()];
  const one = await open({ navigate: here });
  const two = await open({ navigate: there });
  await outcome(one.loaded.signOut());
  expect(two.loaded.status).toBe('signed-out');
  expect(here).toHaveBeenCalledWith('/bye');
  expect(there).not.toHaveBeenCalled();
});

test('H33 a switch in another tab never lets the earlier account’s token through here', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const [one, two] = [await open(), await open()];
  const slow = server.hold('GET', '/session/token');
  const token = two.hook.getToken();
  await pass();
  await outcome(one.loaded.switchSignIn('sin_bob'));
  slow.release();
  expect(await outcome(token)).toBe('token 2 of sin_bob');
});

test('H18 two tabs in staging end with one rack that holds what both were given', async () => {
  const server = new FakeServer({ ...emptySession() });
  const [one, two] = [await open({ publishableKey: STAGING_KEY }), await open({ publishableKey: STAGING_KEY })];
  localStorage.setItem('keyrack:http://localhost:4400', 'ses_1.a');
  const answers = ['ses_1.a~sin_1.b', 'ses_1.a~sin_2.c'].map((rack) => {
    let release!: () => void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    server.once('POST', '/session/switch-sign-in', async () => {
      const reply = server.change(session(['ada'], server.session.revision));
      await gate;
      return { ...reply, rack };
    });
    return release;
  });
  const both = Promise.all([one.loaded.switchSignIn('x'), two.loaded.switchSignIn('y')]);
  await pass();
  for (const release of answers.reverse()) release();
  await outcome(both);
  const keys = localStorage.getItem('keyrack:http://localhost:4400')?.split('~');
  expect(keys?.sort()).toEqual(['ses_1.a', 'sin_1.b', 'sin_2.c']);
});
