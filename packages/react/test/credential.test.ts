import { KeyrackProvider, useSignIn } from '@keyrack/react';
import { renderHook } from '@testing-library/react';
import { createElement } from 'react';
import { expect, test, vi } from 'vitest';
import { merge, Rack } from '../src/credential.js';
import { Stored } from '../src/stored.js';
import { FakeLocks } from './fake-browser.js';
import { FakeServer, ORIGIN, PRODUCTION_KEY, STAGING_KEY } from './fake-server.js';
import { session } from './fixtures.js';
import { open, outcome, pass } from './harness.js';

const ENTRY = `keyrack:${ORIGIN}`;
const HEADER = 'X-Development-Session';

const rackOf = (base: string): Rack => new Rack(new Stored(`keyrack:${base}`));

test.for([
  ['nothing stored', null, null, 'ses_1.a~sin_1.b', 'ses_1.a~sin_1.b'],
  ['nothing stored any more', null, 'ses_1.a', 'ses_1.a~sin_1.b', 'ses_1.a~sin_1.b'],
  ['unchanged since', 'ses_1.a~sin_1.b', 'ses_1.a~sin_1.b', 'ses_1.a', 'ses_1.a'],
  ['another session', 'ses_2.x~sin_9.y', 'ses_1.a', 'ses_1.a~sin_1.b', 'ses_1.a~sin_1.b'],
  ['a key added by another tab', 'ses_1.a~sin_2.c', 'ses_1.a', 'ses_1.a~sin_1.b', 'ses_1.a~sin_1.b~sin_2.c'],
  ['a key that died', 'ses_1.a~sin_1.b~sin_2.c', 'ses_1.a~sin_1.b', 'ses_1.a', 'ses_1.a~sin_2.c'],
  ['the same key from both', 'ses_1.a~sin_1.b', 'ses_1.a', 'ses_1.a~sin_1.b', 'ses_1.a~sin_1.b'],
  ['a session made by two tabs', 'ses_2.x', null, 'ses_1.a', 'ses_1.a'],
] as const)('H18 merges: %s', ([, stored, carried, answered, merged]) => {
  expect(merge(stored, carried, answered)).toBe(merged);
});

test('H18 two tabs finish sign-ins with shuffled answers and keep every key', () => {
  const carried = 'ses_1.a~sin_1.b';
  const answers = [`${carried}~sin_2.c`, `${carried}~sin_3.d`, `${carried}~sin_4.e`];
  for (const order of [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]) {
    const stored = order.reduce<string>((now, next) => merge(now, carried, answers[next] ?? ''), carried);
    expect(stored.split('~').sort()).toEqual(['ses_1.a', 'sin_1.b', 'sin_2.c', 'sin_3.d', 'sin_4.e']);
  }
});

test('H18 in staging every request carries what is in storage at that moment, in a header', async () => {
  const server = new FakeServer(session(['ada']));
  const tab = await open({ publishableKey: STAGING_KEY });
  localStorage.setItem(ENTRY, 'ses_1.a');
  await outcome(tab.hook.refetch());
  localStorage.setItem(ENTRY, 'ses_1.a~sin_1.b');
  await outcome(tab.hook.getToken());
  expect(server.requests.map(({ headers }) => headers[HEADER])).toEqual([undefined, 'ses_1.a', 'ses_1.a~sin_1.b']);
  expect(new Set(server.requests.map(({ credentials }) => credentials))).toEqual(new Set(['omit']));
  expect(server.requests.some(({ path }) => path.includes('ses_1'))).toBe(false);
});

test('H18 in production the cookie travels, storage is neither read nor written', async () => {
  const server = new FakeServer(session(['ada']));
  localStorage.setItem(ENTRY, 'ses_1.a');
  const tab = await open({ publishableKey: PRODUCTION_KEY });
  server.once('GET', '/session', (_, usual) => ({ ...usual(), rack: 'ses_1.z' }));
  await outcome(tab.hook.refetch());
  const headers = { Accept: 'application/vnd.keyrack.1+json' };
  expect(server.requests.map((request) => request.headers)).toEqual([headers, headers]);
  expect(server.requests.every(({ credentials }) => credentials === 'include')).toBe(true);
  expect(localStorage.getItem(ENTRY)).toBe('ses_1.a');
});

