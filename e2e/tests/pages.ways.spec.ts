/** Each way in, walked through from the hosted page as a person would, against the real server. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { Device } from './authenticator.js';
import { expect, Hosted, RESEND_MS, somebody, test } from './pages.js';
import { totp, untilNext } from './totp.js';

/** Nothing to complain about, at the width of a phone too: checked at each step that a test comes by. */
async function looksRight(page: Page, what: string): Promise<void> {
  await page.evaluate(() => document.getAnimations().forEach((one) => one.finish?.()));
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`), what).toEqual([]);
  const { width, height } = page.viewportSize() ?? { width: 1280, height: 720 };
  await page.setViewportSize({ width: 360, height: 740 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth), `${what}, on a phone`).toBeLessThanOrEqual(360);
  await page.screenshot({ path: test.info().outputPath(`${what}.png`), fullPage: true });
  await page.setViewportSize({ width, height });
}

/** Signs out, so that the next sign-in begins with nothing. */
async function signOut(hosted: Hosted): Promise<void> {
  await hosted.open('/accounts', 'ways');
  await hosted.button(/^Sign out /).first().click();
  await hosted.shows('Nobody is signed in');
}

async function isIn(hosted: Hosted, email: string): Promise<void> {
  await hosted.shows('Choose an account');
  await expect(hosted.page.getByText(email, { exact: true })).toBeVisible();
}

test.describe('in dark colours', () => {
  test.use({ colorScheme: 'dark' });

  test('a code by mail: another one after a minute, and a link that shows the code elsewhere', async ({ hosted, server, browser }) => {
    test.setTimeout(120_000);
    const ada = somebody('Ada');
    const { page } = hosted;
    await page.clock.install();
    await hosted.signUp(ada, '/sign-up?prompt=create', 'ways');
    await signOut(hosted);

    await hosted.open('/sign-in', 'ways');
    await looksRight(page, 'all ways');
    await hosted.button('Get a code by mail').click();
    await hosted.field('Email address').fill(ada.email);
    await hosted.button('Send a code').click();
    await hosted.shows('Check your mail');
    await looksRight(page, 'a code by mail');
    const first = await server.newestCode(ada.email);
    await server.advance(RESEND_MS);
    await page.clock.fastForward(RESEND_MS);
    await hosted.button('Send a new code').click();
    await expect.poll(() => server.newestCode(ada.email)).not.toBe(first);
    await hosted.enterCode(first);
    await expect(hosted.field('Code')).toHaveAccessibleDescription(/That code is wrong/);
    await page.reload();
    await hosted.shows('Check your mail');
    await hosted.enterCode(await server.newestCode(ada.email));
    await isIn(hosted, ada.email);
    await signOut(hosted);

    await hosted.open('/sign-in', 'ways');
    await hosted.button('Get a link by mail').click();
    await hosted.field('Email address').fill(ada.email);
    await server.advance(RESEND_MS);
    await hosted.button('Send a link').click();
    await expect(page.getByText('A link is on its way')).toBeVisible();
    await looksRight(page, 'a link by mail');
    const link = await server.newestLink(ada.email);

    const other = new Hosted(await (await browser.newContext({ colorScheme: 'dark' })).newPage(), server);
    await other.page.goto(link);
    await other.shows('This link was asked for elsewhere');
    await looksRight(other.page, 'a link of another browser');
    const code = (await other.page.locator('.kr-code').textContent()) ?? '';
    expect(code).toMatch(/^\d{6}$/);
    await other.open('/accounts', 'ways');
    await other.shows('Nobody is signed in');
    await other.page.context().close();

    const tab = new Hosted(await page.context().newPage(), server);
    await tab.page.goto(link);
    await tab.shows('Sign in with this link');
    await tab.button('Sign in').click();
    await isIn(tab, ada.email);
    // The tab that waited goes on by itself.
    await isIn(hosted, ada.email);
    await tab.page.goto(link);
    await tab.shows('This link does not work');
    await looksRight(tab.page, 'a link that was used');
  });

  test('an authenticator and backup codes: set up on the account page, asked for at the next sign-in', async ({ hosted, server }) => {
    test.setTimeout(120_000);
    const ada = somebody('Ada');
    const { page } = hosted;
    await hosted.signUp(ada, '/sign-up?prompt=create', 'ways');
    await hosted.open('/account', 'ways');
    for (const part of ['Profile', 'Addresses and numbers', 'Where you are signed in', 'Your data', 'Security']) {
      await page.getByRole('tab', { name: part }).click();
      await looksRight(page, `account, ${part}`);
    }
    await server.advance(11 * 60_000);
    await hosted.button('Add an authenticator app').click();
    // The proof is too old by now.
    await expect(page.getByRole('dialog', { name: 'Is it you?' })).toBeVisible();
    await looksRight(page, 'a fresh proof');
    await page.getByRole('dialog').getByLabel('Password').fill(ada.password);
    await page.getByRole('dialog').getByRole('button', { name: 'Confirm' }).click();
    await expect(page.getByRole('img', { name: /QR code/ })).toBeVisible();
    await looksRight(page, 'an authenticator');
    const secret = ((await page.locator('.kr-secret').textContent()) ?? '').replaceAll(' ', '');
    const codes: string[] = [];
    codes.push(totp(secret, await server.now()));
    await server.advance(untilNext(await server.now()));
    codes.push(totp(secret, await server.now()));
    await page.getByLabel('First code').fill(codes[0] ?? '');
    await page.getByLabel('Next code').fill(codes[1] ?? '');
    await hosted.button('Confirm').click();
    await expect(page.getByText('The authenticator app is added.')).toBeVisible();
    await hosted.button('Make backup codes').click();
    const backup = await page.getByRole('list', { name: 'Backup codes' }).getByRole('listitem').allTextContents();
    expect(backup.length).toBe(12);
    await looksRight(page, 'backup codes');
    await hosted.button('I have kept them').click();
    await signOut(hosted);

    for (const way of ['Authenticator app', 'Backup code']) {
      await hosted.open('/sign-in', 'ways');
      await hosted.fillSignIn(ada);
      await hosted.shows('One more proof');
      await looksRight(page, `second factor, ${way}`);
      if (way === 'Backup code') {
        await hosted.button('Use another way').click();
        await looksRight(page, 'second factors to choose from');
        await hosted.button('Backup code').click();
        await hosted.enterCode(backup[0] ?? '');
      } else {
        await hosted.enterCode('000000');
        await expect(hosted.field('Code')).toHaveAccessibleDescription(/That code is wrong/);
        await server.advance(untilNext(await server.now()));
        await hosted.enterCode(totp(secret, await server.now()));
      }
      await isIn(hosted, ada.email);
      await signOut(hosted);
    }
  });

  test('a passkey: made on the account page, used below the field and by the button', async ({ hosted }) => {
    const ada = somebody('Ada');
    const { page } = hosted;
    const device = await Device.plug(page);
    await hosted.signUp(ada, '/sign-up?prompt=create', 'ways');
    await hosted.open('/account', 'ways');
    await page.getByRole('tab', { name: 'Security' }).click();
    await hosted.button('Add a passkey').click();
    await expect(page.getByText('The passkey is added.')).toBeVisible();
    expect(await device.count()).toBe(1);
    await looksRight(page, 'a passkey');
    await device.present(false);
    await signOut(hosted);
    await hosted.open('/sign-in', 'ways');
    // What the browser offers below the field is chosen by the device that says yes.
    await device.present(true);
    await isIn(hosted, ada.email);
    await signOut(hosted);
    await device.present(false);
    await hosted.open('/sign-in', 'ways');
    await device.present(true);
    await hosted.button('Use a passkey').click();
    await isIn(hosted, ada.email);
  });

  test('a forgotten password: the code, a new password, and elsewhere everybody is out', async ({ hosted, server, browser }) => {
    const ada = somebody('Ada');
    const { page } = hosted;
    const other = new Hosted(await (await browser.newContext()).newPage(), server);
    await hosted.signUp(ada, '/sign-up?prompt=create', 'ways');
    await other.open('/sign-in', 'ways');
    await other.fillSignIn(ada);
    await isIn(other, ada.email);
    await signOut(hosted);
    await hosted.open('/sign-in', 'ways');
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await hosted.shows('Forgot your password?');
    await looksRight(page, 'a forgotten password');
    await hosted.field('Email address').fill(ada.email);
    await server.advance(RESEND_MS);
    await hosted.button('Send a code').click();
    await hosted.shows('Check your mail');
    await hosted.enterCode(await server.newestCode(ada.email));
    await hosted.shows('Choose a new password');
    await looksRight(page, 'a new password');
    await page.getByLabel('New password', { exact: true }).fill(somebody('Ada').password);
    await hosted.button('Save and sign in').click();
    await isIn(hosted, ada.email);
    await other.open('/accounts', 'ways');
    await expect(other.page.getByText('You were signed out because your password changed.')).toBeVisible();
    await other.page.context().close();
  });
});
