/** A page in the back-forward cache, as somebody sees it who comes back to it. In Chromium and in Firefox. */
import { type App, expect, somebody, test } from './app.js';
import { gate } from './site.js';

/** What can be seen of the active account: the text, or nothing while the page is covered. */
function seen(app: App): Promise<string> {
  return app.tab.evaluate(() => {
    const element = document.querySelector('[aria-label=Active]');
    return element && getComputedStyle(element).visibility === 'visible' ? (element.textContent ?? '') : '';
  });
}

const isTheSamePage = (app: App): Promise<boolean> => app.tab.evaluate(() => 'kept' in window).catch(() => false);

test('H14 a page that comes back shows no account until its session was read', async ({ app, site }) => {
  const ada = somebody('Ada');
  await app.signUp(ada);
  await app.tab.evaluate(() => Object.assign(window, { kept: true }));
  expect(await seen(app)).toBe(ada.email);
  const shown = await app.shown();
  await app.tab.goto(`${site.origin}/elsewhere`);
  const { open, until } = gate();
  site.break('/session', { kind: 'held', until });
  await app.tab.evaluate(() => void setTimeout(() => history.back()));
  await expect.poll(() => isTheSamePage(app)).toBe(true);
  expect(await seen(app)).toBe('');
  open();
  await expect.poll(() => seen(app)).toBe(ada.email);
  expect(await app.shown()).toEqual(shown);
});

test('H12 a page that comes back without a network shows what it had, as stale', async ({ app, site }) => {
  const ada = somebody('Ada');
  await app.signUp(ada);
  await app.tab.evaluate(() => Object.assign(window, { kept: true }));
  await app.tab.goto(`${site.origin}/elsewhere`);
  site.break('/session', { kind: 'cut' });
  await app.tab.evaluate(() => void setTimeout(() => history.back()));
  await expect.poll(() => isTheSamePage(app)).toBe(true);
  await expect.poll(() => seen(app)).toBe(ada.email);
  expect(await app.hook()).toMatchObject({ status: 'signed-in', stale: true });
  site.heal();
});
