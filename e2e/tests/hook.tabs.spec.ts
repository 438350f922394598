/** Several tabs of one browser, in Chromium and in Firefox. */
import { type App, expect, somebody, test } from './app.js';
import { gate } from './site.js';
import { oftenWithin, refreshes } from './times.js';

/** Two accounts on one browser; the second is active. */
async function twoAccounts(app: App) {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await app.signUp(ada);
  await app.signUp(bob);
  return { ada, bob };
}

/** When a tab showed something for the last time, on the clock that all tabs share. */
function shownAt(app: App, text: string): Promise<number> {
  return app.tab.evaluate((wanted) => window.shown.filter((shown) => shown.text === wanted).at(-1)?.at ?? 0, text);
}

test('H15 another tab shows a switch within 100 ms', async ({ app, anotherTab, site }) => {
  const opened = Date.now();
  const { ada, bob } = await twoAccounts(app);
  const other = await anotherTab();
  await other.shows(bob);
  const requests = site.requests.length;
  const delays: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    for (const person of [ada, bob]) {
      expect(await app.switchTo(person)).toBe('done');
      await other.shows(person);
      delays.push((await shownAt(other, person.email)) - (await shownAt(app, person.email)));
    }
  }
  oftenWithin(100, delays);
  const asked = site.requests.slice(requests).filter((line) => line !== 'POST /session/switch-sign-in');
  expect(asked.length, `${asked}`).toBeLessThanOrEqual(2 * refreshes(opened));
});

test('H15 an account added, and all signed out, in one tab are so in the other', async ({ app, anotherTab }) => {
  const { ada, bob } = await twoAccounts(app);
  const other = await anotherTab();
  await other.shows(bob);
  const eve = somebody('Eve');
  await app.signUp(eve);
  await other.shows(eve);
  expect(await other.accounts()).toEqual([ada.email, bob.email, eve.email]);
  expect(await other.call('signOut')).toBe('done');
  await app.shows({ email: 'nobody' });
});

test('H13 an answer that was overtaken by another tab’s switch changes nothing', async ({ app, anotherTab, site }) => {
  const { ada, bob } = await twoAccounts(app);
  const other = await anotherTab();
  await other.shows(bob);
  const late = gate();
  site.break('/session', { kind: 'held', until: late.until });
  const read = other.call('refetch');
  await site.answersHeld();
  await app.switchTo(ada);
  await other.shows(ada);
  late.open();
  expect(await read).toBe('done');
  expect(await other.active()).toBe(ada.email);
  expect(await other.shown()).toEqual(['loading', bob.email, ada.email]);
});

test('H13 a change of another session makes the tab read once', async ({ app, anotherTab, site }) => {
  const ada = somebody('Ada');
  await app.signUp(ada);
  const other = await anotherTab();
  await other.shows(ada);
  await app.call('signOut');
  await other.shows({ email: 'nobody' });
  const before = site.count('/session');
  // The browser has begun a new session: its id is not the one that the other tab shows.
  expect(await app.signIn(ada)).toBe('done');
  await other.shows(ada);
  expect(site.count('/session') - before).toBe(1);
});

test('H18 two tabs that sign in at the same time lose neither account', async ({ app, anotherTab }) => {
  const [ada, bob, eve] = [somebody('Ada'), somebody('Bob'), somebody('Eve')];
  for (const person of [ada, bob, eve]) await app.signUp(person);
  const other = await anotherTab();
  for (let round = 0; round < 3; round += 1) {
    for (const person of [bob, eve]) await app.call('signOut', await app.signInOf(person));
    await expect.poll(() => other.accounts()).toEqual([ada.email]);
    expect(await Promise.all([app.signIn(bob), other.signIn(eve)])).toEqual(['done', 'done']);
    for (const tab of [app, other]) {
      await tab.tab.reload();
      await expect.poll(async () => (await tab.accounts()).sort()).toEqual([ada.email, bob.email, eve.email].sort());
    }
  }
});

test('H18 an answer’s credential is merged under the lock of that name', async ({ app, anotherTab, site }) => {
  const { ada, bob } = await twoAccounts(app);
  const other = await anotherTab();
  await other.shows(bob);
  await app.call('signOut', await app.signInOf(ada));
  const name = `keyrack:${site.origin}`;
  await app.tab.evaluate(
    (lock) => new Promise<void>((granted) => void navigator.locks.request(lock, () => (granted(), new Promise(() => {})))),
    name,
  );
  const stored = () => app.tab.evaluate((key) => localStorage.getItem(key) ?? '', name);
  const before = await stored();
  const signIn = other.signIn(ada);
  const waits = (lock: string) => other.tab.evaluate(async (wanted) => (await navigator.locks.query()).pending?.some((one) => one.name === wanted), lock);
  await expect.poll(() => waits(name)).toBe(true);
  expect(await stored()).toBe(before);
  await app.tab.close();
  expect(await signIn).toBe('done');
  await other.tab.reload();
  await other.shows(ada);
});

test('H14 a page that comes back from the back-forward cache shows who is active now', async ({ app, anotherTab, site }) => {
  const { ada, bob } = await twoAccounts(app);
  // Not the tab that leads: Firefox keeps no page that has a stream.
  const other = await anotherTab();
  await other.shows(bob);
  await expect.poll(() => site.streams.length).toBe(1);
  await other.tab.evaluate(() => Object.assign(window, { kept: true }));
  await other.tab.goto(`${site.origin}/elsewhere`);
  await changeUnheard(app, await app.signInOf(ada));
  await other.tab.evaluate(() => void setTimeout(() => history.back()));
  await other.shows(ada);
  expect(await other.tab.evaluate(() => 'kept' in window), 'the very page that was left').toBe(true);
});

test('H14 going back after a sign-out in another tab shows nobody', async ({ app, anotherTab, site }) => {
  const { bob } = await twoAccounts(app);
  const other = await anotherTab();
  await other.shows(bob);
  await app.tab.goto(`${site.origin}/elsewhere`);
  expect(await other.call('signOut')).toBe('done');
  await app.tab.evaluate(() => void setTimeout(() => history.back()));
  await app.shows({ email: 'nobody' });
});

/** A switch that no tab is told about, as one on another device: browsers drop a kept page that a message reaches. */
function changeUnheard(app: App, signIn: string): Promise<void> {
  return app.tab.evaluate(
    async ([key, sign_in_id]) => {
      const headers = { 'content-type': 'application/json', 'x-development-session': localStorage.getItem(key) ?? '' };
      await fetch('/session/switch-sign-in', { method: 'POST', headers, body: JSON.stringify({ sign_in_id }) });
    },
    [`keyrack:${app.site.origin}`, signIn] as const,
  );
}
