import type { Page } from '@playwright/test';
import { expect, type Hosted, type Kind, RESEND_MS, somebody, test } from './pages.js';

/** What is said in every alert region that says something. */
function alerts(page: Page): Promise<string[]> {
  return page.getByRole('alert').filter({ hasText: /\S/ }).allTextContents();
}

test('a deployment in maintenance says so and shows no form', async ({ hosted }) => {
  for (const path of ['/sign-in', '/sign-up', '/accounts']) {
    await hosted.open(path, 'busy');
    await hosted.shows('Back soon');
    await expect(hosted.page.getByRole('form')).toHaveCount(0);
  }
});

test('whoever wants to leave a deployment in maintenance can', async ({ hosted }) => {
  const { page } = hosted;
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await hosted.signUp(ada);
  await hosted.signUp(bob);
  await page.route('**/accounts', async (route) => {
    const response = await route.fetch();
    const html = (await response.text()).replace(/(maintenance_mode[^:]*:)false/, '$1true');
    await route.fulfill({ response, body: html });
  });
  await hosted.open('/accounts');
  await hosted.shows('Back soon');
  await expect(hosted.button(/Continue as/)).toHaveCount(0);
  await hosted.button(`Sign out ${ada.email}`).click();
  await expect(page.getByText(ada.email, { exact: true })).toHaveCount(0);
  await expect(page.getByText(bob.email, { exact: true })).toBeVisible();
});

test('where nobody signs up by themselves the page says so, and nothing leads there', async ({ hosted }) => {
  await hosted.open('/sign-up', 'closed');
  await hosted.shows('Sign-up is closed');
  await expect(hosted.page.getByRole('form')).toHaveCount(0);
  await hosted.page.getByRole('link', { name: 'Sign in' }).click();
  await hosted.shows('Sign in');
  await expect(hosted.page.getByRole('link', { name: 'Create an account' })).toHaveCount(0);
  await hosted.open('/accounts', 'closed');
  await expect(hosted.page.getByRole('link', { name: 'Create an account' })).toHaveCount(0);
});

test('where a browser holds one account, another one asks for a sign-out first', async ({ hosted }) => {
  const ada = somebody('Ada');
  await hosted.signUp(ada, '/sign-up', 'single');
  await hosted.shows('Choose an account');
  await expect(hosted.page.getByText('To use another account, sign out of this one first.')).toBeVisible();
  await expect(hosted.page.getByRole('link', { name: 'Use another account' })).toHaveCount(0);
  await hosted.open('/sign-in', 'single');
  await hosted.shows('Choose an account');
});

test('who is signed in chooses first, and may add an account', async ({ hosted }) => {
  const ada = somebody('Ada');
  await hosted.signUp(ada);
  await hosted.open('/sign-in');
  await hosted.shows('Choose an account');
  await hosted.open('/sign-up');
  await hosted.shows('Choose an account');
  await hosted.page.getByRole('link', { name: 'Create another account' }).click();
  await hosted.shows('Create an account');
  await hosted.open('/sign-in');
  await hosted.page.getByRole('link', { name: 'Use another account' }).click();
  await hosted.fillSignIn(ada);
  await expect(hosted.page.getByText('This account is signed in here already.')).toBeVisible();
});

test('who was signed out is told why, and signs in again or is forgotten', async ({ hosted, server }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  const { page } = hosted;
  await hosted.signUp(ada);
  await hosted.signUp(bob);
  await hosted.shows('Choose an account');
  await server.advance(8 * 86_400_000);
  await hosted.open('/sign-in');
  await expect(page.getByText('You were signed out because the account was not used for a while.')).toBeVisible();

  await hosted.open('/accounts');
  await hosted.shows('Choose an account');
  await expect(hosted.account(bob)).toContainText('You were signed out because');
  await hosted.button(`Remove ${ada.email} from this list`).click();
  await expect(hosted.account(ada)).toHaveCount(0);
  await expect(hosted.title).toBeFocused();
  await page.getByRole('link', { name: new RegExp(`Sign in again .*${bob.email}`) }).click();
  await expect(hosted.field('Email address')).toHaveValue(bob.email);
  await expect(hosted.password).toBeFocused();
  await hosted.fillSignIn(bob);
  await hosted.shows('Choose an account');
  await expect(page.getByRole('listitem')).toHaveCount(1);
});

