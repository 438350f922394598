/** A page in the back-forward cache, as somebody sees it who comes back to it. In Chromium and in Firefox. */
import { type App, expect, somebody, test } from './app.js';
import type { Person } from './person.js';
import { isBack, seenSince, watchReturn } from './returned.js';
import { gate, type Site } from './site.js';

/** What can be seen of the active account: the text, or nothing while the page is covered. */
function seen(app: App): Promise<string> {
  return app.tab.evaluate(() => {
    const element = document.querySelector('[aria-label=Active]');
    return element && getComputedStyle(element).visibility === 'visible' ? (element.textContent ?? '') : '';
  });
}

/** The tab that is left, marked, to be known again. In Firefox one that follows: it keeps no page that has the stream. */
async function leaver(app: App, anotherTab: () => Promise<App>, person: Person, site: Site): Promise<App> {
  const tab = test.info().project.name === 'firefox' ? await anotherTab() : app;
  await tab.shows(person);
  await expect.poll(() => site.streams.length).toBe(1);
  await watchReturn(tab.tab, '[aria-label=Active]');
  return tab;
}

test('H14 a page that comes back shows no account until its session was read', async ({ app, anotherTab, site }) => {
  const ada = somebody('Ada');
  await app.signUp(ada);
  const tab = await leaver(app, anotherTab, ada, site);
  expect(await seen(tab)).toBe(ada.email);
  const shown = await tab.shown();
  await tab.tab.goto(`${site.origin}/elsewhere`);
  const { open, until } = gate();
  site.break('/session', { kind: 'held', until });
  await tab.tab.evaluate(() => void setTimeout(() => history.back()));
  await expect.poll(() => isBack(tab.tab)).toBe(true);
  expect(await seenSince(tab.tab)).toEqual(['']);
  open();
  await expect.poll(() => seen(tab)).toBe(ada.email);
  expect(await tab.shown()).toEqual(shown);
});

test('H12 a page that comes back without a network shows what it had, as stale', async ({ app, anotherTab, site }) => {
  const ada = somebody('Ada');
  await app.signUp(ada);
  const tab = await leaver(app, anotherTab, ada, site);
  await tab.tab.goto(`${site.origin}/elsewhere`);
  site.break('/session', { kind: 'cut' });
  await tab.tab.evaluate(() => void setTimeout(() => history.back()));
  await expect.poll(() => isBack(tab.tab)).toBe(true);
  await expect.poll(() => seen(tab)).toBe(ada.email);
  expect(await tab.hook()).toMatchObject({ status: 'signed-in', stale: true });
  site.heal();
});
