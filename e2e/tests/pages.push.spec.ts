/** Pages that the server itself serves, under their strict policies: what is done on another device shows in them. */
import { expect, somebody, test as base } from './pages.js';
import { test as demoTest } from './keyrack.js';

/** Within how many milliseconds it must show. */
const PUSHED_MS = 1_000;

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
  for (const person of [ada, bob, ada]) {
    await switchElsewhere(server.origin, rack, person.email);
    await expect(page.locator('[aria-current=true]')).toContainText(person.email, { timeout: PUSHED_MS });
  }
});

demoTest('H15 the demo follows the session under its policy', async ({ demo, server }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await demo.open();
  const stream = demo.page.waitForResponse((response) => response.url().includes('/session/events') && response.status() === 200);
  await demo.signUp(ada);
  await stream;
  await demo.signUp(bob);
  const rack = await demo.page.evaluate((key) => localStorage.getItem(key) ?? '', `keyrack:${server.origin}`);
  for (const person of [ada, bob]) {
    await switchElsewhere(server.origin, rack, person.email);
    await expect(demo.page.locator('[aria-current=true]')).toContainText(person.email, { timeout: PUSHED_MS });
  }
});
