/** What is done on another device, and one stream of a browser for all its tabs, in Chromium and in Firefox. */
import { type App, expect, publishableKey, somebody, split, test } from './app.js';
import { ChromiumTab } from './engine.js';
import type { Server } from './server.js';
import { type Site, STREAM } from './site.js';

/** Within how many milliseconds every tab must show what was done elsewhere, and another tab lead. */
const PUSHED_MS = 1_000;
const LED_MS = 2_000;

interface World {
  readonly app: App;
  readonly anotherTab: () => Promise<App>;
  readonly site: Site;
}

/** Three tabs of one browser with two accounts; the first tab leads. */
async function threeTabs({ app, anotherTab, site }: World) {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await app.signUp(ada);
  await app.signUp(bob);
  await expect.poll(() => site.openStreams, { intervals: [20] }).toBe(1);
  const others = [await anotherTab(), await anotherTab()];
  for (const tab of others) await tab.shows(bob);
  return { ada, bob, tabs: [app, ...others] };
}

/** What another device does that holds the same credential: no browser of this machine has a part in it. */
async function elsewhere(server: Server, app: App, path: string, body: object): Promise<void> {
  const rack = await app.tab.evaluate((key) => localStorage.getItem(key) ?? '', `keyrack:${app.site.origin}`);
  const headers = { 'content-type': 'application/json', 'x-development-session': rack };
  const answer = await fetch(server.origin + path, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(answer.status, await answer.text()).toBe(200);
}

/** How long after `since` each tab showed this, by the clock that they share. */
async function delays(tabs: readonly App[], text: string, since: number): Promise<number[]> {
  for (const tab of tabs) await tab.shows({ email: text });
  return Promise.all(
    tabs.map(async ({ tab }) => {
      const at = await tab.evaluate((wanted) => window.shown.filter((shown) => shown.text === wanted).at(-1)?.at ?? Infinity, text);
      return Math.round(at - since);
    }),
  );
}

/** How long it took after `since` until another stream was open; the tab before is gone. */
async function ledAgain(site: Site, before: number, since: number): Promise<number> {
  await expect.poll(() => site.streams.length, { intervals: [10], timeout: 5_000 }).toBeGreaterThan(before);
  await expect.poll(() => site.openStreams, { intervals: [10], timeout: 5_000 }).toBe(1);
  return Date.now() - since;
}

test('H15 a switch on another device shows in every tab within a second, of one stream and one read', async ({ app, anotherTab, site, server }) => {
  const { ada, bob, tabs } = await threeTabs({ app, anotherTab, site });
  expect(site.streams).toEqual([`GET ${STREAM}`]);
  const slowest: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    for (const person of [ada, bob]) {
      const id = await app.signInOf(person);
      const before = site.requests.length;
      await elsewhere(server, app, '/session/switch-sign-in', { sign_in_id: id });
      slowest.push(Math.max(...(await delays(tabs, person.email, Date.now()))));
      expect(site.requests.slice(before)).toEqual(['GET /session?poll=1']);
    }
  }
  expect(Math.max(...slowest), `${slowest} ms`).toBeLessThan(PUSHED_MS);
  expect(site.streams.length).toBe(1);
});

test('H15 a sign-out on another device shows in every tab within a second', async ({ app, anotherTab, site, server }) => {
  const { ada, bob, tabs } = await threeTabs({ app, anotherTab, site });
  await elsewhere(server, app, '/session/sign-out', { sign_in_id: await app.signInOf(bob) });
  expect(Math.max(...(await delays(tabs, ada.email, Date.now())))).toBeLessThan(PUSHED_MS);
  await elsewhere(server, app, '/session/sign-out', {});
  expect(Math.max(...(await delays(tabs, 'nobody', Date.now())))).toBeLessThan(PUSHED_MS);
  await expect.poll(() => site.openStreams).toBe(0);
});

test('H15 what an operator ends is gone from every tab within a second', async ({ app, anotherTab, server, site }) => {
  const { tabs } = await threeTabs({ app, anotherTab, site });
  const session = await app.tab.evaluate(() => window.keyrack.hook.session?.id ?? '');
  await server.operate('session', 'end', session);
  expect(Math.max(...(await delays(tabs, 'nobody', Date.now())))).toBeLessThan(PUSHED_MS);
  expect(await tabs[1]?.tab.evaluate(() => window.keyrack.hook.endReason)).toBe('revoked_by_admin');
});

test('H15 when the tab that leads is closed another leads within two seconds, and misses nothing', async ({ app, anotherTab, site, server }) => {
  const { ada, tabs } = await threeTabs({ app, anotherTab, site });
  const [first, ...left] = tabs as [App, App, App];
  const before = site.streams.length;
  const since = Date.now();
  const [second] = left;
  const id = await second.signInOf(ada);
  await Promise.all([first.tab.close(), elsewhere(server, second, '/session/switch-sign-in', { sign_in_id: id })]);
  expect(await ledAgain(site, before, since)).toBeLessThan(LED_MS);
  for (const tab of left) await tab.shows(ada);
});

