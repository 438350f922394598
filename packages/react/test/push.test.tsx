/** What is pushed: one stream of a browser, and what its tabs do when it says something. */
import { expect, test, vi } from 'vitest';
import { FakeChannel, FakeLocks } from './fake-browser.js';
import { FakeServer, ORIGIN, STAGING_KEY } from './fake-server.js';
import { emptySession, session, signIn } from './fixtures.js';
import { open, openTabs, outcome, pass, type Tab } from './harness.js';

const LOCK = `keyrack:${ORIGIN}:events`;

const active = ({ loaded }: Tab): string | undefined => loaded.session.active_signin?.id;
const locks = (): FakeLocks => navigator.locks as unknown as FakeLocks;

test('H15 five tabs have one stream, and one read shows a change made elsewhere in all of them', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const tabs = await openTabs(5);
  expect(server.streams.length).toBe(1);
  expect(server.streams[0]?.request).toMatchObject({ method: 'GET', path: '/session/events', credentials: 'include' });
  const before = server.requests.length;
  server.push({ active_signin: signIn('bob') });
  await pass(200);
  expect(tabs.map(active)).toEqual(Array.from(tabs, () => 'sin_bob'));
  expect(server.requests.slice(before).map(({ path }) => path)).toEqual(['/session?poll=1']);
});

test('H15 a revision that is shown makes no request, nor does the stream’s first word', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const [one, two] = await openTabs(2);
  const before = server.requests.length;
  // The one that leads, and another: each hears of its own change from the server too.
  for (const [tab, id] of [[one, 'sin_bob'], [two, 'sin_ada']] as const) {
    await outcome((tab as Tab).loaded.switchSignIn(id));
    server.open[0]?.tell(server.session);
    await pass(500);
  }
  expect(server.requests.slice(before).map(({ method }) => method)).toEqual(['POST', 'POST']);
  expect([one, two].map((tab) => active(tab as Tab))).toEqual(['sin_ada', 'sin_ada']);
});

test('H15 a push that overtakes the answer to this browser’s own change makes no request', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const [, two] = (await openTabs(2)) as [Tab, Tab];
  const before = server.requests.length;
  const slow = server.hold('POST', '/session/switch-sign-in');
  const done = two.loaded.switchSignIn('sin_bob');
  await pass();
  server.open[0]?.tell(server.session);
  await pass(50);
  slow.release();
  await outcome(done);
  await pass(500);
  expect(server.requests.slice(before).map(({ method }) => method)).toEqual(['POST']);
});

test('H13 a push during a mutation waits for it, and a later revision is read then', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const [tab] = (await openTabs(1)) as [Tab];
  const before = server.requests.length;
  const slow = server.hold('POST', '/session/switch-sign-in');
  const done = tab.loaded.switchSignIn('sin_bob');
  await pass();
  server.push({ signins: [signIn('bob')] });
  await pass(1_000);
  expect(server.requests.length).toBe(before + 1);
  slow.release();
  await outcome(done);
  await pass();
  expect(server.requests.slice(before).map(({ path }) => path)).toEqual(['/session/switch-sign-in', '/session?poll=1']);
  expect(tab.loaded.session.signins.map(({ id }) => id)).toEqual(['sin_bob']);
});

test('H13 what another tab has read waits for a mutation under way here, whose answer may open more', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const [, two] = (await openTabs(2)) as [Tab, Tab];
  const slow = server.hold('POST', '/session/switch-sign-in');
  const done = two.loaded.switchSignIn('sin_bob');
  await pass();
  const before = server.requests.length;
  new FakeChannel(`keyrack:${ORIGIN}`).postMessage({ read: session(['ada'], 9) });
  await pass();
  expect(active(two)).toBe('sin_ada');
  server.change({ revision: 9 });
  slow.release();
  await outcome(done);
  await pass();
  expect(two.loaded.session).toMatchObject({ revision: 9, active_signin: { id: 'sin_bob' } });
  expect(server.requests.slice(before).map(({ path }) => path)).toContain('/session?poll=1');
});

test('H13 what another tab has read changes nothing at an equal revision, and wins at a higher one', async () => {
  new FakeServer(session(['ada', 'bob'], 5));
  const [tab] = (await openTabs(1)) as [Tab];
  const channel = new FakeChannel(`keyrack:${ORIGIN}`);
  channel.postMessage({ read: session(['bob'], 5) });
  await pass();
  expect(active(tab)).toBe('sin_ada');
  channel.postMessage({ read: session(['bob'], 6) });
  await pass();
  expect(active(tab)).toBe('sin_bob');
  channel.postMessage({ read: session(['ada'], 4) });
  await pass();
  expect(active(tab)).toBe('sin_bob');
});

test('H15 when the one that leads cannot read, the others do', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const [one, two] = (await openTabs(2)) as [Tab, Tab];
  const before = server.requests.length;
  server.unreachable('GET', '/session');
  server.push({ active_signin: signIn('bob') });
  await pass(200);
  expect(active(two)).toBe('sin_bob');
  expect(one.loaded.stale).toBe(true);
  expect(server.requests.length).toBe(before + 2);
});

