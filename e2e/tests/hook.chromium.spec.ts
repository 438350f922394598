/** What needs the browser's own network switch or a clock that the test turns: Playwright has both in Chromium. */
import type { Page } from '@playwright/test';
import { App, expect, somebody, test as base } from './app.js';
import { ChromiumTab } from './engine.js';
import { Server } from './server.js';

interface Fixtures {
  app: App;

  /** The tab's page, as Playwright knows it. */
  tabPage: Page;
}

const test = base.extend<Fixtures>({
  tabPage: async ({ app }, use) => use((app.tab as ChromiumTab).page),
});

/** Stops a page's clock, far enough ahead of now that it is not yet past by the time the page hears of it. */
const stop = (page: Page): Promise<void> => page.clock.pauseAt(Date.now() + 10_000);

/** A tab whose timers and clocks only move when the test says so. */
async function withClock(app: App, page: Page): Promise<void> {
  await page.clock.install();
  await page.reload();
  await expect.poll(() => app.hook().catch(() => undefined)).toMatchObject({ status: 'signed-in' });
  await stop(page);
}

test('H14 the session is read when the network comes back', async ({ app, tabPage, site }) => {
  await app.signUp(somebody('Ada'));
  await tabPage.context().setOffline(true);
  expect(await app.call('refetch')).toBe('done');
  expect(await app.hook()).toEqual({ status: 'signed-in', stale: true, error: 'network' });
  const before = site.count('/session');
  await tabPage.context().setOffline(false);
  await expect.poll(() => app.hook()).toEqual({ status: 'signed-in', stale: false, error: undefined });
  // One for the network, and one more if the next try was due just then.
  expect(site.count('/session') - before).toBeGreaterThanOrEqual(1);
  expect(site.count('/session') - before).toBeLessThanOrEqual(2);
});

test('H14 a visible page reads every 30 seconds, a hidden one not until it is seen again', async ({ app, tabPage, site }) => {
  await app.signUp(somebody('Ada'));
  await withClock(app, tabPage);
  const polls = () => site.requests.filter((line) => line === 'GET /session?poll=1').length;
  const earlier = polls();
  await tabPage.clock.runFor(31_000);
  await expect.poll(polls).toBe(earlier + 1);
  await setHidden(tabPage, true);
  const before = site.requests.length;
  await tabPage.clock.runFor(300_000);
  expect(site.requests.length).toBe(before);
  await setHidden(tabPage, false);
  await expect.poll(() => site.requests.length).toBe(before + 1);
  expect(site.requests.at(-1)).toMatch(/^GET \/session/);
});

test('H11 a server that never answers ends in a timeout and signs nobody out', async ({ app, tabPage, site }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await app.signUp(ada);
  await app.signUp(bob);
  await withClock(app, tabPage);
  site.break('/session', { kind: 'held', until: new Promise(() => {}) });
  const refetch = app.call('refetch');
  await site.answersHeld();
  await tabPage.clock.runFor(15_000);
  expect(await refetch).toBe('done');
  expect(await app.hook()).toEqual({ status: 'signed-in', stale: true, error: 'timeout' });
  expect(await app.active()).toBe(bob.email);

  // A switch into the same silence: it was done, and the read that finds that out is answered.
  site.heal();
  site.break('/session/switch-sign-in', { kind: 'held', until: new Promise(() => {}) });
  const switched = app.switchTo(ada);
  await site.answersHeld(2);
  await tabPage.clock.runFor(15_000);
  expect(await switched).toBe('done');
  await app.shows(ada);
});

test('H10 a first load into silence fails after 15 seconds and is tried again', async ({ app, tabPage, site }) => {
  const ada = somebody('Ada');
  await app.signUp(ada);
  site.break('/session', { kind: 'held', until: new Promise(() => {}) });
  await tabPage.clock.install();
  // Before the page is opened: from its beginning on time passes only here.
  await stop(tabPage);
  await tabPage.reload();
  await site.answersHeld();
  await tabPage.clock.runFor(15_000);
  await app.shows({ email: 'failed' });
  site.heal();
  await tabPage.clock.runFor(1_100);
  await app.shows(ada);
});

base.describe('with the server’s clock in hand', () => {
  test('H35 after hours of sleep a new token is fetched, good by the server’s clock', async ({ profile, site, scripts: _ }) => {
    const asleep = await Server.start('staging', '--virtual-clock');
    try {
      site.handTo(asleep.origin);
      const app = await new App(await profile.tab(), site, asleep).open();
      await app.signUp(somebody('Ada'));
      const { page } = app.tab as ChromiumTab;
      await withClock(app, page);
      const token = () => app.tab.evaluate(() => window.keyrack.hook.getToken());
      const first = await token();
      expect(await token()).toBe(first);
      await asleep.advance(3 * 3_600_000);
      // As a laptop's lid does it: no timer runs in between.
      await page.clock.fastForward(3 * 3_600_000);
      const second = await token();
      expect(second).not.toBe(first);
      expect(expiry(second)).toBeGreaterThan((await asleep.now()) + 50_000);
      expect(await app.hook()).toMatchObject({ status: 'signed-in' });
    } finally {
      await asleep.remove();
    }
  });
});

test('H35 a renewal that fails gives the token that is still valid', async ({ app, tabPage, site }) => {
  await app.signUp(somebody('Ada'));
  await withClock(app, tabPage);
  const token = () => app.tab.evaluate(() => window.keyrack.hook.getToken().catch(({ code }) => code as string));
  const first = await token();
  site.break('/session/token', { kind: 'cut' });
  // 60 seconds of life: from the 50th on it is to be renewed, after the 60th it is worth nothing.
  await tabPage.clock.runFor(55_000);
  expect(await token()).toBe(first);
  await tabPage.clock.runFor(10_000);
  expect(await token()).toBe('network');
});

/** Headless pages are always visible; what the page is told is what the browser tells it. */
async function setHidden(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((isHidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: isHidden });
    Object.defineProperty(document, 'visibilityState', { configurable: true, value: isHidden ? 'hidden' : 'visible' });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, hidden);
}

function expiry(token: string): number {
  return JSON.parse(atob(token.split('.')[1] ?? '')).exp * 1000;
}
