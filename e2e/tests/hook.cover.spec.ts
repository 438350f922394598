/** A page in the back-forward cache, as somebody sees it who comes back to it. In Chromium and in Firefox. */
import { type App, expect, somebody, test } from './app.js';
import type { Person } from './person.js';
import { gate, type Site } from './site.js';

/** What can be seen of the active account: the text, or nothing while the page is covered. */
function seen(app: App): Promise<string> {
  return app.tab.evaluate(() => {
    const element = document.querySelector('[aria-label=Active]');
    return element && getComputedStyle(element).visibility === 'visible' ? (element.textContent ?? '') : '';
  });
}

/** A tab that follows while another has the stream: Firefox keeps no page that has one. Marked, to be known again. */
async function follower(app: App, person: Person, site: Site): Promise<App> {
  await app.shows(person);
  await expect.poll(() => site.streams.length).toBe(1);
  await app.tab.evaluate(() => Object.assign(window, { kept: true }));
  return app;
}

const isTheSamePage = (app: App): Promise<boolean> => app.tab.evaluate(() => 'kept' in window).catch(() => false);

test('H14 a page that comes back shows no account until its session was read', async ({ app, anotherTab, site }) => {
  const ada = somebody('Ada');
  await app.signUp(ada);
  const other = await follower(await anotherTab(), ada, site);
  expect(await seen(other)).toBe(ada.email);
  const shown = await other.shown();
  await other.tab.goto(`${site.origin}/elsewhere`);
  const { open, until } = gate();
  site.break('/session', { kind: 'held', until });
  await other.tab.evaluate(() => void setTimeout(() => history.back()));
  await expect.poll(() => isTheSamePage(other)).toBe(true);
  expect(await seen(other)).toBe('');
  open();
  await expect.poll(() => seen(other)).toBe(ada.email);
  expect(await other.shown()).toEqual(shown);
});

test('H12 a page that comes back without a network shows what it had, as stale', async ({ app, anotherTab, site }) => {
  const ada = somebody('Ada');
  await app.signUp(ada);
  const other = await follower(await anotherTab(), ada, site);
  await other.tab.goto(`${site.origin}/elsewhere`);
  site.break('/session', { kind: 'cut' });
  await other.tab.evaluate(() => void setTimeout(() => history.back()));
  await expect.poll(() => isTheSamePage(other)).toBe(true);
  await expect.poll(() => seen(other)).toBe(ada.email);
  expect(await other.hook()).toMatchObject({ status: 'signed-in', stale: true });
  site.heal();
});
