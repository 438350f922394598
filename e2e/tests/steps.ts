/** What walks through the ways in have in common. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, type Hosted, test } from './pages.js';

/** Nothing to complain about, at the width of a phone too: checked at each step that a test comes by. */
export async function looksRight(page: Page, what: string): Promise<void> {
  // What is loaded when it is shown has come; only what turns until then never ends.
  await expect(page.locator('.spinner, .kr-wait[role=status]')).toHaveCount(0);
  await page.evaluate(() => document.getAnimations().forEach((one) => one.finish()));
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`), what).toEqual([]);
  const { width, height } = page.viewportSize() ?? { width: 1280, height: 720 };
  await page.setViewportSize({ width: 360, height: 740 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth), `${what}, on a phone`).toBeLessThanOrEqual(360);
  await page.screenshot({ path: test.info().outputPath(`${what}.png`), fullPage: true });
  await page.setViewportSize({ width, height });
}

/** Signs out, so that the next sign-in begins with nothing. */
export async function signOut(hosted: Hosted): Promise<void> {
  await hosted.open('/accounts', 'ways');
  await hosted.button(/^Sign out /).first().click();
  await hosted.shows('Nobody is signed in');
}

/** The account is signed in, and its browser shows that. */
export async function isIn(hosted: Hosted, email: string): Promise<void> {
  await hosted.shows('Choose an account');
  await expect(hosted.page.getByText(email, { exact: true })).toBeVisible();
}
