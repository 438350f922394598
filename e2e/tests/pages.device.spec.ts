/** `/device`: a program shows a code, and somebody who is signed in lets it in or keeps it out. */
import { expect } from '@playwright/test';
import { isAccessible } from './axe.js';
import { somebody, test } from './keyrack.js';
import type { Server } from './server.js';

test.use({ mode: 'production' });

interface Waiting {
  readonly user_code: string;
  readonly device_code: string;
}

async function posts(server: Server, path: string, body: object): Promise<{ status: number; data: unknown; code: string | undefined }> {
  const headers = { 'content-type': 'application/json', 'x-keyrack-session': '', 'user-agent': 'tool/1.0 (Linux)' };
  const answer = await fetch(`${server.origin}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const { data, errors } = (await answer.json()) as { data: unknown; errors: { code: string }[] | null };
  return { status: answer.status, data, code: errors?.[0]?.code };
}

async function begins(server: Server): Promise<Waiting> {
  return (await posts(server, '/device/begin', { program: 'tool' })).data as Waiting;
}

test('somebody types the code, sees what asks, and lets it in', async ({ demo, server, page }) => {
  const ada = somebody('Ada');
  await demo.open();
  await demo.signUp(ada);
  const waiting = await begins(server);
  await page.goto(`${server.origin}/device`);
  await isAccessible(page);
  await page.getByLabel('Code').fill('bcdf-ghjk');
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'No program waits with this code' })).toBeVisible();
  await page.getByLabel('Code').fill(waiting.user_code.toLowerCase());
  await page.getByLabel('Code').press('Enter');
  await expect(page.getByRole('heading', { name: 'Is this you?' })).toBeFocused();
  await expect(page.getByText('127.0.0.1')).toBeVisible();
  await expect(page.getByText(waiting.user_code)).toBeVisible();
  await isAccessible(page);
  await page.getByRole('button', { name: 'Yes, sign it in' }).click();
  await expect(page.getByRole('heading', { name: 'It is signed in' })).toBeFocused();
  await isAccessible(page);
  const { device_code } = waiting;
  expect((await posts(server, '/device/poll', { device_code })).status).toBe(200);
});

test('on a phone, in German, somebody who is signed out signs in first, and says no', async ({ demo, server, page }) => {
  const ada = somebody('Ada');
  await demo.open();
  await demo.signUp(ada);
  await demo.signOut(ada);
  const waiting = await begins(server);
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto(`${server.origin}/device?lang=de`);
  await page.getByRole('link', { name: 'Anmelden' }).click();
  await page.locator('input[name=identifier], input[name=email]').fill(ada.email);
  await page.locator('input[name=password]').fill(ada.password);
  await page.getByRole('button', { name: 'Anmelden', exact: true }).click();
  await expect(page).toHaveURL(/\/device/);
  await page.getByLabel('Code').fill(waiting.user_code);
  await page.getByRole('button', { name: /Weiter|Go on/ }).click();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(320);
  await page.getByRole('button', { name: /Nein, ablehnen|No, keep it out/ }).click();
  await expect(page.getByRole('heading', { name: /Es wurde abgelehnt|It was kept out/ })).toBeVisible();
  const { device_code } = waiting;
  expect((await posts(server, '/device/poll', { device_code })).code).toBe('access_denied');
});
