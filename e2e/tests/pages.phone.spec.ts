/** A phone number as a way in and as a second proof; a passkey as a second proof, and what an account asks of its owner. */
import { Device } from './authenticator.js';
import { expect, RESEND_MS, somebody, test } from './pages.js';
import { someNumber } from './person.js';
import { adds, isIn, looksRight, part, pressTwice, signOut } from './steps.js';

test.use({ colorScheme: 'dark' });

test('a number is proved at sign-up, and the account is signed in', async ({ hosted, server }) => {
  const [ada, phone] = [somebody('Ada'), someNumber()];
  await hosted.open('/sign-up', 'phones');
  await hosted.beginSignUp(ada, phone);
  const mailed = await server.newestCode(ada.email);
  const texted = await server.codeOf(phone, () => hosted.enterCode(mailed));
  await hosted.shows('Check your phone');
  await hosted.enterCode(texted);
  await isIn(hosted, ada.email);
});

test('a number signs in by itself, and is the second proof after a password', async ({ hosted, server }) => {
  const [ada, phone] = [somebody('Ada'), someNumber()];
  const { page } = hosted;
  await hosted.signUp(ada, '/sign-up', 'phones');
  await part(hosted, 'Addresses and numbers');
  await adds(hosted, 'Add a number', phone);
  await signOut(hosted, 'phones');

  await hosted.open('/sign-in', 'phones');
  await hosted.button('Get a code by text message').click();
  await hosted.field('Phone number').fill('0151 23');
  await hosted.button('Send a code').click();
  await expect(hosted.field('Phone number')).toHaveAccessibleDescription(/Begin with the country code/);
  await looksRight(page, 'a number to sign in by');
  await hosted.field('Phone number').fill(`${phone.slice(0, 3)} ${phone.slice(3, 6)} ${phone.slice(6)}`);
  await server.advance(RESEND_MS);
  const first = await server.codeOf(phone, () => hosted.button('Send a code').click());
  await hosted.shows('Check your phone');
  await looksRight(page, 'a code by text message');
  await hosted.enterCode(first === '000000' ? '111111' : '000000');
  await expect(hosted.field('Code')).toHaveAccessibleDescription(/That code is wrong/);
  // The number was the first proof: it is no second one, and one SIM card is not enough.
  const mailed = await server.codeOf(ada.email, () => hosted.enterCode(first));
  await hosted.shows('Check your mail');
  await hosted.enterCode(mailed);
  await isIn(hosted, ada.email);
  await signOut(hosted, 'phones');

  await hosted.open('/sign-in', 'phones');
  await hosted.fillSignIn(ada);
  await hosted.shows('One more proof');
  const digits = hosted.field('Last four digits of the number');
  await digits.fill('0000');
  await hosted.button('Send a code').click();
  await expect(page.getByText(/no phone number that ends with these digits/)).toBeVisible();
  await looksRight(page, 'the last digits of a number');
  await digits.fill(phone.slice(-4));
  const second = await server.codeOf(phone, () => hosted.button('Send a code').click());
  await expect(page.getByText('on its way to your phone')).toBeVisible();
  await hosted.enterCode(second);
  await isIn(hosted, ada.email);
});

test('a passkey: asked for after a password, not asked for where the owner says so, and removed', async ({ hosted }) => {
  const ada = somebody('Ada');
  const { page } = hosted;
  await Device.plug(page);
  await hosted.signUp(ada, '/sign-up', 'phones');
  await part(hosted, 'Security');
  const policy = page.getByRole('combobox', { name: 'Ask for a second factor at sign-in' });
  const asksFor = async (when: string): Promise<void> => {
    await policy.selectOption(when);
    // A form that has a button is sent by it; otherwise the choice is enough.
    const save = page.getByRole('form', { name: 'Ask for a second factor at sign-in' }).getByRole('button');
    if ((await save.count()) > 0) await save.click();
  };
  await asksFor('always');
  await expect(page.getByText('Your account has no second factor. Set one up first.')).toBeVisible();
  await hosted.button('Add a passkey').click();
  await expect(page.getByText('The passkey is added.')).toBeVisible();
  const row = page.getByRole('list', { name: 'Passkeys' }).getByRole('listitem');
  await signOut(hosted, 'phones');

  await hosted.open('/sign-in', 'phones');
  await hosted.fillSignIn(ada);
  await hosted.shows('One more proof');
  await looksRight(page, 'a passkey as a second factor');
  await hosted.button('Use the passkey').click();
  await isIn(hosted, ada.email);

  await part(hosted, 'Security');
  await expect(row).toContainText('last used');
  await expect(policy).toHaveValue('optional');
  await asksFor('never');
  await expect(page.getByText('Saved.')).toBeVisible();
  await signOut(hosted, 'phones');
  await hosted.open('/sign-in', 'phones');
  await hosted.fillSignIn(ada);
  await isIn(hosted, ada.email);

  await part(hosted, 'Security');
  await pressTwice(page, 'Remove Chrome on Linux');
  await expect(page.getByText('No passkeys yet.')).toBeVisible();
});

test('a passkey is renamed', async ({ hosted }) => {
  const { page } = hosted;
  await Device.plug(page);
  await hosted.signUp(somebody('Ada'), '/sign-up', 'phones');
  await part(hosted, 'Security');
  await hosted.button('Add a passkey').click();
  const row = page.getByRole('list', { name: 'Passkeys' }).getByRole('listitem');
  await row.getByRole('button', { name: /^Rename / }).click();
  await hosted.field('Name of the passkey').fill('Laptop of the library');
  await row.getByRole('button', { name: 'Save' }).click();
  await expect(row).toContainText('Laptop of the library');
  await part(hosted, 'Security');
  await expect(row).toContainText('Laptop of the library');
});
