/** The back-forward cache: a page is left as it is, and comes back as it was, hours later. */
import { expect, test } from 'vitest';
import { FakeChannel, type FakeSheet } from './fake-browser.js';
import { FakeServer, STAGING_KEY } from './fake-server.js';
import { emptySession, session, signIn } from './fixtures.js';
import { open, outcome, pass, passUncollected } from './harness.js';

const move = (name: 'pagehide' | 'pageshow', persisted = true): boolean =>
  dispatchEvent(Object.assign(new Event(name), { persisted }));

/** How often the page is covered. */
const covers = (): number => document.adoptedStyleSheets.length;

async function away() {
  const server = new FakeServer(session(['ada', 'bob']));
  const tab = await open();
  move('pagehide');
  return { server, tab };
}

test('H14 a page that comes back shows no old account before the session was read', async () => {
  const { server, tab } = await away();
  expect(covers()).toBe(1);
  const [sheet] = document.adoptedStyleSheets as unknown as FakeSheet[];
  expect(sheet?.text).toBe('html{opacity:0!important}html,html *{visibility:hidden!important}');
  server.change({ active_signin: signIn('bob') });
  const { release } = server.hold('GET', '/session');
  move('pageshow');
  await pass(4_000);
  expect([covers(), tab.shown.at(-1)]).toEqual([1, 'ada@example.com']);
  release();
  await pass();
  expect([covers(), tab.shown.at(-1)]).toEqual([0, 'bob@example.com']);
});

test('H14 when it is uncovered the page already shows the account that was read', async () => {
  const { server } = await away();
  server.change({ active_signin: signIn('bob') });
  const text = document.body.textContent;
  let sheets = document.adoptedStyleSheets;
  const uncovered: unknown[] = [];
  Object.defineProperty(document, 'adoptedStyleSheets', {
    configurable: true,
    get: () => sheets,
    set: (now: CSSStyleSheet[]) => {
      if (now.length < sheets.length) uncovered.push(document.body.textContent);
      sheets = now;
    },
  });
  move('pageshow');
  await passUncollected();
  expect([text, ...uncovered]).toEqual(['ada@example.com', 'bob@example.com']);
});

test('H12 it comes back as it was left, mounted and never loading, offline too, where it is stale', async () => {
  const { server, tab } = await away();
  const element = document.querySelector('p');
  const { session: before } = tab.loaded;
  server.unreachable('GET', '/session');
  move('pageshow');
  await pass();
  expect(covers()).toBe(0);
  expect(tab.loaded.session).toBe(before);
  expect(tab.loaded).toMatchObject({ loading: false, stale: true, error: { code: 'network' } });
  expect(document.querySelector('p')).toBe(element);
  expect(tab.shown.filter((text) => text === 'loading').length).toBe(1);
  await pass(1_000);
  expect(tab.hook.stale).toBe(false);
});

test('H14 a server that never answers uncovers it after five seconds, as stale, until an answer comes', async () => {
  const { server, tab } = await away();
  const { release } = server.hold('GET', '/session');
  move('pageshow');
  await pass(4_999);
  expect([covers(), tab.hook.stale]).toEqual([1, false]);
  await pass(1);
  expect([covers(), tab.hook.stale, tab.hook.error?.code]).toEqual([0, true, 'timeout']);
  release();
  await pass();
  expect(tab.hook).toMatchObject({ stale: false, error: undefined });
});

test('H14 an answer within the five seconds is no failure afterwards', async () => {
  const { tab } = await away();
  move('pageshow');
  await pass(10_000);
  expect(tab.hook).toMatchObject({ stale: false, error: undefined });
});

test('H14 a page that shows no account is not covered, nor is one that is closed for good', async () => {
  const server = new FakeServer(emptySession());
  await open();
  move('pagehide');
  expect(covers()).toBe(0);
  move('pageshow');
  await pass();
  expect(server.count('GET /session')).toBe(2);
  server.change(session(['ada']));
  move('pageshow');
  await pass();
  move('pagehide', false);
  expect(covers()).toBe(0);
});

test('H14 two providers cover the page until both have read', async () => {
  const server = new FakeServer(session(['ada']));
  const tabs = [await open(), await open({ publishableKey: STAGING_KEY })];
  move('pagehide');
  expect(covers()).toBe(2);
  const slow = server.hold('GET', '/session');
  move('pageshow');
  await pass();
  expect(covers()).toBe(1);
  slow.release();
  await pass();
  expect(covers()).toBe(0);
  expect(tabs.map(({ hook }) => hook.status)).toEqual(['signed-in', 'signed-in']);
});

test('H14 a page that is kept has no open channel, and hears the others again when it is back', async () => {
  const { server, tab } = await away();
  expect(FakeChannel.count).toBe(0);
  move('pageshow');
  await pass();
  const other = await open();
  await outcome(other.loaded.switchSignIn('sin_bob'));
  expect(tab.loaded.session.active_signin?.id).toBe('sin_bob');
  expect(server.count('GET /session')).toBe(3);
});

test('H33 a token from before it was left is not returned afterwards', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const tab = await open();
  await outcome(tab.hook.getToken());
  move('pagehide');
  server.change({ active_signin: signIn('bob') });
  server.hold('GET', '/session');
  move('pageshow');
  expect(await outcome(tab.hook.getToken())).toBe('token 3 of sin_bob');
});

test('H14 the focus is where it was', async () => {
  const server = new FakeServer(session(['ada']));
  const tab = await open();
  const input = document.body.appendChild(document.createElement('input'));
  input.focus();
  move('pagehide');
  // As browsers do with what becomes invisible.
  input.blur();
  const { release } = server.hold('GET', '/session');
  move('pageshow');
  await pass();
  expect(document.activeElement).toBe(document.body);
  release();
  await pass();
  expect(document.activeElement).toBe(input);
  input.remove();
  tab.unmount();
});

test('H14 a browser without such style sheets reads all the same', async () => {
  Object.defineProperty(document, 'adoptedStyleSheets', { configurable: true, value: undefined });
  const { server, tab } = await away();
  server.change({ active_signin: signIn('bob') });
  move('pageshow');
  await pass();
  expect(tab.shown.at(-1)).toBe('bob@example.com');
});

test('H14 a provider that goes while the page is covered leaves nothing covered', async () => {
  const { tab } = await away();
  tab.unmount();
  expect(covers()).toBe(0);
});
