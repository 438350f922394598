/**
 * A page in Leptos that a server has rendered with the visitor's session and that the browser takes over
 * (crates/leptos/examples). `cargo xtask wasm` builds the browser's part, `cargo xtask test` the server's.
 */
import type { BrowserContext, Page, Route } from '@playwright/test';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Device } from './authenticator.js';
import { expect, somebody, test } from './keyrack.js';
import type { Server } from './server.js';
import { gate } from './site.js';

const target = (path: string): string => fileURLToPath(new URL(`../../target/${path}`, import.meta.url));
const BUILT = process.env['KEYRACK_HYDRATED'] ?? target('wasm/hydrated');
const RENDERER = process.env['KEYRACK_RENDERED'] ?? target('debug/examples/rendered');

const TYPES: Record<string, string> = { js: 'text/javascript', wasm: 'application/wasm' };

test.use({ mode: 'production' });

/** What the server writes for whoever has this session. */
function rendered(server: Server, session: unknown): string {
  const key = `pk_live_${Buffer.from(server.origin).toString('base64')}`;
  const { stdout, stderr, status } = spawnSync(RENDERER, [key], { input: JSON.stringify(session), encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return stdout;
}

/** The application's own server, at `/rendered/`; its program for the browser comes once `until` resolves. */
async function application(context: BrowserContext, server: Server, until: Promise<void>) {
  const page = await context.newPage();
  const [problems, requests]: [string[], string[]] = [[], []];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => ['warning', 'error'].includes(message.type()) && problems.push(message.text()));
  page.on('request', (request) => requests.push(new URL(request.url()).pathname));
  await page.route(`${server.origin}/rendered/*`, async (route: Route) => {
    const name = new URL(route.request().url()).pathname.split('/').at(-1) ?? '';
    if (name) {
      await until;
      const contentType = TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain';
      return route.fulfill({ contentType, body: await readFile(`${BUILT}/${name}`) });
    }
    const { cookie } = await route.request().allHeaders();
    const answer = await fetch(`${server.origin}/session`, { headers: cookie ? { cookie } : {} });
    const { data } = (await answer.json()) as { data: unknown };
    const headers = { 'cache-control': 'no-store' };
    return route.fulfill({ contentType: 'text/html', headers, body: rendered(server, data) });
  });
  await page.addInitScript(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    new MutationObserver(() => {
      const shown = document.querySelector('main')?.innerText.split('\n')[0] ?? '';
      if (document.querySelector('main') && seen.at(-1) !== shown) seen.push(shown);
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
  return { page, problems, requests };
}

/** The first line of the page at every moment at which it was another. */
const seen = (page: Page): Promise<string[]> => page.evaluate(() => (window as unknown as { seen: string[] }).seen);

test('H16 a page in Leptos shows the account from its first paint on, and is taken over as it is', async ({ demo, server, context }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await demo.open();
  await demo.signUp(ada);
  await demo.signUp(bob);
  await demo.switchTo(ada);
  const { open, until } = gate();
  const { page, problems, requests } = await application(context, server, until);
  await page.goto(`${server.origin}/rendered/`, { waitUntil: 'commit' });
  const [title, buttons] = [page.getByRole('heading'), page.getByRole('button', { name: /@/ })];
  // Before anything runs: what the server has written is what is seen.
  await expect(title).toHaveText(ada.email);
  await expect(buttons).toHaveText([ada.email, bob.email]);
  await title.evaluate((element) => Object.assign(element, { written: true }));
  expect(requests.filter((path) => path.startsWith('/session'))).toEqual([]);

  const read = page.waitForRequest(/\/session$/);
  open();
  await read;
  // It was read once all the same, which changes nothing.
  await expect.poll(() => requests.filter((path) => path === '/session').length).toBe(1);
  await page.waitForLoadState('networkidle').catch(() => undefined);
  expect(await title.evaluate((element) => 'written' in element), 'the very element that the server wrote').toBe(true);
  expect(await seen(page)).toEqual([ada.email]);

  await buttons.filter({ hasText: bob.email }).click();
  await expect(title).toHaveText(bob.email);
  await demo.shows(bob);
  expect(await title.evaluate((element) => 'written' in element)).toBe(true);
  expect(await seen(page)).toEqual([ada.email, bob.email]);
  expect(problems).toEqual([]);
});

test('H16 rendered for nobody, the page in Leptos has its form at once, and it signs in', async ({ demo, server, context }) => {
  const ada = somebody('Ada');
  await demo.open();
  await demo.signUp(ada);
  await demo.signOutOfAll();
  const { open, until } = gate();
  const { page, problems, requests } = await application(context, server, until);
  await page.goto(`${server.origin}/rendered/`, { waitUntil: 'commit' });
  const form = page.getByRole('form', { name: 'Sign in' });
  await expect(form.getByLabel('Password')).toBeVisible();
  await form.evaluate((element) => Object.assign(element, { written: true }));
  open();
  await expect.poll(() => requests).toContain('/session');
  expect(await form.evaluate((element) => 'written' in element)).toBe(true);
  await form.getByLabel('Email address').fill(ada.email);
  await form.getByLabel('Password').fill(ada.password);
  await form.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading')).toHaveText(ada.email);
  await demo.shows(ada);
  expect(await page.title(), 'it said that it was done, although it was gone').toBe('Welcome');
  expect(problems).toEqual([]);
});

test('a passkey that the store for Rust programs has made signs in by the form in Leptos, alone and after a password', async ({ demo, server, context }) => {
  const ada = somebody('Ada');
  await demo.open();
  await demo.signUp(ada);
  const { page, problems, requests } = await application(context, server, Promise.resolve());
  const device = await Device.plug(page);
  await page.goto(`${server.origin}/rendered/`);
  const make = page.getByRole('button', { name: 'Make a passkey' });
  // Before the program has taken it over, a button does nothing.
  await expect.poll(() => requests).toContain('/session');
  await make.click();
  await expect(page).toHaveTitle('Made');
  expect(await device.count()).toBe(1);
  await make.click();
  await expect(page).toHaveTitle('passkey_exists');

  const form = page.getByRole('form', { name: 'Sign in' });
  const use = page.getByRole('button', { name: 'Use a passkey' });
  const verified = (isUserVerified: boolean) => device.cdp.send('WebAuthn.setUserVerified', { authenticatorId: device.id, isUserVerified });
  await demo.signOutOfAll();
  await verified(false);
  await use.click();
  await expect(page.getByRole('alert')).toHaveText('No passkey was chosen. Try again, or use another way.');
  await verified(true);
  await use.click();
  await expect(page.getByRole('heading')).toHaveText(ada.email);
  await expect(page).toHaveTitle('Welcome');
  await demo.shows(ada);

  await demo.signOutOfAll();
  await form.getByLabel('Email address').fill(ada.email);
  await form.getByLabel('Password').fill(ada.password);
  await form.getByRole('button', { name: 'Sign in' }).click();
  // The password is proved; what is left is the second factor.
  await expect(form).toHaveCount(0);
  await use.click();
  await expect(page.getByRole('heading')).toHaveText(ada.email);
  await demo.shows(ada);
  expect(problems).toEqual([]);
});
