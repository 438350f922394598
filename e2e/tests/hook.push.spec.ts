/** What is done on another device, and one stream of a browser for all its tabs, in Chromium and in Firefox. */
import { type App, expect, leader, publishableKey, somebody, split, test } from './app.js';
import { ChromiumTab } from './engine.js';
import type { Person } from './person.js';
import type { Server } from './server.js';
import { type Site, STREAM } from './site.js';
import { LED_MS, oftenWithin, PUSHED_MS, within } from './times.js';

interface World {
  readonly app: App;
  readonly anotherTab: () => Promise<App>;
  readonly site: Site;
}

/** Three tabs of one browser with two accounts. */
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

/** How long after `since` the last tab showed this, by the clock that they share. */
async function shownBy(tabs: readonly App[], text: string, since: number): Promise<number> {
  for (const tab of tabs) await tab.shows({ email: text });
  const delays = tabs.map(async ({ tab }) => {
    const at = await tab.evaluate((wanted) => window.shown.filter((shown) => shown.text === wanted).at(-1)?.at ?? Infinity, text);
    return Math.round(at - since);
  });
  return Math.max(...(await Promise.all(delays)));
}

/** Another device switches, to and fro, until that is shown in time. */
async function isPushed(server: Server, tabs: readonly App[], people: readonly Person[]): Promise<void> {
  const [one] = tabs as [App];
  const ids = await Promise.all(people.map((person) => one.signInOf(person)));
  let turn = 0;
  await within(PUSHED_MS, async () => {
    const next = turn++ % people.length;
    await elsewhere(server, one, '/session/switch-sign-in', { sign_in_id: ids[next] });
    return shownBy(tabs, people[next]?.email ?? '', Date.now());
  });
}

/** Takes the tab that leads out of the list, in which there are at least two others then. */
async function withoutLeader(tabs: App[], anotherTab: () => Promise<App>): Promise<{ first: App; second: App }> {
  while (tabs.length < 3) tabs.push(await anotherTab());
  const first = await leader(tabs);
  tabs.splice(tabs.indexOf(first), 1);
  return { first, second: tabs[0] as App };
}

/** How long it took after `since` until another stream was open; the tab before is gone. */
async function ledAgain(site: Site, before: number, since: number): Promise<number> {
  await expect.poll(() => site.streams.length, { intervals: [10] }).toBeGreaterThan(before);
  await expect.poll(() => site.openStreams, { intervals: [10] }).toBe(1);
  return Date.now() - since;
}

test('H15 a switch on another device shows in every tab within a second, of one stream and one read', async ({ app, anotherTab, site, server }) => {
  const { ada, bob, tabs } = await threeTabs({ app, anotherTab, site });
  const slowest: number[] = [];
  const reads: (readonly string[])[] = [];
  for (let round = 0; round < 3; round += 1) {
    for (const person of [ada, bob]) {
      const id = await app.signInOf(person);
      const before = site.requests.length;
      await elsewhere(server, app, '/session/switch-sign-in', { sign_in_id: id });
      slowest.push(await shownBy(tabs, person.email, Date.now()));
      reads.push(site.requests.slice(before));
    }
  }
  oftenWithin(PUSHED_MS, slowest);
  for (const read of reads.flat()) expect(read).toBe('GET /session?poll=1');
  // A tab may also have refreshed just then, which it does every 30 seconds.
  expect(reads.filter(({ length }) => length === 1).length, `of ${reads.map(({ length }) => length)} reads`).toBeGreaterThan(3);
  // Another tab may have taken it over, if the one that led said nothing for a while; there are never more than one.
  expect(site.openStreams).toBe(1);
  for (const stream of site.streams) expect(stream).toContain(`GET ${STREAM}`);
});

test('H15 a sign-out on another device shows in every tab within a second', async ({ app, anotherTab, site, server }) => {
  const { ada, bob, tabs } = await threeTabs({ app, anotherTab, site });
  const isIn = async (person: Person): Promise<void> => {
    if ((await app.accounts()).includes(person.email)) return;
    expect(await app.signIn(person)).toBe('done');
    for (const tab of tabs) await tab.shows(person);
    await expect.poll(() => site.openStreams).toBe(1);
  };
  await within(PUSHED_MS, async () => {
    await isIn(bob);
    await elsewhere(server, app, '/session/sign-out', { sign_in_id: await app.signInOf(bob) });
    return shownBy(tabs, ada.email, Date.now());
  });
  await within(PUSHED_MS, async () => {
    await isIn(ada);
    await elsewhere(server, app, '/session/sign-out', {});
    return shownBy(tabs, 'nobody', Date.now());
  });
  await expect.poll(() => site.openStreams).toBe(0);
});

test('H15 what an operator ends is gone from every tab within a second', async ({ app, anotherTab, server, site }) => {
  const { bob, tabs } = await threeTabs({ app, anotherTab, site });
  await within(PUSHED_MS, async () => {
    if ((await app.active()) === 'nobody') {
      expect(await app.signIn(bob)).toBe('done');
      for (const tab of tabs) await tab.shows(bob);
      await expect.poll(() => site.openStreams).toBe(1);
    }
    const session = await app.tab.evaluate(() => window.keyrack.hook.session?.id ?? '');
    await server.operate('session', 'end', session);
    return shownBy(tabs, 'nobody', Date.now());
  });
  expect(await tabs[1]?.tab.evaluate(() => window.keyrack.hook.endReason)).toBe('revoked_by_admin');
});

test('H15 when the tab that leads is closed another leads within two seconds, and misses nothing', async ({ app, anotherTab, site, server }) => {
  const { ada, bob, tabs } = await threeTabs({ app, anotherTab, site });
  let turn = 0;
  await within(LED_MS, async () => {
    const { first, second } = await withoutLeader(tabs, anotherTab);
    const person = turn++ % 2 ? bob : ada;
    const id = await second.signInOf(person);
    const [before, since] = [site.streams.length, Date.now()];
    await Promise.all([first.tab.close(), elsewhere(server, second, '/session/switch-sign-in', { sign_in_id: id })]);
    const led = await ledAgain(site, before, since);
    for (const tab of tabs) await tab.shows(person);
    return led;
  });
});

test('H15 when the tab that leads crashes another leads within two seconds @chromium', async ({ app, anotherTab, site, server }) => {
  const { ada, bob, tabs } = await threeTabs({ app, anotherTab, site });
  await within(LED_MS, async () => {
    const { first } = await withoutLeader(tabs, anotherTab);
    const { page } = first.tab as ChromiumTab;
    const cdp = await page.context().newCDPSession(page);
    const [before, since] = [site.streams.length, Date.now()];
    // Nobody answers: the page is gone before it could.
    void cdp.send('Page.crash').catch(() => undefined);
    return ledAgain(site, before, since);
  });
  for (const tab of tabs) await tab.shows(bob);
  await isPushed(server, tabs, [ada, bob]);
});

test('H15 a server that is restarted is found again, and so is what happened meanwhile', async ({ app, anotherTab, server, site }) => {
  const { ada, bob, tabs } = await threeTabs({ app, anotherTab, site });
  const toAda = await app.signInOf(ada);
  await server.restart();
  await elsewhere(server, app, '/session/switch-sign-in', { sign_in_id: toAda });
  for (const tab of tabs) await tab.shows(ada);
  await expect.poll(() => site.openStreams).toBe(1);
  expect(site.streams.at(-1)).toMatch(/^GET \/session\/events\?last_event_id=\d+$/);
  await isPushed(server, tabs, [bob, ada]);
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
  await isPushed(server, [app], [bob, ada]);
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
