/**
 * What a page does that is left and comes back, and one without locks: the store for Rust programs in Chromium, as
 * hook.cover.spec.ts and hook.push.spec.ts have it of React.
 */
import { readFile } from 'node:fs/promises';
import { type App, expect, publishableKey, somebody, test as base } from './app.js';
import type { Tab } from './engine.js';
import { isBack, seenSince, watchReturn } from './returned.js';
import { BUILT, html } from './rust.js';
import { gate, type Site } from './site.js';
import { LED_MS, within } from './times.js';

declare global {
  interface Window {
    ledAt?: number;
  }
}

interface Rust {
  /** Another tab of this browser; with `before` run in it first. */
  rust: (before?: () => void) => Promise<Tab>;
}

const test = base.extend<Rust>({
  rust: async ({ profile, site, mode }, use) => {
    site.html('/rust', html(publishableKey(site.origin, mode)));
    site.script('/app.js', await readFile(`${BUILT}/app.js`, 'utf8'));
    const program = await readFile(`${BUILT}/app_bg.wasm`);
    site.page('/app_bg.wasm', (_, answer) => answer.writeHead(200, { 'content-type': 'application/wasm' }).end(program));
    await use(async (before) => {
      const tab = await profile.tab();
      if (before) await tab.before(before);
      await tab.goto(`${site.origin}/rust`);
      return tab;
    });
  },
});

const says = (tab: Tab): Promise<string> => tab.evaluate(() => document.querySelector('output')?.textContent ?? '');

const shows = (tab: Tab, what: string): Promise<void> =>
  expect.poll(() => says(tab).catch(() => undefined), { intervals: [20] }).toBe(what);

/** What can be seen of it: nothing while the page is covered. */
function seen(tab: Tab): Promise<string> {
  return tab.evaluate(() => {
    const element = document.querySelector('output');
    const isCovered = getComputedStyle(document.documentElement).opacity === '0';
    return element && !isCovered && getComputedStyle(element).visibility === 'visible' ? (element.textContent ?? '') : '';
  });
}

/** Somebody signed in, in a tab with the stream, which then goes elsewhere. */
async function left(app: App, rust: Rust['rust'], site: Site): Promise<{ email: string; tab: Tab }> {
  const ada = somebody('Ada');
  await app.signUp(ada);
  await app.tab.close();
  await expect.poll(() => site.openStreams).toBe(0);
  const tab = await rust();
  await shows(tab, ada.email);
  await expect.poll(() => site.openStreams).toBe(1);
  expect(await seen(tab)).toBe(ada.email);
  await watchReturn(tab, 'output');
  await tab.goto(`${site.origin}/elsewhere`);
  await expect.poll(() => site.openStreams).toBe(0);
  return { email: ada.email, tab };
}

/** No page has locks, and each keeps when it had a stream last: the last one of all of them leads. */
function lockless(): void {
  Object.defineProperty(navigator, 'locks', { value: undefined });
  const real = window.fetch;
  window.fetch = (what, init) => {
    const url = what instanceof Request ? what.url : String(what);
    if (url.includes('/session/events')) window.ledAt = performance.timeOrigin + performance.now();
    return real(what, init);
  };
}

const back = (tab: Tab): Promise<void> => tab.evaluate(() => void setTimeout(() => history.back()));

test('H14 a page in Rust that comes back shows no account until its session was read, and has a stream again', async ({ app, rust, site }) => {
  const { email, tab } = await left(app, rust, site);
  const { open, until } = gate();
  site.break('/session', { kind: 'held', until });
  await back(tab);
  await expect.poll(() => isBack(tab)).toBe(true);
  expect(await seenSince(tab)).toEqual(['']);
  expect(await says(tab)).toBe(email);
  open();
  await expect.poll(() => seen(tab)).toBe(email);
  await expect.poll(() => site.openStreams).toBe(1);
});

test('H14 going back in Rust to an account that was signed out meanwhile never shows it', async ({ app, rust, site }) => {
  const { email, tab } = await left(app, rust, site);
  // As on another device: no tab hears of it.
  await tab.evaluate((key) => {
    const headers = { 'content-type': 'application/json', 'x-development-session': localStorage.getItem(key) ?? '' };
    return fetch('/session/sign-out', { method: 'POST', headers, body: '{}' }).then(() => undefined);
  }, `keyrack:${site.origin}`);
  const { open, until } = gate();
  site.break('/session', { kind: 'held', until });
  await back(tab);
  await expect.poll(() => isBack(tab)).toBe(true);
  open();
  await expect.poll(() => seen(tab)).toBe('signed-out');
  expect(await seenSince(tab)).not.toContain(email);
});

test('H12 a page in Rust that comes back without a network shows what it had', async ({ app, rust, site }) => {
  const { email, tab } = await left(app, rust, site);
  site.break('/session', { kind: 'cut' });
  await back(tab);
  await expect.poll(() => isBack(tab)).toBe(true);
  await expect.poll(() => seen(tab)).toBe(email);
  site.heal();
});

test('H15 without locks one tab in Rust leads by a lease, and another within two seconds when it is closed', async ({ app, rust, site }) => {
  const ada = somebody('Ada');
  await app.signUp(ada);
  await app.tab.close();
  await expect.poll(() => site.openStreams).toBe(0);
  const tabs = [await rust(lockless), await rust(lockless), await rust(lockless)];
  for (const tab of tabs) await shows(tab, ada.email);
  expect(await tabs[0]?.evaluate(() => navigator.locks as unknown)).toBeUndefined();
  await expect.poll(() => site.openStreams).toBe(1);
  // Longer than a lease holds: it is renewed, and nobody else takes it, unless the machine has let it run out.
  await expect(async () => {
    const streams = site.streams.length;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(site.streams.length - streams, 'streams that were opened meanwhile').toBe(0);
  }).toPass({ timeout: 20_000 });

  await within(LED_MS, async () => {
    while (tabs.length < 3) tabs.push(await rust(lockless));
    for (const tab of tabs) await shows(tab, ada.email);
    await expect.poll(() => site.openStreams).toBe(1);
    const led = await Promise.all(tabs.map((tab) => tab.evaluate(() => window.ledAt ?? 0)));
    const [first] = tabs.splice(led.indexOf(Math.max(...led)), 1);
    const [streams, since] = [site.streams.length, Date.now()];
    await first?.close();
    await expect.poll(() => site.streams.length, { intervals: [10] }).toBeGreaterThan(streams);
    return Date.now() - since;
  });
  // What is kept is changed without locks as well, and the others hear of it.
  await tabs[0]?.evaluate(() => store.sign_out(undefined));
  for (const tab of tabs) await shows(tab, 'signed-out');
  expect(await tabs[1]?.evaluate((key) => localStorage.getItem(key), `keyrack:${site.origin}`)).toBeNull();
  await expect.poll(() => site.openStreams).toBe(0);
});
