import { expect, somebody, test } from './pages.js';

test('from the first sign-up to the last sign-out, with two accounts', async ({ hosted, server }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  const { page } = hosted;
  await hosted.open('/accounts');
  await hosted.shows('Nobody is signed in');
  await page.getByRole('link', { name: 'Create an account' }).click();
  await hosted.beginSignUp(ada);
  await hosted.enterCode(await server.newestCode(ada.email));
  await hosted.shows('Choose an account');
  expect(new URL(page.url()).pathname).toBe('/accounts');
  await expect(page.locator('[aria-current=true]')).toContainText(ada.email);

  await page.getByRole('link', { name: 'Use another account' }).click();
  await hosted.shows('Sign in');
  await page.getByRole('link', { name: 'Back to your accounts' }).click();
  await hosted.signUp(bob);
  await expect(page.locator('[aria-current=true]')).toContainText(bob.email);

  await hosted.button(new RegExp(`Continue as .*${ada.email}`)).click();
  await expect(page.locator('[aria-current=true]')).toContainText(ada.email);
  await expect(page.getByRole('status').filter({ hasText: `${ada.email} is active now.` })).toHaveCount(1);

  await hosted.button(`Sign out ${ada.email}`).click();
  await expect(hosted.account(ada)).toHaveCount(0);
  await expect(page.locator('[aria-current=true]')).toContainText(bob.email);
  await hosted.open('/sign-in?prompt=login');
  await hosted.fillSignIn(ada);
  await hosted.shows('Choose an account');
  await hosted.button('Sign out of all accounts').click();
  await hosted.shows('Nobody is signed in');
  await page.reload();
  await hosted.shows('Nobody is signed in');
});

test('a sign-up goes on after a reload, and by a link to its attempt; a link to another one says that it is over', async ({
  hosted,
  server,
}) => {
  const ada = somebody('Ada');
  const { page } = hosted;
  await hosted.open('/sign-up');
  await hosted.beginSignUp(ada);
  await page.reload();
  await hosted.shows('Check your mail');
  const id = await page.evaluate(async (url) => {
    const rack = localStorage.getItem(`keyrack:${url}`) ?? '';
    const answer = await fetch('/session', { headers: { 'x-development-session': rack } });
    return (await answer.json()).data.signup_attempts.at(-1).id as string;
  }, server.origin);
  await hosted.open(`/sign-up?signup_attempt_id=${id}`);
  await hosted.shows('Check your mail');
  await expect(page.getByText(ada.email)).toBeVisible();

  await hosted.button('Use another address').click();
  await expect(hosted.field('Email address')).toHaveValue(ada.email);
  await expect(hosted.field('Email address')).toBeFocused();
  await page.goto(hosted.url('/sign-up'));
  await hosted.enterCode(await server.newestCode(ada.email));
  await hosted.shows('Choose an account');

  await page.context().clearCookies();
  await page.evaluate(() => localStorage.clear());
  await hosted.open('/sign-up?signup_attempt_id=sat_gone');
  await expect(page.getByText('has ended. Begin again here.')).toBeVisible();
});

test('where to go on to is kept between the forms, and gone to after a sign-up, a sign-in and a choice', async ({ hosted }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  const { page } = hosted;
  const goal = hosted.url('/outbox?from=here#there');
  const query = `redirect_uri=${encodeURIComponent(goal)}`;
  await hosted.open(`/sign-in?${query}&state=x%20y`);
  await page.getByRole('link', { name: 'Create an account' }).click();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Create an account' }).click();
  expect(new URL(page.url()).searchParams.get('state')).toBe('x y');
  await hosted.beginSignUp(ada);
  await hosted.enterCode(await hosted.server.newestCode(ada.email));
  await page.waitForURL(goal);

  await hosted.signUp(bob, `/sign-up?prompt=create&redirect_uri=%2Foutbox`);
  await page.waitForURL(hosted.url('/outbox'));

  await hosted.open(`/sign-in?${query}`);
  await hosted.shows('Choose an account');
  await hosted.button(new RegExp(`Continue as .*${ada.email}`)).click();
  await page.waitForURL(goal);
  await hosted.open(`/accounts?${query}`);
  await expect(page.locator('[aria-current=true]')).toContainText(ada.email);
  await hosted.button(new RegExp(`Continue as .*${ada.email}`)).click();
  await page.waitForURL(goal);

  await hosted.open(`/accounts?${query}`);
  await hosted.button(`Sign out ${bob.email}`).click();
  await expect(hosted.account(bob)).toHaveCount(0);
  await page.getByRole('link', { name: 'Use another account' }).click();
  await hosted.fillSignIn(bob);
  await page.waitForURL(goal);
});