test('a server that does not answer is tried again, at once when asked', async ({ hosted }) => {
  const { page } = hosted;
  let isAway = true;
  await page.route('**/session*', (route) => (isAway ? route.abort() : route.fallback()));
  // It would try again by itself: here no time passes.
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60_000);
  await page.goto(hosted.url('/sign-in'));
  await hosted.shows('Northwind cannot be reached');
  expect((await alerts(page)).join()).toContain('Check your connection.');
  isAway = false;
  const asked = page.waitForRequest('**/session*');
  await hosted.button('Try now').click();
  await asked;
  await page.clock.resume();
  await hosted.shows('Sign in');
});

test('a lost connection is said under the form, and the page says that it may be old', async ({ hosted }) => {
  const { page } = hosted;
  await hosted.open('/sign-in');
  await page.route(/\/(session|auth)/, (route) => route.abort());
  await hosted.fillSignIn(somebody('Ada'));
  await expect(page.getByText('The server could not be reached.')).toBeVisible();
  await expect(page.getByText('The server does not answer. What you see may be old.')).toBeVisible();
});

test('too many tries count down for the eye, and are said once', async ({ hosted }) => {
  const ada = somebody('Ada');
  const { page } = hosted;
  await page.clock.install();
  await hosted.open('/sign-in');
  // From here on a second passes when this test says so, however long the tries take.
  await page.clock.pauseAt(Date.now() + 60_000);
  await page.evaluate(() => {
    const said: string[] = [];
    Object.assign(window, { said });
    // What a screen reader would be told: changes in what is live and not hidden from it.
    new MutationObserver(() => {
      const texts = [...document.querySelectorAll('[role=alert]:not([aria-hidden])')].map(({ textContent }) => textContent);
      const text = texts.filter(Boolean).join('|');
      if (text && said.at(-1) !== text) said.push(text);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  const form = page.getByRole('form', { name: 'Sign in' });
  let wait = 0;
  for (let time = 0; time < 11; time += 1) {
    const answered = page.waitForResponse('**/auth/signin');
    await hosted.fillSignIn({ ...ada, password: 'not the password' });
    const response = await answered;
    await response.finished();
    await expect(hosted.button('Sign in')).toHaveAttribute('aria-busy', 'false');
    wait = Number(response.headers()['retry-after'] ?? 0);
    if (response.status() === 429) break;
  }
  // Of fifteen seconds, less what has passed on the server since the last try that was judged.
  expect(wait).toBeGreaterThan(5);
  expect(wait).toBeLessThanOrEqual(15);
  await expect(form.getByText('Too many tries. You can try again in').first()).toContainText(`${wait} seconds`);
  await expect(hosted.button('Sign in')).toHaveAttribute('aria-disabled', 'true');
  let requests = 0;
  page.on('request', (request) => (requests += Number(request.url().endsWith('/auth/signin'))));
  await hosted.button('Sign in').click({ force: true });
  await page.clock.runFor(5000);
  await expect(form.locator('[aria-hidden=true]').filter({ hasText: `in ${wait - 5} seconds` })).toBeVisible();
  await page.clock.runFor(11_000);
  await expect(form.getByText('You can try again now.')).toBeVisible();
  expect(requests).toBe(0);
  const said = await page.evaluate(() => (window as unknown as { said: string[] }).said);
  expect(said.filter((text) => text.includes('Too many tries'))).toHaveLength(1);
  expect(said.at(-1)).toBe('You can try again now.');
});

test('a wrong, an empty and an expired code are told apart, and a new one is sent', async ({ hosted, server }) => {
  const ada = somebody('Ada');
  const { page } = hosted;
  await page.clock.install();
  await hosted.open('/sign-up');
  await hosted.beginSignUp(ada);
  const code = await server.newestCode(ada.email);
  await hosted.enterCode('');
  await expect(hosted.field('Code')).toHaveAccessibleDescription('Type the six digits from the message.');
  await hosted.enterCode(code === '000000' ? '000001' : '000000');
  await expect(hosted.field('Code')).toHaveAccessibleDescription(/That code is wrong/);
  await server.advance(11 * 60_000);
  await hosted.enterCode(code);
  await expect(hosted.field('Code')).toHaveAccessibleDescription(/That code has expired/);
  await page.clock.fastForward(RESEND_MS);
  await hosted.button('Send a new code').click();
  await expect(page.getByRole('status').filter({ hasText: 'Only the newest one works' })).toBeVisible();
  await expect.poll(() => server.newestCode(ada.email)).not.toBe(code);
  const [digits, rest] = [(await server.newestCode(ada.email)).slice(0, 3), (await server.newestCode(ada.email)).slice(3)];
  await hosted.enterCode(` ${digits} - ${rest} `);
  await hosted.shows('Choose an account');
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the page says that it needs it, in the language of the page', async ({ hosted }) => {
    for (const [query, text] of [
      ['', 'This page needs JavaScript.'],
      ['?lang=de', 'Diese Seite braucht JavaScript.'],
    ]) {
      await hosted.page.goto(hosted.url(`/sign-in${query}`));
      await expect(hosted.page.locator('noscript p')).toBeVisible();
      await expect(hosted.page.locator('noscript p')).toContainText(text ?? '');
    }
  });
});

test('the pages speak German, all of them', async ({ hosted, server }) => {
  const ada = somebody('Ada');
  const { page } = hosted;
  await page.goto(hosted.url('/sign-up?ui_locales=de'));
  await hosted.shows('Konto erstellen');
  await hosted.field('Vorname').fill('Ada');
  await hosted.field('E-Mail-Adresse').fill(ada.email);
  await page.getByLabel('Passwort', { exact: true }).fill('kurz');
  await hosted.button('Konto erstellen').click();
  await expect(page.getByText('Das ist zu kurz. Nehmen Sie mindestens 15 Zeichen.')).toBeVisible();
  await page.getByLabel('Passwort', { exact: true }).fill(ada.password);
  await hosted.button('Konto erstellen').click();
  await hosted.shows('Sehen Sie in Ihr Postfach');
  await hosted.field('Code').fill(await server.newestCode(ada.email));
  await hosted.button('Bestätigen').click();
  await expect(hosted.title).toHaveText(/Konto auswählen|Choose an account/);
});

/** Names, roles and autocomplete of the fields of a form, in their order. */
async function fields(hosted: Hosted, path: string, kind: Kind): Promise<string[]> {
  await hosted.open(path, kind);
  return hosted.page.locator('form input').evaluateAll((inputs) =>
    (inputs as HTMLInputElement[]).map(({ name, type, autocomplete }) => `${name} ${type} ${autocomplete}`),
  );
}

test('password managers find what they look for', async ({ hosted }) => {
  const { page } = hosted;
  expect(await fields(hosted, '/sign-in', 'app')).toEqual([
    'identifier email username',
    'password password current-password',
  ]);
  expect(await fields(hosted, '/sign-in', 'names')).toEqual([
    'identifier text username',
    'password password current-password',
  ]);
  expect(await fields(hosted, '/sign-up', 'names')).toEqual([
    'first_name text given-name',
    'last_name text family-name',
    'username text username',
    'email email email',
    'password password new-password',
  ]);
  expect(await fields(hosted, '/sign-up', 'app')).toEqual([
    'first_name text given-name',
    'last_name text family-name',
    'email email username',
    'password password new-password',
  ]);
  await expect(page.locator('form')).toHaveAttribute('action', 'sign-up');
  await expect(page.locator('form')).toHaveAttribute('method', 'post');
  const ada = somebody('Ada');
  await hosted.beginSignUp(ada);
  await expect(page.locator('form input[autocomplete=username]')).toHaveValue(ada.email);
  await expect(page.locator('form input[autocomplete=one-time-code]')).toHaveAttribute('name', 'code');
  await expect(page.locator('form input[autocomplete=one-time-code]')).toHaveAttribute('inputmode', 'numeric');
});
