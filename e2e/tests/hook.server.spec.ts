/** Pages that a server renders with the session it read for the request, in Chromium and in Firefox. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Session } from '@keyrack/react';
import type {} from '../hook/hydrate.js';
import type { Given, render as Render } from '../hook/server.js';
import { App, bundle, expect, publishableKey, somebody, test as base } from './app.js';
import { gate } from './site.js';

interface PerTest {
  /** Lets the server send the slow part of the page. */
  slow: { open: () => void };
}

interface PerWorker {
  rendering: { readonly render: typeof Render; readonly script: string };
}

const test = base.extend<PerTest, PerWorker>({
  rendering: [
    // Playwright demands this form where a fixture needs no other.
    async ({}, use) => {
      const script = await bundle('hook/hydrate.tsx');
      const file = fileURLToPath(new URL(`../test-results/render-${randomUUID()}.cjs`, import.meta.url));
      await mkdir(fileURLToPath(new URL('../test-results', import.meta.url)), { recursive: true });
      await writeFile(file, await bundle('hook/server.tsx', { platform: 'node', format: 'cjs' }));
      const module = (await import(file)) as { default: { render: typeof Render } };
      await use({ render: module.default.render, script });
      await rm(file);
    },
    { scope: 'worker' },
  ],
  slow: async ({ rendering: { render, script }, site, mode }, use) => {
    site.script('/hydrate.js', script);
    const slow = gate();
    const answer = async (given: Given, out: ServerResponse) => {
      out.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'private, no-store' });
      render(given, slow.until, out);
    };
    const key = publishableKey(site.origin, mode);
    site.page('/rendered', async ({ headers }, out) => {
      // The visitor's cookies are all that Keyrack needs to know whose request this is.
      const response = await fetch(`${site.origin}/session`, { headers: { cookie: headers.cookie ?? '' } });
      const { data } = (await response.json()) as { data: Session };
      await answer({ publishableKey: key, initialSession: data }, out);
    });
    site.page('/rendered-without', (_, out) => answer({ publishableKey: key }, out));
    await use({ open: slow.open });
  },
});

test.use({ mode: 'production' });

/** From the first node on: everything that stood anywhere as the active account. */
function observe(): void {
  const seen: string[] = [];
  Object.assign(window, { seen });
  new MutationObserver(() => {
    for (const { textContent } of document.querySelectorAll('.active')) {
      if (textContent && seen.at(-1) !== textContent) seen.push(textContent);
    }
  }).observe(document, { subtree: true, childList: true, characterData: true });
}

const seen = (app: App) => app.tab.evaluate(() => [...new Set((window as unknown as { seen: string[] }).seen)]);
/** What the late part shows; React keeps what it has given up in the document, hidden. */
const late = (app: App) =>
  app.tab.evaluate(() => {
    const part = document.querySelector('[aria-label="Active, late"]');
    return part?.checkVisibility() ? part.textContent : null;
  });
const hydrated = (app: App) => expect.poll(() => app.tab.evaluate(() => window.keyrack?.hook.status)).toBeTruthy();

test('H16 a page that a server rendered shows one account from the first byte on', async ({ app, site, slow }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await app.signUp(ada);
  await app.signUp(bob);
  await app.switchTo(ada);
  await app.tab.before(observe);
  const before = site.count('/session');
  slow.open();
  await app.open('/rendered');
  await hydrated(app);
  await expect.poll(() => late(app)).toBe(ada.email);
  await expect.poll(() => app.tab.evaluate(() => typeof window.arrive)).toBe('function');
  await app.tab.evaluate(() => window.arrive());
  // The server's read and one of the browser's own.
  await expect.poll(() => site.count('/session') - before).toBe(2);
  expect(await app.call('refetch')).toBe('done');
  expect(await seen(app)).toEqual([ada.email]);
  expect(await app.shown()).toEqual([ada.email]);
  expect(await app.tab.evaluate(() => window.complaints)).toEqual([]);
  expect(await app.accounts()).toEqual([ada.email, bob.email]);
});

test('H16 a part whose code is slow does not go on showing the former account', async ({ app, anotherTab, slow }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await app.signUp(ada);
  await app.signUp(bob);
  const other = await anotherTab();
  await other.shows(bob);
  slow.open();
  await app.open('/rendered');
  await hydrated(app);
  await expect.poll(() => late(app)).toBe(bob.email);
  await other.switchTo(ada);
  await app.shows(ada);
  // What the server wrote for Bob is gone before its code has come.
  expect(await late(app)).toBe(null);
  await app.tab.evaluate(() => window.arrive());
  await expect.poll(() => late(app)).toBe(ada.email);
  expect(await app.tab.evaluate(() => window.complaints)).toEqual([]);
});

test('H16 whoever is signed out sees that at once', async ({ app, slow }) => {
  await app.tab.before(observe);
  slow.open();
  await app.open('/rendered');
  await hydrated(app);
  expect(await seen(app)).toEqual(['nobody']);
  expect(await app.tab.evaluate(() => window.complaints)).toEqual([]);
});

test('H16 without an initial session the server renders the loading branch, and the browser goes on from it', async ({ app, slow }) => {
  const ada = somebody('Ada');
  await app.signUp(ada);
  await app.tab.before(observe);
  slow.open();
  await app.open('/rendered-without');
  await app.shows(ada);
  await expect.poll(() => app.tab.evaluate(() => typeof window.arrive)).toBe('function');
  await app.tab.evaluate(() => window.arrive());
  await expect.poll(() => late(app)).toBe(ada.email);
  expect(await seen(app)).toEqual(['loading', ada.email]);
  expect(await app.tab.evaluate(() => window.complaints)).toEqual([]);
});

test('H16 two visitors at the same time get each their own page', async ({ app, engine, site, server, slow }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  const profile = await engine.profile();
  const other = await new App(await profile.tab(), site, server).open();
  await app.signUp(ada);
  await other.signUp(bob);
  for (const tab of [app, other]) await tab.tab.before(observe);
  slow.open();
  await Promise.all([app.open('/rendered'), other.open('/rendered')]);
  for (const [tab, person] of [[app, ada], [other, bob]] as const) {
    await hydrated(tab);
    expect(await seen(tab)).toEqual([person.email]);
  }
  await profile.close();
});
