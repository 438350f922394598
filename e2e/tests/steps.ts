/** What walks through the ways in have in common. */
import type { Page } from '@playwright/test';
import { isAccessible } from './axe.js';
import { expect, type Hosted, type Kind, test } from './pages.js';

/** Nothing to complain about, at the width of a phone too: checked at each step that a test comes by. */
export async function looksRight(page: Page, what: string): Promise<void> {
  // What is loaded when it is shown has come; only what turns until then never ends.
  await expect(page.locator('.spinner, .kr-wait[role=status]')).toHaveCount(0);
  await isAccessible(page, what);
  const { width, height } = page.viewportSize() ?? { width: 1280, height: 720 };
  await page.setViewportSize({ width: 360, height: 740 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth), `${what}, on a phone`).toBeLessThanOrEqual(360);
  await page.screenshot({ path: test.info().outputPath(`${what}.png`), fullPage: true });
  await page.setViewportSize({ width, height });
}

/** Signs out, so that the next sign-in begins with nothing. */
export async function signOut(hosted: Hosted, kind: Kind = 'ways'): Promise<void> {
  await hosted.open('/accounts', kind);
  await hosted.button(/^Sign out /).first().click();
  await hosted.shows('Nobody is signed in');
}

/** The account is signed in, and its browser shows that. */
export async function isIn(hosted: Hosted, email: string): Promise<void> {
  await hosted.shows('Choose an account');
  await expect(hosted.page.getByText(email, { exact: true })).toBeVisible();
}

/** Presses what cannot be taken back, and once more when it asks. */
export async function pressTwice(page: Page, label: string): Promise<void> {
  await page.getByRole('button', { name: label, exact: true }).click();
  await page.getByRole('button', { name: `${label}: are you sure?` }).click();
}

/** Opens a part of the account page. */
export async function part(hosted: Hosted, name: string, kind: Kind = 'phones'): Promise<void> {
  await hosted.open('/account', kind);
  await hosted.page.getByRole('tab', { name }).click();
}

/** A number of Germany as lists show it; an address as it is. */
export function asShown(contact: string): string {
  return contact.replace(/^\+49/, '+49 ');
}

/** Adds an address or a number on the account page, and proves it with the code that is sent there. */
export async function adds(hosted: Hosted, what: string, contact: string): Promise<void> {
  const form = hosted.page.getByRole('form', { name: what });
  await form.getByRole('textbox').fill(contact);
  const code = await hosted.server.codeOf(contact, () => form.getByRole('button').click());
  const proof = hosted.page.getByRole('form', { name: `Confirm ${asShown(contact)}` });
  await proof.getByRole('textbox', { name: 'Code' }).fill(code);
  await proof.getByRole('button', { name: 'Confirm' }).click();
  await expect(proof).toHaveCount(0);
}
