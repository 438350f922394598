/** How strangers are kept waiting: a list that the operator lets people in from, and work that a browser has to do. */
import { expect, Hosted, somebody, test } from './pages.js';
import { isIn, looksRight, signOut } from './steps.js';

test('the waiting list: joined from the closed sign-up, let in by the operator, and the link is for that address', async ({
  hosted,
  server,
}) => {
  const [ada, eve] = [somebody('Ada'), somebody('Eve')];
  const { page } = hosted;
  await hosted.open('/sign-up', 'waiting');
  await hosted.shows('Sign-up is closed');
  await page.getByRole('link', { name: 'Join the waiting list' }).click();
  await hosted.shows('Join the waiting list');
  await looksRight(page, 'the waiting list');
  await hosted.field('Email address').fill(ada.email);
  await hosted.button('Join').click();
  await hosted.shows('You are on the list');
  await expect(page.getByText(ada.email)).toBeVisible();
  await looksRight(page, 'on the waiting list');

  await server.operate('waitlist', 'invite', '--deployment', 'waiting', ada.email);
  await page.goto(await server.newestLink(ada.email));
  await hosted.shows('Create an account');
  await hosted.field('Email address').fill(eve.email);
  await hosted.password.fill(eve.password);
  await hosted.button('Create account').click();
  await expect(page.getByRole('alert').filter({ hasText: /\S/ })).toHaveCount(1);
  await hosted.shows('Create an account');
  await hosted.beginSignUp(ada);
  await hosted.enterCode(await server.newestCode(ada.email));
  await page.waitForURL(({ pathname }) => pathname !== '/sign-up');
  await signOut(hosted, 'waiting');
  await hosted.open('/sign-in', 'waiting');
  await hosted.fillSignIn(ada);
  await isIn(hosted, ada.email);
});

test('whoever is let in is at home after the sign-up', async ({ hosted, server }) => {
  const ada = somebody('Ada');
  await hosted.open('/waitlist', 'waiting');
  await hosted.field('Email address').fill(ada.email);
  await hosted.button('Join').click();
  await hosted.shows('You are on the list');
  await server.operate('waitlist', 'invite', '--deployment', 'waiting', ada.email);
  await hosted.page.goto(await server.newestLink(ada.email));
  await hosted.beginSignUp(ada);
  await hosted.enterCode(await server.newestCode(ada.email));
  await isIn(hosted, ada.email);
});

test('a browser works once before it may sign in', async ({ hosted, browser, server }) => {
  const ada = somebody('Ada');
  await hosted.signUp(ada, '/sign-up', 'challenge');
  const page = await (await browser.newContext()).newPage();
  const other = new Hosted(page, server);
  let solved = 0;
  page.on('response', (response) => {
    if (new URL(response.url()).pathname === '/captcha/redeem') solved += 1;
  });
  await other.open('/sign-in', 'challenge');
  await other.fillSignIn({ ...ada, password: 'not the password' });
  await expect(page.getByText('That does not match.')).toBeVisible();
  await other.fillSignIn(ada);
  await isIn(other, ada.email);
  // One proof is good for both.
  expect(solved).toBe(1);
  await page.context().close();
});

test('the page says what the browser does meanwhile', async ({ hosted }) => {
  const { page } = hosted;
  await page.route('**/captcha/redeem', async (route) => {
    await expect(page.getByText(/keeps robots away/)).toBeVisible();
    await route.continue();
  });
  await hosted.open('/sign-in', 'challenge');
  await hosted.fillSignIn(somebody('Ada'));
  await expect(page.getByText('That does not match.')).toBeVisible();
});