test('H18 what an answer hands out is merged into storage, under a lock, before the method resolves', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const tab = await open({ publishableKey: STAGING_KEY });
  localStorage.setItem(ENTRY, 'ses_1.a');
  const locks = navigator.locks as unknown as FakeLocks;
  const wasHeld: boolean[] = [];
  server.once('POST', '/session/switch-sign-in', (_, usual) => {
    localStorage.setItem(ENTRY, 'ses_1.a~sin_9.other-tab');
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(function (this: Storage, name, value) {
      wasHeld.push(locks.isHeld);
      this[name] = value;
    });
    return { ...usual(), rack: 'ses_1.a~sin_1.b' };
  });
  await outcome(tab.loaded.switchSignIn('sin_bob'));
  expect(localStorage.getItem(ENTRY)).toBe('ses_1.a~sin_1.b~sin_9.other-tab');
  expect(wasHeld).toEqual([true]);
});

test('H18 a method does not resolve before the rack is stored, however long another tab holds the lock', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const tab = await open({ publishableKey: STAGING_KEY });
  let free!: () => void;
  void navigator.locks.request(ENTRY, () => new Promise<void>((resolve) => (free = resolve)));
  server.once('POST', '/session/switch-sign-in', (_, usual) => ({ ...usual(), rack: 'ses_1.a' }));
  const done = tab.loaded.switchSignIn('sin_bob').then(() => localStorage.getItem(ENTRY));
  await pass(1_000);
  expect(tab.loaded.session.active_signin?.id).toBe('sin_ada');
  free();
  expect(await outcome(done)).toBe('ses_1.a');
});

test('H18 a refusal that hands out a rack is merged too', async () => {
  const server = new FakeServer(session(['ada']));
  const tab = await open({ publishableKey: STAGING_KEY });
  server.once('POST', '/session/switch-sign-in', () => ({ status: 404, code: 'sign_in_not_found', rack: 'ses_1.a' }));
  await expect(outcome(tab.loaded.switchSignIn('x'))).rejects.toMatchObject({ status: 404 });
  expect(localStorage.getItem(ENTRY)).toBe('ses_1.a');
});

test('H18 after a sign-out of all the entry is deleted', async () => {
  new FakeServer(session(['ada']));
  localStorage.setItem(ENTRY, 'ses_1.a');
  const tab = await open({ publishableKey: STAGING_KEY });
  await outcome(tab.loaded.signOut());
  expect(localStorage.getItem(ENTRY)).toBeNull();
});

test('H18 after a sign-out of all the entry stays when another tab has put a different one there', async () => {
  const server = new FakeServer(session(['ada']));
  localStorage.setItem(ENTRY, 'ses_1.a');
  const tab = await open({ publishableKey: STAGING_KEY });
  server.once('POST', '/session/sign-out', (_, usual) => {
    localStorage.setItem(ENTRY, 'ses_2.b');
    return usual();
  });
  await outcome(tab.loaded.signOut());
  expect(localStorage.getItem(ENTRY)).toBe('ses_2.b');
});

test('H18 an empty session that a read found deletes nothing', async () => {
  new FakeServer();
  localStorage.setItem(ENTRY, 'ses_1.a');
  await open({ publishableKey: STAGING_KEY });
  expect(localStorage.getItem(ENTRY)).toBe('ses_1.a');
});

test('H18 no URL sets the credential', async () => {
  const server = new FakeServer(session(['ada']));
  history.replaceState(null, '', `/?__dev_session__=ses_9.evil&x-development-session=ses_9.evil#ses_9.evil`);
  await open({ publishableKey: STAGING_KEY });
  history.replaceState(null, '', '/');
  expect(localStorage.length).toBe(0);
  expect(server.requests[0]?.headers[HEADER]).toBeUndefined();
});

test('H18 where storage throws, the rack is kept in memory', async () => {
  const denied = () => {
    throw new DOMException('denied', 'SecurityError');
  };
  vi.spyOn(Storage.prototype, 'getItem').mockImplementation(denied);
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(denied);
  vi.spyOn(Storage.prototype, 'removeItem').mockImplementation(denied);
  const rack = rackOf(ORIGIN);
  expect(rack.read()).toBeNull();
  await rack.adopt(null, 'ses_1.a');
  expect(rack.read()).toBe('ses_1.a');
  await rack.forget('ses_1.a');
  expect(rack.read()).toBeNull();
});