test('H15 when the tab that leads crashes another leads within two seconds @chromium', async ({ app, anotherTab, site, server }) => {
  const { ada, bob, tabs } = await threeTabs({ app, anotherTab, site });
  const { page } = app.tab as ChromiumTab;
  const before = site.streams.length;
  const cdp = await page.context().newCDPSession(page);
  const since = Date.now();
  // Nobody answers: the page is gone before it could.
  void cdp.send('Page.crash').catch(() => undefined);
  expect(await ledAgain(site, before, since)).toBeLessThan(LED_MS);
  const left = tabs.slice(1);
  for (const tab of left) await tab.shows(bob);
  const person = await (left[0] as App).signInOf(ada);
  await elsewhere(server, left[0] as App, '/session/switch-sign-in', { sign_in_id: person });
  expect(Math.max(...(await delays(left, ada.email, Date.now())))).toBeLessThan(PUSHED_MS);
});

test('H15 a server that is restarted is found again, and so is what happened meanwhile', async ({ app, anotherTab, server, site }) => {
  const { ada, bob, tabs } = await threeTabs({ app, anotherTab, site });
  const [toAda, toBob] = [await app.signInOf(ada), await app.signInOf(bob)];
  await server.restart();
  await elsewhere(server, app, '/session/switch-sign-in', { sign_in_id: toAda });
  for (const tab of tabs) await tab.shows(ada);
  await expect.poll(() => site.openStreams).toBe(1);
  expect(site.streams.at(-1)).toMatch(/^GET \/session\/events\?last_event_id=\d+$/);
  await elsewhere(server, app, '/session/switch-sign-in', { sign_in_id: toBob });
  expect(Math.max(...(await delays(tabs, bob.email, Date.now())))).toBeLessThan(PUSHED_MS);
});

test('H15 where its code cannot be loaded everything else works, and a later refresh gets it @chromium', async ({ app, site, server }) => {
  const files = await split('hook/main.tsx');
  const later = [...files.keys()].find((name) => name.startsWith('events-')) ?? '';
  for (const [name, text] of files) if (name !== later) site.script(`/split/${name}`, text);
  let asked = 0;
  site.page(`/split/${later}`, (_, answer) => ((asked += 1), answer.writeHead(404).end()));
  const root = `<div id="root" data-key="${publishableKey(site.origin, 'staging')}"></div>`;
  site.html('/split', `${root}<script type="module" src="/split/main.js"></script>`);
  await app.open('/split');
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await app.signUp(ada);
  await app.signUp(bob);
  expect(await app.switchTo(ada)).toBe('done');
  await expect.poll(() => asked).toBeGreaterThan(0);
  expect(site.streams).toEqual([]);
  expect(await app.hook()).toEqual({ status: 'signed-in', stale: false, error: undefined });

  site.script(`/split/${later}`, files.get(later) ?? '');
  // As the refresh does every 30 seconds.
  const refreshed = async () => (await app.call('refetch'), site.openStreams);
  await expect.poll(refreshed).toBe(1);
  await elsewhere(server, app, '/session/switch-sign-in', { sign_in_id: await app.signInOf(bob) });
  expect(Math.max(...(await delays([app], bob.email, Date.now())))).toBeLessThan(PUSHED_MS);
});

test('H15 nobody has no stream; it comes with the first account and goes with the last', async ({ app, site }) => {
  await app.shows({ email: 'nobody' });
  const ada = somebody('Ada');
  await app.signUp(ada);
  await expect.poll(() => site.openStreams).toBe(1);
  expect(await app.call('signOut')).toBe('done');
  await expect.poll(() => site.openStreams).toBe(0);
  expect(await app.signIn(ada)).toBe('done');
  await expect.poll(() => site.openStreams).toBe(1);
});

test('H15 a page in the back-forward cache holds no stream, and has one again when it is back @chromium', async ({ app, site }) => {
  const ada = somebody('Ada');
  await app.signUp(ada);
  await expect.poll(() => site.openStreams).toBe(1);
  await app.tab.evaluate(() => Object.assign(window, { kept: true }));
  await app.tab.goto(`${site.origin}/elsewhere`);
  await expect.poll(() => site.openStreams).toBe(0);
  await app.tab.evaluate(() => void setTimeout(() => history.back()));
  await app.shows(ada);
  expect(await app.tab.evaluate(() => 'kept' in window), 'the very page that was left').toBe(true);
  await expect.poll(() => site.openStreams).toBe(1);
});

test('H15 nothing of it is complained about @chromium', async ({ app, anotherTab, site, server }) => {
  const complaints: string[] = [];
  const listen = ({ tab }: App): void => {
    const { page } = tab as ChromiumTab;
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // The application has no icon, and browsers ask for one.
      if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico')) complaints.push(message.text());
    });
  };
  listen(app);
  const { ada, bob, tabs } = await threeTabs({ app, anotherTab, site });
  tabs.slice(1).forEach(listen);
  await elsewhere(server, app, '/session/switch-sign-in', { sign_in_id: await app.signInOf(ada) });
  for (const tab of tabs) await tab.shows(ada);
  await elsewhere(server, app, '/session/sign-out', {});
  for (const tab of tabs) await tab.shows({ email: 'nobody' });
  expect(await app.signIn(bob)).toBe('done');
  for (const tab of tabs) await tab.shows(bob);
  expect(complaints).toEqual([]);
});
