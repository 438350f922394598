import { fileURLToPath } from 'node:url';
import { isAccessible } from './axe.js';
import { type Demo, expect, somebody, test } from './keyrack.js';

const NARROW = { width: 360, height: 740 };

/** Every state of the page that a person meets, one after another. */
async function visit(demo: Demo, see: (state: string) => Promise<void>): Promise<void> {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  const { page } = demo;
  await demo.open();
  await demo.showsNobody();
  await see('nobody is signed in');
  await demo.fillSignIn(ada.email, 'wrong password');
  await expect(page.getByRole('alert').filter({ hasText: 'wrong' })).toBeVisible();
  await see('a refused sign-in');
  await demo.beginSignUp(ada);
  await see('the question for the code');
  await demo.verify('12');
  await expect(page.getByRole('alert').filter({ hasText: 'code' })).toBeVisible();
  await see('a wrong code');
  await demo.verify(await demo.server.newestCode(ada.email));
  await demo.shows(ada);
  await see('one account');
  await page.getByRole('button', { name: 'Add account' }).click();
  await see('another account is being added');
  await demo.beginSignUp(bob);
  await demo.verify(await demo.server.newestCode(bob.email));
  await demo.shows(bob);
  await demo.callPrivateApi();
  await see('two accounts and an answer of the private API');
  await page.goto(`${demo.server.origin}/outbox`);
  await expect(page.getByRole('article').first()).toBeVisible();
  await see('the outbox');
}

test('axe finds nothing to complain about', async ({ demo }) => {
  await visit(demo, (state) => isAccessible(demo.page, state));
});

test.describe('at 360 pixels', () => {
  test.use({ viewport: NARROW });

  test('nothing has to be scrolled sideways', async ({ demo }) => {
    await visit(demo, async (state) => {
      expect(await demo.page.evaluate(() => document.documentElement.scrollWidth), state).toBeLessThanOrEqual(NARROW.width);
    });
  });
});

test('a picture for the README shows two accounts', async ({ demo }, info) => {
  // A test run leaves the tree as it was; the picture in docs/ is replaced on purpose only.
  const wanted = process.env['KEYRACK_WRITE_PICTURE'] === '1';
  const path = wanted ? fileURLToPath(new URL('../../docs/demo.png', import.meta.url)) : info.outputPath('demo.png');
  const [grace, ada] = [somebody('Grace'), somebody('Ada')];
  await demo.page.setViewportSize({ width: 1200, height: 800 });
  await demo.open();
  await demo.signUp({ ...grace, last: 'Hopper', email: wanted ? 'grace@example.com' : grace.email });
  await demo.signUp({ ...ada, last: 'Lovelace', email: wanted ? 'ada@example.com' : ada.email });
  await demo.callPrivateApi();
  await demo.page.mouse.move(0, 0);
  expect((await demo.page.screenshot({ path, fullPage: true })).byteLength).toBeGreaterThan(10_000);
});
