import type { Page } from '@playwright/test';
import { isAccessible } from './axe.js';
import { answersAlone, ownChange } from './own-input.js';
import { expect, type Hosted, RESEND_MS, somebody, test } from './pages.js';

const NARROW = { width: 360, height: 740 };

/** Every state of the pages that a person meets, one after another. */
async function visit(hosted: Hosted, see: (state: string) => Promise<void>): Promise<void> {
  const [ada, bob] = [somebody('Ada'), somebody('A-rather-long-first-name-without-a-break')];
  const { page, server } = hosted;
  await page.clock.install();
  await hosted.open('/accounts');
  await see('nobody is signed in');
  await hosted.open('/sign-in');
  await see('the sign-in form');
  await hosted.button('Sign in').click();
  await expect(hosted.field('Email address')).toHaveAttribute('aria-invalid', 'true');
  await see('empty fields');
  await hosted.fillSignIn({ email: ada.email, password: 'not the password' });
  await expect(page.getByText('That does not match.')).toBeVisible();
  await see('a refused sign-in');
  await hosted.open('/sign-up');
  await see('the sign-up form');
  await hosted.beginSignUp(ada);
  await see('the question for the code');
  await hosted.enterCode('1');
  await expect(hosted.field('Code')).toHaveAttribute('aria-invalid', 'true');
  await page.clock.fastForward(RESEND_MS);
  // The server counts its own minute.
  await server.advance(RESEND_MS);
  const code = await server.codeOf(ada.email, () => hosted.button('Send a new code').click());
  await expect(page.getByRole('status').filter({ hasText: 'Only the newest' })).toBeVisible();
  await see('a wrong code, and a new one');
  await hosted.enterCode(code);
  await hosted.shows('Choose an account');
  await see('one account');
  await hosted.open('/sign-up?prompt=create');
  await hosted.beginSignUp({ ...bob, last: 'And-a-last-name-that-is-no-shorter' });
  await hosted.enterCode(await server.newestCode(bob.email));
  await hosted.shows('Choose an account');
  await see('two accounts');
  await hosted.open('/sign-in?redirect_uri=%2Foutbox');
  await see('two accounts that lead on');
  await server.advance(8 * 86_400_000);
  await hosted.open('/accounts');
  await expect(page.getByRole('link', { name: /Sign in again/ })).toHaveCount(2);
  await see('accounts that have ended');
  await hosted.open('/sign-in');
  await expect(page.getByText('You were signed out because')).toBeVisible();
  await see('why it ended');
  await hosted.open('/sign-in?redirect_uri=//evil.example');
  await see('an address that may not be followed');
  await hosted.open('/sign-up', 'closed');
  await see('sign-up is closed');
  await hosted.open('/sign-in', 'busy');
  await see('maintenance');
  await hosted.open('/sign-up', 'names');
  await see('the sign-up form with usernames');
  await hosted.open('/sign-in', 'own');
  await see('a look of its own');
  await page.route('**/session*', (route) => route.abort());
  await hosted.open('/accounts');
  await see('nothing can be reached');
}

test('axe finds nothing to complain about', async ({ hosted }, info) => {
  test.slow();
  let count = 0;
  await visit(hosted, async (state) => {
    count += 1;
    await isAccessible(hosted.page, state, async (colours) => {
      await hosted.page.screenshot({ path: info.outputPath(`${String(count).padStart(2, '0')} ${state} ${colours}.png`) });
      const ground = await hosted.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      if (!state.endsWith('of its own')) expect(ground).toBe(colours === 'light' ? 'rgb(245, 246, 245)' : 'rgb(17, 22, 20)');
    });
  });
});

test.describe('at 360 pixels', () => {
  test.use({ viewport: NARROW });

  test('nothing has to be scrolled sideways', async ({ hosted }, info) => {
    test.slow();
    let count = 0;
    await visit(hosted, async (state) => {
      expect(await hosted.page.evaluate(() => document.documentElement.scrollWidth), state).toBeLessThanOrEqual(NARROW.width);
      count += 1;
      await hosted.page.screenshot({ path: info.outputPath(`${String(count).padStart(2, '0')} ${state}.png`) });
    });
  });
});

/** How far things have moved by themselves since the page began or this was last asked. */
async function shift(page: Page): Promise<number> {
  return page.evaluate(() => {
    const kept = window as unknown as { shifts: number; observer: PerformanceObserver };
    for (const entry of kept.observer.takeRecords() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
      if (!entry.hadRecentInput) kept.shifts += entry.value;
    }
    const { shifts } = kept;
    kept.shifts = 0;
    return shifts;
  });
}

for (const [name, viewport] of Object.entries({ wide: { width: 1200, height: 800 }, narrow: NARROW })) {
  test.describe(`on a ${name} screen with a slow network`, () => {
    test.use({ viewport });

    test('nothing moves by itself, on no page and in no step', async ({ hosted }) => {
      test.slow();
      const { page } = hosted;
      await page.addInitScript(() => {
        const kept = window as unknown as { shifts: number; observer: PerformanceObserver };
        kept.shifts = 0;
        kept.observer = new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
            if (!entry.hadRecentInput) kept.shifts += entry.value;
          }
        });
        kept.observer.observe({ type: 'layout-shift', buffered: true });
      });
      await answersAlone(page, /\/auth\/|\/session/);
      await visit(hosted, async (state) => {
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
        expect(await shift(page), state).toBeLessThan(0.05);
      });
      // What this measures is seen when it happens.
      await ownChange(page);
      await page.evaluate(async () => {
        const block = Object.assign(document.createElement('div'), { textContent: 'late' });
        block.style.height = '12rem';
        document.querySelector('main')?.prepend(block);
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      });
      expect(await shift(page)).toBeGreaterThan(0.05);
    });
  });
}
