/** Pages that the server itself serves, under their strict policies: what is done on another device shows in them. */
import type { Page } from '@playwright/test';
import { expect, somebody, test as base } from './pages.js';
import { test as demoTest } from './keyrack.js';
import type { Person } from './person.js';
import { oftenWithin, PUSHED_MS } from './times.js';

/** Switches with the credential of this page's browser, but not in it. */
async function switchElsewhere(origin: string, rack: string, email: string): Promise<void> {
  const headers = { 'content-type': 'application/json', 'x-development-session': rack };
  const { data } = (await (await fetch(`${origin}/session?poll=1`, { headers })).json()) as {
    data: { signins: { id: string; user: { email_address: string } }[] };
  };
  const sign_in_id = data.signins.find(({ user }) => user.email_address === email)?.id;
  const answer = await fetch(`${origin}/session/switch-sign-in`, { method: 'POST', headers, body: JSON.stringify({ sign_in_id }) });
  expect(answer.status).toBe(200);
}

/** Switches elsewhere to one after another: the page shows it, and most of the time at once. */
async function follows(page: Page, { origin, rack }: { origin: string; rack: string }, people: readonly Person[]): Promise<void> {
  const took: number[] = [];
  for (const { email } of people) {
    await switchElsewhere(origin, rack, email);
    const since = Date.now();
    await expect(page.locator('[aria-current=true]')).toContainText(email);
    took.push(Date.now() - since);
  }
  oftenWithin(PUSHED_MS, took);
}

base('H15 the hosted pages follow the session under their policy: their own script may load the stream’s code', async ({ hosted, server }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  const { page } = hosted;
  const chunks: number[] = [];
  page.on('response', (response) => {
    if (/\/_keyrack\/assets\/events-[^/]+\.js$/.test(response.url())) chunks.push(response.status());
  });
  await hosted.signUp(ada);
  await hosted.signUp(bob);
  const stream = page.waitForResponse((response) => response.url().includes('/session/events') && response.status() === 200);
  await hosted.open('/accounts');
  await expect(page.locator('[aria-current=true]')).toContainText(bob.email);
  await stream;
  expect(new Set(chunks)).toEqual(new Set([200]));
  const rack = await page.evaluate((key) => localStorage.getItem(key) ?? '', `keyrack:${server.origin}`);
  await follows(page, { origin: server.origin, rack }, [ada, bob, ada, bob, ada]);
});

demoTest('H15 the demo follows the session under its policy', async ({ demo, server }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await demo.open();
  const stream = demo.page.waitForResponse((response) => response.url().includes('/session/events') && response.status() === 200);
  await demo.signUp(ada);
  await stream;
  await demo.signUp(bob);
  const rack = await demo.page.evaluate((key) => localStorage.getItem(key) ?? '', `keyrack:${server.origin}`);
  await follows(demo.page, { origin: server.origin, rack }, [ada, bob, ada, bob, ada]);
});