test('H15 when all accounts end elsewhere every tab shows it, and the stream is gone', async () => {
  const server = new FakeServer(session(['ada']));
  const tabs = await openTabs(3);
  const [stream] = server.open;
  const { id } = server.session;
  server.session = { ...emptySession(), end_reason: 'signed_out' };
  stream?.tell({ id, revision: 2 }, 'end', 'signed_out');
  await pass(200);
  expect(tabs.map(({ loaded }) => loaded.status)).toEqual(['signed-out', 'signed-out', 'signed-out']);
  // A tab whose turn comes before it has heard may ask once more.
  expect(server.open.length).toBe(0);
  expect(server.streams.length).toBeLessThanOrEqual(2);
  const { length } = server.streams;
  await pass(120_000);
  expect(server.streams.length).toBe(length);
});

test('H15 nobody has no stream, and neither its code', async () => {
  const server = new FakeServer();
  await openTabs(2);
  await pass(60_000);
  expect(server.streams.length).toBe(0);
  expect(locks().holder(LOCK)).toBeUndefined();
});

test('H15 the stream comes with the first sign-in, and again with another session', async () => {
  const server = new FakeServer();
  const [one] = (await openTabs(2)) as [Tab, Tab];
  server.once('POST', '/session/switch-sign-in', () => server.signInAs('ada'));
  await outcome(one.loaded.switchSignIn('sin_ada'));
  await pass();
  expect(server.open.length).toBe(1);
  server.session = { ...session(['bob']), id: 'ses_2' };
  await outcome(one.hook.refetch());
  await pass();
  expect(server.streams.length).toBe(2);
  expect(server.open.length).toBe(1);
  expect(server.streams[1]?.request.path).toBe('/session/events');
});

test('H18 the stream carries the credential that is in storage when it is opened', async () => {
  localStorage.setItem(`keyrack:${ORIGIN}`, 'ses_1.first');
  const server = new FakeServer(session(['ada']));
  const tab = await open({ publishableKey: STAGING_KEY });
  localStorage.setItem(`keyrack:${ORIGIN}`, 'ses_1.second');
  server.streams[0]?.break();
  await pass(2_000);
  const carried = server.streams.map(({ request }) => request.headers['X-Development-Session']);
  expect(carried).toEqual(['ses_1.first', 'ses_1.second']);
  expect(server.streams[1]?.request.credentials).toBe('omit');
  tab.unmount();
});

test('H15 a server that has nothing to push is not asked again at once, and the session is read once', async () => {
  const server = new FakeServer(session(['ada']));
  server.answerStream = () => new Response(null, { status: 204 });
  await openTabs(2);
  await pass(10_000);
  expect(server.streams.length).toBe(1);
  expect(server.count('GET /session?poll=1')).toBe(1);
});

test.for([
  null,
  7,
  'who',
  {},
  { read: null },
  { read: {} },
  { read: { id: 7, revision: 9, signins: [] } },
  { id: 'ses_1' },
  { id: 'ses_1', revision: '9', signins: [] },
  { id: 'ses_1', revision: 0, signins: 'none' },
  { id: 'ses_1', revision: 9, signins: {} },
  { id: 'ses_1', revision: 9, signins: [] },
  { id: 'ses_1', revision: 9.5, signins: [], active_signin: null },
  { id: 'ses_1', revision: 1e300, signins: [], active_signin: null },
  { read: { id: 'ses_1', revision: Infinity, signins: [], active_signin: null } },
])('H13 a message that nobody of ours wrote changes nothing and asks for nothing: %j', async (message) => {
  const server = new FakeServer(session(['ada']));
  const [tab] = (await openTabs(1)) as [Tab];
  const before = server.requests.length;
  const errors = vi.spyOn(console, 'error');
  new FakeChannel(`keyrack:${ORIGIN}`).postMessage(message);
  await pass(1_000);
  expect(active(tab)).toBe('sin_ada');
  expect(server.requests.length).toBe(before);
  expect(errors).not.toHaveBeenCalled();
});

test('H15 where the code of the stream cannot be loaded the refreshes go on, and one of them gets it', async () => {
  let asked = 0;
  vi.doMock('../src/events.js', () => {
    asked += 1;
    throw new TypeError('Failed to fetch dynamically imported module');
  });
  vi.resetModules();
  const { push } = await import('../src/push.js');
  const opens = vi.fn(() => new Promise<Response>(() => undefined));
  const shown = { sender: { open: opens }, presence: { name: 'late' }, session: () => session(['ada']) };
  const follow = push(shown as unknown as Parameters<typeof push>[0]);
  follow('');
  await vi.dynamicImportSettled();
  expect(asked, 'nobody is followed, and no code is asked for').toBe(0);
  follow('ses_1');
  await vi.dynamicImportSettled();
  await pass();
  expect(asked).toBe(1);
  expect(opens).not.toHaveBeenCalled();
  vi.doUnmock('../src/events.js');
  vi.resetModules();
  follow('ses_1');
  await pass();
  expect(opens).toHaveBeenCalledOnce();
  follow('');
  await pass();
});

test('H15 a sign-out of all in the tab that leads reads nothing when the server tells of it', async () => {
  const server = new FakeServer(session(['ada']));
  const [one] = (await openTabs(1)) as [Tab];
  await pass(200);
  const before = server.requests.length;
  const [stream] = server.open;
  const slow = server.hold('POST', '/session/sign-out');
  const done = one.loaded.signOut();
  await pass();
  stream?.tell({ id: 'ses_1', revision: 2 }, 'end', 'signed_out');
  await pass(500);
  slow.release();
  await outcome(done);
  await pass(1_000);
  expect(one.loaded.status).toBe('signed-out');
  expect(server.requests.slice(before).map(({ path }) => path).filter((path) => path.startsWith('/session'))).toEqual(['/session/sign-out']);
});
