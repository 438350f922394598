import type { Page } from '@playwright/test';
import { expect, RESEND_MS, somebody, test } from './pages.js';

/** The accessible name of what has the focus; it fails when nobody could see that it has it. */
async function focused(page: Page): Promise<string> {
  const focus = page.locator(':focus');
  await expect(focus).toHaveCount(1);
  const look = await focus.evaluate((element) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return { isTitle: element.tagName === 'H1', isSeen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 };
  });
  // The title gets the focus so that it is read, and is no control.
  expect(look.isSeen || look.isTitle, 'the focus can be seen').toBe(true);
  return focus.evaluate((element) => {
    const input = element as HTMLInputElement;
    const label = input.labels?.[0]?.textContent;
    return (element.getAttribute('aria-label') ?? label ?? element.textContent ?? '').replace(/\s+/g, ' ').trim();
  });
}

/** Waits until this has the focus. */
async function isFocused(page: Page, name: string): Promise<void> {
  await expect.poll(() => focused(page), { intervals: [50] }).toBe(name);
}

/** Presses Tab until this has the focus; names everything on the way. */
async function tabTo(page: Page, name: RegExp, most = 12): Promise<string[]> {
  const way: string[] = [];
  for (let step = 0; step < most; step += 1) {
    await page.keyboard.press('Tab');
    way.push(await focused(page));
    if (name.test(way.at(-1) ?? '')) return way;
  }
  throw new Error(`${name} was not reached by way of ${way.join(', ')}`);
}

test('by keyboard alone: sign-up, code, accounts, another account, switch, sign-out', async ({ hosted, server }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  const { page } = hosted;
  await page.clock.install();
  const keys = page.keyboard;

  await hosted.open('/sign-up');
  await isFocused(page, 'First name optional');
  await keys.press('Enter');
  // What is missing is said where it is missing, and the focus is there.
  await isFocused(page, 'Email address');
  await expect(page.locator(':focus')).toHaveAccessibleDescription('Please fill this in.');
  await expect(page.locator(':focus')).toHaveAttribute('aria-invalid', 'true');
  await keys.type(ada.email);
  await expect(page.locator(':focus')).not.toHaveAttribute('aria-invalid', 'true');
  expect(await tabTo(page, /Show password/)).toEqual(['Password', 'Show password']);
  await keys.press('Space');
  await keys.press('Shift+Tab');
  await expect(page.locator(':focus')).toHaveAttribute('type', 'text');
  await keys.type('short');
  await keys.press('Enter');
  await isFocused(page, 'Password');
  await expect(page.locator(':focus')).toHaveAccessibleDescription('That is too short. Use at least 15 characters.');
  await keys.press('Control+A');
  await keys.type(ada.password);
  await keys.press('Enter');

  await hosted.shows('Check your mail');
  await expect(hosted.field('Code')).toBeFocused();
  await keys.type('12');
  await keys.press('Enter');
  await expect(page.locator(':focus')).toHaveAccessibleDescription(/That code is wrong/);
  expect(await tabTo(page, /Send a new code/)).toEqual(['Confirm', 'Send a new code']);
  await keys.press('Enter');
  await expect(page.getByText('You can ask for a new code in')).toBeVisible();
  await page.clock.fastForward(RESEND_MS);
  await expect(page.getByText('You can ask for a new code in')).toHaveCount(0);
  // The server counts its own minute.
  await server.advance(RESEND_MS);
  const code = await server.codeOf(ada.email, () => keys.press('Enter'));
  await expect(page.getByRole('status').filter({ hasText: 'Only the newest' })).toBeVisible();
  await isFocused(page, 'Send a new code');
  await keys.press('Shift+Tab');
  await keys.press('Shift+Tab');
  await keys.press('Control+A');
  await keys.type(code);
  await keys.press('Enter');

  await hosted.shows('Choose an account');
  await tabTo(page, /Use another account/);
  await keys.press('Enter');
  await hosted.shows('Sign in');
  await expect(hosted.field('Email address')).toBeFocused();
  await keys.type(ada.email);
  await keys.press('Tab');
  await keys.type('not the password');
  await keys.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: 'That does not match.' })).toBeVisible();
  await isFocused(page, 'Password');

  await hosted.signUp(bob);
  await hosted.shows('Choose an account');
  await tabTo(page, new RegExp(`^Continue as .*${ada.email}`));
  await keys.press('Enter');
  await expect(page.getByRole('status').filter({ hasText: `${ada.email} is active now.` })).toHaveCount(1);
  await expect(page.locator('[aria-current=true]')).toContainText(ada.email);
  await tabTo(page, new RegExp(`^Sign out ${bob.email}`));
  await keys.press('Space');
  await expect(hosted.account(bob)).toHaveCount(0);
  await expect(page.getByRole('status').filter({ hasText: `${bob.email} is signed out.` })).toHaveCount(1);
  await expect(hosted.title).toBeFocused();
  await tabTo(page, new RegExp(`^Sign out ${ada.email}`));
  await keys.press('Enter');
  await hosted.shows('Nobody is signed in');
  await expect(hosted.title).toBeFocused();
  expect(await tabTo(page, /Sign in/)).toEqual(['Sign in']);
});