test('a deployment has an address of its own for after a sign-up and after a sign-in', async ({ hosted }) => {
  const ada = somebody('Ada');
  const { page } = hosted;
  for (const path of ['/welcome', '/welcome-back']) {
    await page.route(hosted.url(path, 'own'), (route) => route.fulfill({ contentType: 'text/html', body: '<h1>There</h1>' }));
  }
  await hosted.signUp(ada, '/sign-up', 'own');
  await page.waitForURL(hosted.url('/welcome', 'own'));
  await hosted.open('/accounts', 'own');
  await hosted.button(`Sign out ${ada.email}`).click();
  await hosted.shows('Nobody is signed in');
  await hosted.open('/sign-in', 'own');
  await hosted.shows('Welcome to Own');
  await hosted.fillSignIn(ada);
  await page.waitForURL(hosted.url('/welcome-back', 'own'));
});

test('usernames sign up and in where the deployment has them, and passwords are what it asks for', async ({ hosted, server }) => {
  const ada = { ...somebody('Ada'), password: 'Correct horse battery 1' };
  const name = `ada-${ada.email.slice(4, 12)}`;
  const { page } = hosted;
  await hosted.open('/sign-up', 'names');
  await hosted.field('Username').fill(name);
  await hosted.field('Email address').fill(ada.email);
  await hosted.password.fill('correct horse battery');
  await hosted.button('Create account').click();
  await expect(page.getByText('A kind of character is still missing: a capital letter and a digit.')).toBeVisible();
  await hosted.password.fill(ada.password);
  await hosted.field('Username').fill('1');
  await hosted.button('Create account').click();
  await expect(hosted.field('Username')).toHaveAccessibleDescription(/Use 3 to 30 letters/);
  await hosted.field('Username').fill(name);
  await hosted.button('Create account').click();
  await hosted.shows('Check your mail');
  await hosted.enterCode(await server.newestCode(ada.email));
  await hosted.shows('Choose an account');

  for (const typed of [name, ada.email]) {
    await hosted.button(`Sign out ${ada.email}`).click();
    await hosted.shows('Nobody is signed in');
    await hosted.open('/sign-in', 'names');
    await hosted.field('Email address or username').fill(typed);
    await hosted.password.fill(ada.password);
    await hosted.button('Sign in').click();
    await hosted.shows('Choose an account');
  }
});

test('a reload never shows another account than the active one', async ({ hosted }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  const { page } = hosted;
  await hosted.signUp(ada);
  await hosted.signUp(bob);
  await hosted.button(new RegExp(`Continue as .*${ada.email}`)).click();
  await expect(page.locator('[aria-current=true]')).toContainText(ada.email);
  // From the first node on, everything that stood where the active account is shown, and every title.
  await page.addInitScript(() => {
    const seen = new Set<string>();
    Object.assign(window, { seen });
    new MutationObserver(() => {
      const active = document.querySelectorAll('[aria-current=true]');
      active.forEach(({ textContent }) => (textContent ?? '').match(/\S+@example\.com/g)?.forEach((text) => seen.add(text)));
      document.querySelectorAll('h1').forEach(({ textContent }) => seen.add(textContent ?? ''));
    }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  for (const path of ['/accounts', '/sign-in']) {
    await hosted.open(path);
    await expect(page.locator('[aria-current=true]')).toContainText(ada.email);
    const seen = await page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen]);
    expect(seen.sort()).toEqual(['Choose an account', ada.email].sort());
  }
});

test('the demo leads to the pages, and they share its session', async ({ hosted }) => {
  const ada = somebody('Ada');
  const { page } = hosted;
  await hosted.signUp(ada);
  await page.goto(hosted.url('/'));
  await expect(page.locator('[aria-current=true]').filter({ hasText: ada.email })).toBeVisible();
  await page.getByRole('link', { name: 'Hosted pages' }).click();
  await hosted.shows('Choose an account');
  await expect(page.locator('[aria-current=true]')).toContainText(ada.email);
});
