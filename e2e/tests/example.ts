import { expect, type Page } from '@playwright/test';
import { type Person, somebody } from './person.js';
import type { Server } from './server.js';
import { PUSHED_MS, within } from './times.js';

/** Uses an application of `examples/` from the first sign-up to the last sign-out. */
export async function walkExample(page: Page, origin: string, server: Server): Promise<void> {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // The examples have no icon, and browsers ask for one.
    if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico')) complaints.push(message.text());
  });
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  const accounts = page.getByRole('navigation', { name: 'Accounts' });
  const hello = ({ email }: Person) => expect(page.getByRole('heading', { name: `Hello, ${email}` })).toBeVisible();

  await page.goto(origin);
  await expect(page.getByRole('heading', { name: 'Nobody is signed in' })).toBeVisible();
  await signUp(page, ada, server);
  await hello(ada);
  await page.getByRole('link', { name: 'Add account' }).or(page.getByRole('button', { name: 'Add account' })).click();
  await signUp(page, bob, server);
  await hello(bob);
  await accounts.getByRole('button', { name: ada.email }).click();
  await hello(ada);
  await page.reload();
  await hello(ada);
  // Told by the stream.
  await within(PUSHED_MS, async () => {
    await switchElsewhere(page, `${origin}/keyrack`, bob);
    await hello(bob);
    await switchElsewhere(page, `${origin}/keyrack`, ada);
    const since = Date.now();
    await hello(ada);
    return Date.now() - since;
  });
  await accounts.getByRole('button', { name: 'Sign out' }).click();
  await hello(bob);
  await accounts.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Nobody is signed in' })).toBeVisible();
  expect(complaints).toEqual([]);
}

/** Uses what the server of an application renders for its visitors: who they are, what it sends them, and what it believes. */
export async function walkRendered(page: Page, origin: string, server: Server): Promise<void> {
  const open = async (path: string) => {
    const answer = await page.goto(origin + path);
    expect(answer?.status()).toBe(200);
    // React separates two texts by a comment.
    const html = ((await answer?.text()) ?? '').replaceAll('<!-- -->', '');
    return { html, headers: answer?.headers() ?? {} };
  };
  // Nobody is signed in: the private page leads to the sign-in.
  await open('/private');
  expect(page.url()).toBe(`${origin}/sign-in`);
  const ada = somebody('Ada');
  await signUp(page, ada, server);
  await expect(page.getByRole('heading', { name: `Hello, ${ada.email}` })).toBeVisible();
  const id = await page.evaluate(async (base) => {
    const { data } = await (await fetch(`${base}/session?poll=1`)).json();
    return data.active_signin.user_id as string;
  }, `${origin}/keyrack`);
  // The first that is painted is hers, is for no cache, and nothing in the address opens anything.
  const { html, headers } = await open('/private');
  expect(html).toContain(`Only for ${id}`);
  expect(headers).toMatchObject({ 'cache-control': expect.stringContaining('no-store') });
  expect(page.url()).toBe(`${origin}/private`);
  // A header says nothing, and neither does a token that somebody made up.
  const forged = { 'x-keyrack-user': id, 'x-forwarded-user': id, cookie: 'keyrack-token=e30.e30.e30', accept: 'text/html' };
  const stranger = await fetch(`${origin}/private`, { headers: forged, redirect: 'manual' });
  expect(stranger.headers.get('location')).toContain('/handshake?');
  expect(await stranger.text()).not.toContain(id);
  // Signed out elsewhere, the next page is nobody's.
  await page.evaluate((base) => fetch(`${base}/session/sign-out`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }), `${origin}/keyrack`);
  await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible();
  await page.goto(`${origin}/private`);
  expect(page.url()).toBe(`${origin}/sign-in`);
}

/** What another device would do: this page is told of it by the stream alone. */
async function switchElsewhere(page: Page, keyrack: string, { email }: Person): Promise<void> {
  const work = async ([base, address]: readonly [string, string]): Promise<number> => {
    const { data } = await (await fetch(`${base}/session?poll=1`)).json();
    const { id } = data.signins.find(({ user }: { user: { email_address: string } }) => user.email_address === address);
    const headers = { 'content-type': 'application/json' };
    return (await fetch(`${base}/session/switch-sign-in`, { method: 'POST', headers, body: JSON.stringify({ sign_in_id: id }) })).status;
  };
  expect(await page.evaluate(work, [keyrack, email] as const)).toBe(200);
}

async function signUp(page: Page, { email, password }: Person, server: Server): Promise<void> {
  const link = page.getByRole('link', { name: 'Sign in' });
  if (await link.isVisible()) await link.click();
  const form = page.getByRole('form', { name: 'Sign in' });
  await form.getByLabel('Email').fill(email);
  await form.getByLabel('Password').fill(password);
  await form.getByRole('button', { name: 'Create account' }).click();
  const code = page.getByRole('form', { name: 'Code' });
  await code.getByLabel('The code').fill(await server.newestCode(email));
  await code.getByRole('button', { name: 'Verify' }).click();
}
