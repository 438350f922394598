/**
 * Tabs whose requests carried keys of different ages: each answer shows what its request's keys open, and at the end
 * every tab shows what the browser's keys open.
 */
import type { Session } from '@keyrack/react';
import { expect, test } from 'vitest';
import { FakeChannel } from './fake-browser.js';
import { FakeServer, STAGING_KEY, type Reply } from './fake-server.js';
import { session, signIn, signUpAttempt } from './fixtures.js';
import { open, outcome, pass } from './harness.js';

/** Another sign-in stands for whatever adds something: only its answer matters here. */
const CHANGE = '/session/switch-sign-in';

/** Answers the next change with what `answer` gives when it arrives, once it is released. */
function hold(server: FakeServer, answer: () => Reply): () => void {
  let release!: () => void;
  server.once('POST', CHANGE, () => {
    const reply = answer();
    return new Promise((resolve) => (release = () => resolve(reply)));
  });
  return () => release();
}

function seen(names: readonly string[], revision: number, active: string): Session {
  return { ...session(names, revision), active_signin: signIn(active) };
}

test.for([
  ['hears of the sign-in before its own answer', 'before', 3],
  ['hears of the sign-in after its own answer', 'after', 3],
  ['has told of its own answer meanwhile', 'at once', 4],
] as const)('H13 a switch that overtakes another tab’s sign-in hides no account from a tab that %s', async ([, when, reads]) => {
  const server = new FakeServer(session(['ada'], 5));
  const [one, two] = [await open(), await open()];
  const signedIn = hold(server, () => server.signInAs('bob'));
  const signingIn = one.loaded.switchSignIn('sin_bob');
  await pass();
  // It carries the credential from before the sign-in, and opens no more than that.
  const switched = hold(server, () => (server.change({ active_signin: signIn('ada') }), { data: seen(['ada'], 7, 'ada') }));
  const switching = two.loaded.switchSignIn('sin_ada');
  await pass();
  const [first, second] = when === 'after' ? [switched, signedIn] : [signedIn, switched];
  first();
  if (when !== 'at once') await pass();
  second();
  await outcome(Promise.all([signingIn, switching]));
  // What they told each other has crossed: the next refresh of each says what is so.
  if (when === 'at once') await pass(30_000);
  for (const { loaded } of [one, two]) {
    expect(loaded.session).toMatchObject({ revision: 7, signins: [{ id: 'sin_ada' }, { id: 'sin_bob' }] });
  }
  expect(server.count('GET /session')).toBe(reads);
});

test('H13 of two sign-ins that crossed every tab shows the one that the browser’s cookie opens, and gets its tokens', async () => {
  const server = new FakeServer(session(['ada'], 5));
  const [one, two] = [await open(), await open()];
  const first = hold(server, () => ({ data: seen(['ada', 'bob'], 6, 'bob') }));
  const signingIn = one.loaded.switchSignIn('sin_bob');
  await pass();
  server.once('POST', CHANGE, () => ({ data: seen(['ada', 'eve'], 7, 'eve') }));
  await outcome(two.loaded.switchSignIn('sin_eve'));
  // The answer that was done first comes last, and so does its cookie.
  server.session = seen(['ada', 'bob'], 7, 'bob');
  first();
  await outcome(signingIn);
  for (const tab of [one, two]) {
    expect(tab.loaded.session.active_signin?.id).toBe('sin_bob');
    await expect(outcome(tab.loaded.getToken())).resolves.toMatch(/of sin_bob/);
  }
});

test('H13 a switch that overtakes a sign-up hides it in no tab for longer than until the next refresh', async () => {
  const server = new FakeServer(session(['ada', 'bob'], 5));
  const [one, two] = [await open(), await open()];
  const switched = hold(server, () => ({ data: seen(['ada', 'bob'], 7, 'bob') }));
  const switching = two.loaded.switchSignIn('sin_bob');
  await pass();
  const signup_attempts = [signUpAttempt('sat_1', 'eve@example.com')];
  server.once('POST', CHANGE, () => server.change({ signup_attempts }));
  await outcome(one.loaded.switchSignIn('sin_ada'));
  server.session = { ...seen(['ada', 'bob'], 7, 'bob'), signup_attempts };
  switched();
  await outcome(switching);
  await pass(30_000);
  for (const { loaded } of [one, two]) expect(loaded.session).toMatchObject({ revision: 7, signup_attempts });
});

test('H13 a sign-out that overtakes another tab’s sign-in shows whoever is signed in', async () => {
  const server = new FakeServer(session(['ada', 'bob'], 5));
  localStorage.setItem('keyrack:http://localhost:4400', 'ses_1.k~sin_ada.k~sin_bob.k');
  const [one, two] = [await open({ publishableKey: STAGING_KEY }), await open({ publishableKey: STAGING_KEY })];
  let signedOut!: () => void;
  server.once('POST', '/session/sign-out', () => {
    const reply = { data: seen(['ada'], 7, 'ada'), rack: 'ses_1.k~sin_ada.k' };
    return new Promise((resolve) => (signedOut = () => resolve(reply)));
  });
  const signingOut = one.loaded.signOut('sin_bob');
  await pass();
  server.once('POST', CHANGE, () => ({ ...server.signInAs('eve'), rack: 'ses_1.k~sin_ada.k~sin_bob.k~sin_eve.k' }));
  await outcome(two.loaded.switchSignIn('sin_eve'));
  server.session = seen(['ada', 'eve'], 7, 'eve');
  signedOut();
  await outcome(signingOut);
  for (const { loaded } of [one, two]) expect(loaded.session.active_signin?.id).toBe('sin_eve');
});

test('H13 a read that shows the same things at the same revision changes nothing, whenever it was sent', async () => {
  const server = new FakeServer(session(['ada'], 5));
  const tab = await open();
  const shown = tab.loaded.session;
  server.session = { ...shown, updated_at: '2026-11-25T08:00:00.000Z' };
  await outcome(tab.hook.refetch());
  expect(tab.loaded.session).toBe(shown);
});

test('H20 a change that another tab’s was told of meanwhile resolves with what came of both', async () => {
  const server = new FakeServer(session(['ada', 'bob'], 5));
  const tab = await open();
  const changed = hold(server, () => server.change({ signup_attempts: [signUpAttempt('sat_1', 'eve@example.com')] }));
  const changing = tab.loaded.switchSignIn('sin_ada');
  await pass();
  server.change({ active_signin: signIn('bob') });
  new FakeChannel('keyrack:http://localhost:4400').postMessage(seen(['ada', 'bob'], 7, 'bob'));
  await pass();
  changed();
  await outcome(changing);
  expect(tab.loaded.session).toMatchObject({ revision: 7, active_signin: { id: 'sin_bob' }, signup_attempts: [{ id: 'sat_1' }] });
});
