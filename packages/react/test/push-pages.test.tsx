/** Who of the tabs has the stream: pages that go and come, providers beside each other, browsers without locks. */
import { expect, test } from 'vitest';
import { FakeChannel, FakeLocks } from './fake-browser.js';
import { FakeServer, ORIGIN, PRODUCTION_KEY } from './fake-server.js';
import { session, signIn } from './fixtures.js';
import { open, openTabs, pass, setHidden, type Tab } from './harness.js';

const LOCK = `keyrack:${ORIGIN}:events`;

const active = ({ loaded }: Tab): string | undefined => loaded.session.active_signin?.id;
const locks = (): FakeLocks => navigator.locks as unknown as FakeLocks;

test('H15 a page that is gone holds neither stream nor lock', async () => {
  const server = new FakeServer(session(['ada']));
  const [tab] = (await openTabs(1)) as [Tab];
  expect(server.open.length).toBe(1);
  tab.unmount();
  await pass();
  expect(server.open.length).toBe(0);
  expect(locks().holder(LOCK)).toBeUndefined();
  expect(FakeChannel.count).toBe(0);
});

test('H15 a page in the back-forward cache holds neither, and takes its turn when it is back', async () => {
  const server = new FakeServer(session(['ada']));
  const [one, two] = (await openTabs(2)) as [Tab, Tab];
  two.unmount();
  const move = (name: string): boolean => dispatchEvent(Object.assign(new Event(name), { persisted: true }));
  move('pagehide');
  await pass();
  expect(server.open.length).toBe(0);
  expect(locks().holder(LOCK)).toBeUndefined();
  expect(FakeChannel.count).toBe(0);
  move('pageshow');
  await pass();
  expect(server.open.length).toBe(1);
  expect(one.loaded.stale).toBe(false);
});

test('H15 two deployments in one page have streams of their own', async () => {
  const server = new FakeServer(session(['ada']));
  await open();
  const other = `pk_live_${btoa(`${ORIGIN}/keyrack`)}`;
  await open({ publishableKey: other });
  expect(server.streams.map(({ request }) => request.path)).toEqual(['/session/events', '/keyrack/session/events']);
});

test('H15 two providers of one deployment in one page share one', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  FakeLocks.owner = 'page';
  const [one, two] = [await open({ publishableKey: PRODUCTION_KEY }), await open({ publishableKey: PRODUCTION_KEY })];
  expect(server.open.length).toBe(1);
  server.push({ active_signin: signIn('bob') });
  await pass(200);
  expect([one, two].map(active)).toEqual(['sin_bob', 'sin_bob']);
  one.unmount();
  await pass();
  expect(server.open.length).toBe(1);
});

test('H15 a hidden tab that leads does not wait for timers, which stand still there', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const tabs = await openTabs(2);
  await pass(200);
  setHidden(true);
  server.push({ active_signin: signIn('bob') });
  await pass(50);
  expect(tabs.map(active)).toEqual(['sin_bob', 'sin_bob']);
});

test('H15 a tab that waits for its turn steps aside while a page is left, and back if it was not', async () => {
  const server = new FakeServer(session(['ada']));
  const [one] = (await openTabs(2)) as [Tab, Tab];
  dispatchEvent(new Event('beforeunload'));
  await pass();
  expect(server.streams.map(({ isOpen }) => isOpen)).toEqual([true]);
  // The tab that waited is not there to take over.
  one.unmount();
  await pass(500);
  expect(server.open.length).toBe(0);
  await pass(600);
  expect(server.open.length).toBe(1);
});

test('H15 when the tab that leads dies without a word another leads, and shows what it missed', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const [, two, three] = (await openTabs(3)) as [Tab, Tab, Tab];
  await pass(1_000);
  server.change({ active_signin: signIn('bob') });
  server.streams[0]?.break();
  locks().kill('tab 0');
  await pass(200);
  expect([two, three].map(active)).toEqual(['sin_bob', 'sin_bob']);
  expect(locks().holder(LOCK)).not.toBe('tab 0');
});

test('H15 without locks there is one stream, too, and one read', async () => {
  Object.defineProperty(navigator, 'locks', { configurable: true, value: undefined });
  const server = new FakeServer(session(['ada', 'bob']));
  const tabs = await openTabs(3);
  await pass(2_000);
  expect(server.streams.length).toBe(1);
  const before = server.requests.length;
  server.push({ active_signin: signIn('bob') });
  await pass(200);
  expect(tabs.map(active)).toEqual(['sin_bob', 'sin_bob', 'sin_bob']);
  expect(server.requests.length).toBe(before + 1);
});
