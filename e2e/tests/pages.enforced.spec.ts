/** Where everybody is asked for a second factor and a number: what is missing is made up for on the way in. */
import { Device } from './authenticator.js';
import { expect, type Hosted, somebody, test } from './pages.js';
import { type Person, someNumber } from './person.js';
import { isIn, looksRight, signOut } from './steps.js';
import { App } from './totp.js';

test.use({ colorScheme: 'dark' });

/** Somebody whom the operator has made an account without names, who signs in for the first time. */
async function comes(hosted: Hosted, person: Person): Promise<void> {
  await hosted.server.makeAccount('enforced', { email: person.email, password: person.password });
  await hosted.open('/sign-in', 'enforced');
  await hosted.fillSignIn(person);
  await hosted.shows('Protect your account');
}

/** Fills in the number that is missing, which is proved the next time. */
async function completes(hosted: Hosted, phone: string): Promise<void> {
  await hosted.shows('Almost there');
  await hosted.field('Phone number').fill(phone);
  await hosted.button('Go on').click();
}

/** Types the code that is sent to the number, once that is done which it is sent for. */
async function proves(hosted: Hosted, phone: string, act: () => Promise<unknown>): Promise<void> {
  const code = await hosted.server.codeOf(phone, act);
  await hosted.shows('Check your phone');
  await hosted.enterCode(code);
}

/** Signs in and proves the number and a second factor, in the order in which they are asked for. */
async function provesBoth(hosted: Hosted, phone: string, signIn: () => Promise<unknown>, second: () => Promise<void>): Promise<void> {
  const steps = ['Check your phone', 'One more proof'];
  const before = (await hosted.server.codes(phone)).length;
  await signIn();
  while (steps.length > 0) {
    await hosted.shows(new RegExp(steps.join('|')));
    const [step] = steps.splice(steps.indexOf((await hosted.title.textContent()) ?? ''), 1);
    if (step === 'One more proof') {
      await second();
      continue;
    }
    await expect.poll(async () => (await hosted.server.codes(phone)).length, { intervals: [20] }).toBe(before + 1);
    await hosted.enterCode(await hosted.server.newestCode(phone));
  }
}

test('a sign-up proves address, number and app; a forgotten password comes back by the link, and the app is asked for', async ({
  hosted,
  server,
}) => {
  const [ada, phone] = [somebody('Ada'), someNumber()];
  const { page } = hosted;
  await hosted.open('/sign-up', 'enforced');
  await hosted.beginSignUp(ada, phone);
  const mailed = await server.newestCode(ada.email);
  await proves(hosted, phone, () => hosted.enterCode(mailed));
  await hosted.shows('Protect your account');
  await expect(page.getByRole('img', { name: /QR code/ })).toBeVisible();
  await looksRight(page, 'sign-up, an authenticator');
  const app = await App.scan(page, server);
  await hosted.enterCode('000000');
  await expect(hosted.field('Code')).toHaveAccessibleDescription(/That code is wrong/);
  await hosted.enterCode(await app.code());
  await isIn(hosted, ada.email);
  await signOut(hosted, 'enforced');

  await hosted.open('/forgot-password', 'enforced');
  await hosted.field('Email address').fill(ada.email);
  await hosted.button('Send a code').click();
  await hosted.shows('Check your mail');
  await page.goto(await server.newestLink(ada.email));
  await hosted.shows('Choose a new password');
  expect(page.url()).not.toContain('token');
  await page.reload();
  await hosted.shows('Choose a new password');
  const password = somebody('Ada').password;
  await page.getByLabel('New password', { exact: true }).fill(password);
  await hosted.button('Save and sign in').click();
  await hosted.shows('One more proof');
  await looksRight(page, 'a second factor after a new password');
  await hosted.enterCode(await app.code());
  await isIn(hosted, ada.email);
  await signOut(hosted, 'enforced');
  await hosted.open('/sign-in', 'enforced');
  await hosted.fillSignIn({ ...ada, password });
  await hosted.shows('One more proof');
});

test('an app is set up and a number filled in before there is a sign-in; at the next one both are proved', async ({ hosted, server }) => {
  const [ada, phone] = [somebody('Ada'), someNumber()];
  const { page } = hosted;
  await comes(hosted, ada);
  await expect(page.getByRole('img', { name: /QR code/ })).toBeVisible();
  await looksRight(page, 'a second factor to set up');
  await hosted.open('/accounts', 'enforced');
  await hosted.shows('Nobody is signed in');
  await page.goBack();
  const app = await App.scan(page, server);
  const codes = [await app.code(), await app.code()];
  await hosted.field('First code').fill(codes[0] ?? '');
  await hosted.field('Next code').fill(codes[1] ?? '');
  await hosted.button('Confirm').click();
  await hosted.shows('Almost there');
  await looksRight(page, 'a number is missing');
  await hosted.field('Phone number').fill('12');
  await hosted.button('Go on').click();
  await expect(hosted.field('Phone number')).toHaveAccessibleDescription(/Begin with the country code/);
  await completes(hosted, phone);
  await isIn(hosted, ada.email);
  await signOut(hosted, 'enforced');

  await hosted.open('/sign-in', 'enforced');
  await provesBoth(
    hosted,
    phone,
    () => hosted.fillSignIn(ada),
    async () => hosted.enterCode(await app.code()),
  );
  await isIn(hosted, ada.email);
});

test('a passkey is made before there is a sign-in, and is the second proof at the next one, or both at once', async ({ hosted }) => {
  const [ada, phone] = [somebody('Ada'), someNumber()];
  const { page } = hosted;
  const device = await Device.plug(page);
  await comes(hosted, ada);
  await hosted.button('Use a passkey').click();
  await completes(hosted, phone);
  await isIn(hosted, ada.email);
  expect(await device.count()).toBe(1);
  await signOut(hosted, 'enforced');

  await hosted.open('/sign-in', 'enforced');
  await provesBoth(
    hosted,
    phone,
    () => hosted.fillSignIn(ada),
    () => hosted.button('Use the passkey').click(),
  );
  await isIn(hosted, ada.email);
  await signOut(hosted, 'enforced');
  await hosted.open('/sign-in', 'enforced');
  await hosted.button('Use a passkey').click();
  await isIn(hosted, ada.email);
});

test('whoever begins with a passkey is sent the code of the step that is left', async ({ hosted }) => {
  const [ada, phone] = [somebody('Ada'), someNumber()];
  await Device.plug(hosted.page);
  await comes(hosted, ada);
  await hosted.button('Use a passkey').click();
  await completes(hosted, phone);
  await isIn(hosted, ada.email);
  await signOut(hosted, 'enforced');
  await hosted.open('/sign-in', 'enforced');
  await proves(hosted, phone, () => hosted.button('Use a passkey').click());
  await isIn(hosted, ada.email);
});
