/** The page of one's own account: what its owner changes there, and what is asked before. */
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, Hosted, somebody, test } from './pages.js';
import { someNumber } from './person.js';
import { adds, asShown, isIn, part, pressTwice, signOut } from './steps.js';

/** One red pixel. */
const PICTURE = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==', 'base64');

const rows = (page: Page, list: string) => page.getByRole('list', { name: list }).getByRole('listitem');

test('names and a picture; an address and a number are added, proved, made the first ones and removed', async ({ hosted }) => {
  const ada = somebody('Ada');
  const { page } = hosted;
  await hosted.signUp(ada, '/sign-up', 'phones');
  await part(hosted, 'Profile');
  await hosted.field('First name').fill('Augusta');
  await page.getByLabel('Picture').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: PICTURE });
  await hosted.button('Save').click();
  await expect(page.getByText('Saved.')).toBeVisible();
  const picture = page.locator('.kr-face img');
  await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);
  await part(hosted, 'Profile');
  await expect(hosted.field('First name')).toHaveValue('Augusta');
  await page.getByLabel('Remove the picture').check();
  await hosted.button('Save').click();
  await expect(picture).toHaveCount(0);

  const second = somebody('Augusta').email;
  await part(hosted, 'Addresses and numbers');
  await adds(hosted, 'Add an address', second);
  const emails = rows(page, 'Email addresses');
  await expect(emails).toHaveCount(2);
  await hosted.button(`Make ${second} the primary one`).click();
  await expect(emails.filter({ hasText: second })).toContainText('primary');
  await pressTwice(page, `Remove ${ada.email}`);
  await expect(emails).toHaveCount(1);

  const [phone, other] = [someNumber(), someNumber()];
  await adds(hosted, 'Add a number', phone);
  await adds(hosted, 'Add a number', other);
  const phones = rows(page, 'Phone numbers');
  await expect(phones.filter({ hasText: asShown(phone) })).toContainText('primary');
  await hosted.button(`Make ${asShown(other)} the primary one`).click();
  await expect(phones.filter({ hasText: asShown(other) })).toContainText('primary');
  await pressTwice(page, `Remove ${asShown(phone)}`);
  await expect(phones).toHaveCount(1);
  await pressTwice(page, `Remove ${asShown(other)}`);
  await expect(phones).toHaveCount(0);

  await signOut(hosted, 'phones');
  await hosted.open('/sign-in', 'phones');
  await hosted.fillSignIn(ada);
  await expect(page.getByText('That does not match.')).toBeVisible();
  await hosted.fillSignIn({ ...ada, email: second });
  await isIn(hosted, second);
});

test('a password is changed, removed, and set again after a mailed code has proved who is there', async ({ hosted, server }) => {
  const ada = somebody('Ada');
  const { page } = hosted;
  const form = page.getByRole('form', { name: 'Password', exact: true });
  const next = somebody('Ada').password;
  await hosted.signUp(ada, '/sign-up', 'phones');
  await part(hosted, 'Security');
  await form.getByLabel('Current password').fill('not the password');
  await form.getByLabel('New password').fill(next);
  await hosted.button('Change the password').click();
  await expect(form.getByLabel('Current password')).toBeFocused();
  await form.getByLabel('Current password').fill(ada.password);
  await hosted.button('Change the password').click();
  await expect(page.getByText('The password is changed.')).toBeVisible();

  await page.getByText('Remove the password').first().click();
  const removal = page.getByRole('form', { name: 'Remove the password' });
  await removal.getByLabel('Current password').fill(next);
  await removal.getByRole('button').click();
  await expect(page.getByText('You sign in without a password.')).toBeVisible();

  await server.advance(11 * 60_000);
  await form.getByLabel('New password').fill(ada.password);
  const dialog = page.getByRole('dialog', { name: 'Is it you?' });
  await hosted.button('Set a password').click();
  const code = await server.codeOf(ada.email, () => dialog.getByRole('button', { name: 'Send a code', exact: true }).click());
  await expect(dialog.getByText(/^A code is on its way to /)).toBeVisible();
  await dialog.getByRole('textbox', { name: 'Code' }).fill(code);
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(hosted.button('Change the password')).toBeVisible();
  await signOut(hosted, 'phones');
  await hosted.open('/sign-in', 'phones');
  await hosted.fillSignIn(ada);
  await isIn(hosted, ada.email);
});

test('sign-ins elsewhere are ended, one and all; the data is downloaded; a deleted account comes back when its owner signs in', async ({
  hosted,
  server,
  browser,
}) => {
  const ada = somebody('Ada');
  const { page } = hosted;
  await hosted.signUp(ada, '/sign-up', 'phones');
  const other = new Hosted(await (await browser.newContext()).newPage(), server);
  const comesAndGoes = async (end: () => Promise<void>): Promise<void> => {
    await other.open('/sign-in?prompt=login', 'phones');
    await other.fillSignIn(ada);
    await isIn(other, ada.email);
    await part(hosted, 'Where you are signed in');
    const all = rows(page, 'Where you are signed in');
    await expect(all).toHaveCount(2);
    await expect(all.filter({ hasText: 'this browser' })).toHaveCount(1);
    await end();
    await expect(all).toHaveCount(1);
    await other.open('/accounts', 'phones');
    await expect(other.page.getByText('You were signed out in another place.')).toBeVisible();
  };
  const one = rows(page, 'Where you are signed in').getByRole('button', { name: /^Sign out / });
  await comesAndGoes(async () => {
    await one.click();
    await one.click();
  });
  await comesAndGoes(() => pressTwice(page, 'Sign out everywhere else'));
  await other.page.context().close();

  await part(hosted, 'Your data');
  const [download] = await Promise.all([page.waitForEvent('download'), hosted.button('Download your data').click()]);
  const data = await readFile(await download.path(), 'utf8');
  expect(JSON.parse(data)).toBeTruthy();
  expect(data).toContain(ada.email);
  expect(data).not.toContain('$argon2');

  await page.getByText('Delete account').first().click();
  await page.getByRole('textbox', { name: /to go on/ }).fill(ada.email);
  await hosted.button('Delete account').click();
  await expect(page.getByText('You were signed out because the account was deleted.')).toBeVisible();
  await expect(page.getByText(/^The account will be deleted for good on .+ signing in to it takes that back\.$/)).toBeVisible();
  await hosted.open('/sign-in?prompt=login', 'phones');
  await hosted.fillSignIn(ada);
  await isIn(hosted, ada.email);
});