test('H18 where there are no locks it merges all the same', async () => {
  Object.defineProperty(navigator, 'locks', { configurable: true, value: undefined });
  const rack = rackOf(ORIGIN);
  localStorage.setItem(ENTRY, 'ses_1.a~sin_2.c');
  await rack.adopt('ses_1.a', 'ses_1.a~sin_1.b');
  expect(rack.read()).toBe('ses_1.a~sin_1.b~sin_2.c');
});

test('H18 with a base path requests go there, and the entry has its name', async () => {
  const base = `${ORIGIN}/keyrack`;
  localStorage.setItem(`keyrack:${base}`, 'ses_1.a');
  const asked: unknown[] = [];
  vi.stubGlobal('fetch', async (url: string, { headers }: { headers: Record<string, string> }) => {
    asked.push([url, headers[HEADER]]);
    throw new TypeError('Failed to fetch');
  });
  await open({ publishableKey: `pk_test_${btoa(base)}` });
  expect(asked).toEqual([[`${base}/session`, 'ses_1.a']]);
});

test('H18 two APIs never share an entry', async () => {
  await rackOf('https://one.example').adopt(null, 'ses_1.a');
  expect(rackOf('https://two.example').read()).toBeNull();
  await pass();
});

test('H18 a read that another tab’s message asks for waits for what that tab has written', async () => {
  const server = new FakeServer(session(['ada']));
  localStorage.setItem(ENTRY, 'ses_1.a~sin_1.b');
  await open({ publishableKey: STAGING_KEY });
  const other = new BroadcastChannel(ENTRY);
  const carried = () => server.requests.map(({ headers }) => headers[HEADER]);
  const told = (id: string) => other.postMessage({ ...session(['bob']), id });
  told('ses_2');
  await pass(500);
  expect(carried()).toEqual(['ses_1.a~sin_1.b']);
  localStorage.setItem(ENTRY, 'ses_2.x~sin_9.y');
  dispatchEvent(new StorageEvent('storage', { key: ENTRY }));
  await pass();
  expect(carried()).toEqual(['ses_1.a~sin_1.b', 'ses_2.x~sin_9.y']);
  // It may never come: the other tab has signed out again meanwhile.
  told('ses_3');
  await pass(999);
  expect(carried()).toHaveLength(2);
  await pass(1);
  expect(carried()).toHaveLength(3);
});

const NOT_STAGING = 'The server does not run in staging: use its pk_live_ key.';
const NOT_PRODUCTION = 'The server does not run in production: use its pk_test_ key.';

async function openForm(publishableKey: string) {
  const { result } = renderHook(() => useSignIn(), {
    wrapper: ({ children }) => createElement(KeyrackProvider, { publishableKey, children }),
  });
  await pass();
  const signIn = () => result.current.signIn({ email: 'ada@example.com', password: 'correct horse' });
  return { signIn, error: () => result.current.error?.code };
}

test.for([
  ['no credential', null],
  ['the credential of an earlier session', 'ses_0.a~sin_1.b'],
] as const)('H18 a staging key and a server in production: signing in with %s is refused aloud', async ([, stored]) => {
  const server = new FakeServer();
  if (stored) localStorage.setItem(ENTRY, stored);
  const form = await openForm(STAGING_KEY);
  await expect(outcome(form.signIn())).rejects.toMatchObject({ code: 'wrong_key', status: 0, message: NOT_STAGING });
  expect(form.error()).toBe('wrong_key');
  expect(localStorage.getItem(ENTRY)).toBe(stored);
  // The same from a server in staging.
  server.once('POST', '/auth/signin', (_, usual) => ({ ...usual(), rack: 'ses_1.a~sin_1.b' }));
  await outcome(form.signIn());
  expect(form.error()).toBeUndefined();
  expect(localStorage.getItem(ENTRY)).toBe('ses_1.a~sin_1.b');
});

test('H18 a production key and a server in staging: signing in is refused aloud', async () => {
  const server = new FakeServer();
  const form = await openForm(PRODUCTION_KEY);
  server.once('POST', '/auth/signin', (_, usual) => ({ ...usual(), rack: 'ses_1.a~sin_1.b' }));
  await expect(outcome(form.signIn())).rejects.toMatchObject({ code: 'wrong_key', status: 0, message: NOT_PRODUCTION });
  expect(localStorage.length).toBe(0);
});
