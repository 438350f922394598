/** Second factors and passkeys, set up on the account page and asked for at the next sign-in. */
import { Device } from './authenticator.js';
import { expect, somebody, test } from './pages.js';
import { isIn, looksRight, signOut } from './steps.js';
import { totp, untilNext } from './totp.js';

test.use({ colorScheme: 'dark' });

test('an authenticator and backup codes: set up on the account page, asked for at the next sign-in', async ({ hosted, server }) => {
  test.slow();
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
  await expect(page.getByRole('dialog').getByRole('textbox', { name: 'Password' })).toBeFocused();
  await looksRight(page, 'a fresh proof');
  await page.getByRole('dialog').getByRole('textbox', { name: 'Password' }).fill(ada.password);
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
  const list = page.getByRole('list', { name: 'Backup codes' }).getByRole('listitem');
  await expect(list).toHaveCount(12);
  const backup = await list.allTextContents();
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
  await signOut(hosted);
  // What the browser offers below the field is chosen by the device that says yes to whoever asks.
  await page.goto(hosted.url('/sign-in', 'ways'));
  await isIn(hosted, ada.email);
  await signOut(hosted);
  // Nobody is there to say yes to that; the button asks anew.
  await device.present(false);
  const offered = page.waitForResponse('**/auth/passkey/login/begin');
  await hosted.open('/sign-in', 'ways');
  // What is asked for below the field has been begun, and is not the button's.
  await offered;
  await page.route('**/auth/passkey/login/begin', async (route) => {
    await device.present(true);
    await route.continue();
  });
  await hosted.button('Use a passkey').click();
  await isIn(hosted, ada.email);
});
