/** The forms for getting in and for one's own account, in every state: light and dark, at the width of a phone, by hand. */
import { isAccessible } from './axe.js';
import { expect, ORIGIN, type Page, test } from './components.js';

async function open(page: Page, state: string): Promise<void> {
  await page.goto(`${ORIGIN}/ways?state=${state}`);
  await expect(page.locator('.kr').first()).toBeVisible();
  await expect(page.locator('[aria-busy=true], .kr-wait')).toHaveCount(0);
}

const tab = (page: Page, name: string) => page.getByRole('tab', { name }).click();

/** Every state in which somebody meets them. */
async function visit(page: Page, see: (state: string) => Promise<void>): Promise<void> {
  for (const state of ['start', 'email', 'link', 'phone', 'enrol', 'profile', 'sign-up', 'sign-up-email', 'reset', 'magic']) {
    await open(page, state);
    await see(state);
  }
  await open(page, 'start');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'Please fill this in.' })).toHaveCount(2);
  await see('empty fields');
  await open(page, 'factor');
  await page.getByRole('button', { name: 'Use another way' }).click();
  await see('second factors to choose from');
  await page.getByRole('button', { name: 'Text message' }).click();
  await see('the last digits of a number');
  await open(page, 'sign-up-authenticator');
  await expect(page.locator('.kr-qr path')).toHaveCount(1);
  await see('an authenticator at sign-up');
  await open(page, 'waitlist');
  await page.getByLabel('Email address').fill('ada@example.com');
  await page.getByRole('button', { name: 'Join' }).click();
  await expect(page.getByRole('heading', { name: 'You are on the list' })).toBeFocused();
  await see('on the waiting list');
  await open(page, 'button');
  await page.getByRole('button', { name: /^Account: / }).click();
  await see('the user button');
  await open(page, 'account');
  for (const part of ['Profile', 'Addresses and numbers', 'Where you are signed in', 'Your data', 'Security']) {
    await tab(page, part);
    await expect(page.locator('.kr-wait')).toHaveCount(0);
    await see(part);
  }
  await page.getByRole('button', { name: 'Add an authenticator app' }).click();
  await expect(page.locator('.kr-qr path')).toHaveCount(1);
  await page.getByRole('button', { name: 'Make backup codes' }).click();
  await expect(page.getByRole('list', { name: 'Backup codes' }).getByRole('listitem')).toHaveCount(12);
  await page.getByRole('button', { name: /^Rename/ }).click();
  await see('an authenticator, backup codes and a passkey');
}

test('axe finds nothing to complain about in the forms, and at 320 pixels nothing is scrolled sideways', async ({ page }, info) => {
  test.slow();
  await page.setViewportSize({ width: 320, height: 740 });
  await visit(page, async (state) => {
    await isAccessible(page, state, async (colours) => {
      await page.screenshot({ path: info.outputPath(`${state} ${colours}.png`), fullPage: true });
    });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), state).toBeLessThanOrEqual(320);
    const controls = page.locator('.kr :is(button, select, input:not([type=checkbox], .kr-off)):visible');
    const small = await controls.evaluateAll((all) =>
      all
        .map((it) => ({ it: it.outerHTML.slice(0, 80), box: it.getBoundingClientRect() }))
        .filter(({ box }) => box.width < 24 || box.height < 24)
        .map(({ it }) => it),
    );
    expect(small, state).toEqual([]);
  });
});

test('what goes wrong moves nothing: the button stays where it is', async ({ page }) => {
  await open(page, 'start');
  const where = () => page.getByRole('button', { name: 'Sign in' }).boundingBox();
  const before = await where();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'Please fill this in.' })).toHaveCount(2);
  expect(await where()).toEqual(before);
  await expect(page.getByLabel('Email address or username')).toBeFocused();
});

test('the user button is closed by Escape, gives the focus back, and moves nothing', async ({ page }) => {
  await open(page, 'button');
  const opener = page.getByRole('button', { name: /^Account: / });
  const before = await opener.boundingBox();
  await opener.focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('.kr-panel')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(opener).toBeFocused();
  expect(await opener.boundingBox()).toEqual(before);
});
