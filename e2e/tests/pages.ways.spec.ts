/** Each way in, walked through from the hosted page as a person would, against the real server. */
import { expect, Hosted, RESEND_MS, somebody, test } from './pages.js';
import { isIn, looksRight, signOut } from './steps.js';

test.describe('in dark colours', () => {
  test.use({ colorScheme: 'dark' });

  test('a code by mail: another one after a minute, and a link that shows the code elsewhere', async ({ hosted, server, browser }) => {
    const ada = somebody('Ada');
    const { page } = hosted;
    await page.clock.install();
    await hosted.signUp(ada, '/sign-up?prompt=create', 'ways');
    await signOut(hosted);

    await hosted.open('/sign-in', 'ways');
    await looksRight(page, 'all ways');
    await hosted.button('Get a code by mail').click();
    await hosted.field('Email address').fill(ada.email);
    const first = await server.codeOf(ada.email, () => hosted.button('Send a code').click());
    await hosted.shows('Check your mail');
    await looksRight(page, 'a code by mail');
    await server.advance(RESEND_MS);
    await page.clock.fastForward(RESEND_MS);
    const second = await server.codeOf(ada.email, () => hosted.button('Send a new code').click());
    await hosted.enterCode(first);
    await expect(hosted.field('Code')).toHaveAccessibleDescription(/That code is wrong/);
    await page.reload();
    await hosted.shows('Check your mail');
    await hosted.enterCode(second);
    await isIn(hosted, ada.email);
    await signOut(hosted);

    await hosted.open('/sign-in', 'ways');
    await hosted.button('Get a link by mail').click();
    await hosted.field('Email address').fill(ada.email);
    await server.advance(RESEND_MS);
    const link = await server.linkOf(ada.email, () => hosted.button('Send a link').click());
    await expect(page.getByText('A link is on its way')).toBeVisible();
    await looksRight(page, 'a link by mail');

    const other = new Hosted(await (await browser.newContext({ colorScheme: 'dark' })).newPage(), server);
    await other.page.goto(link);
    await other.shows('This link was asked for elsewhere');
    await looksRight(other.page, 'a link of another browser');
    const code = (await other.page.locator('.kr-code').textContent()) ?? '';
    expect(code).toMatch(/^\d{6}$/);
    await other.open('/accounts', 'ways');
    await other.shows('Nobody is signed in');
    await other.page.context().close();

    const tab = new Hosted(await page.context().newPage(), server);
    await tab.page.goto(link);
    await tab.shows('Sign in with this link');
    await tab.button('Sign in').click();
    await isIn(tab, ada.email);
    // The tab that waited goes on by itself.
    await isIn(hosted, ada.email);
    await tab.page.goto(link);
    await tab.shows('This link does not work');
    await looksRight(tab.page, 'a link that was used');
  });

  test('a forgotten password: the code, a new password, and elsewhere everybody is out', async ({ hosted, server, browser }) => {
    const ada = somebody('Ada');
    const { page } = hosted;
    const other = new Hosted(await (await browser.newContext()).newPage(), server);
    await hosted.signUp(ada, '/sign-up?prompt=create', 'ways');
    await other.open('/sign-in', 'ways');
    await other.fillSignIn(ada);
    await isIn(other, ada.email);
    await signOut(hosted);
    await hosted.open('/sign-in', 'ways');
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await hosted.shows('Forgot your password?');
    await looksRight(page, 'a forgotten password');
    await hosted.field('Email address').fill(ada.email);
    await server.advance(RESEND_MS);
    const code = await server.codeOf(ada.email, () => hosted.button('Send a code').click());
    await hosted.shows('Check your mail');
    await hosted.enterCode(code);
    await hosted.shows('Choose a new password');
    await looksRight(page, 'a new password');
    await page.getByLabel('New password', { exact: true }).fill(somebody('Ada').password);
    await hosted.button('Save and sign in').click();
    await isIn(hosted, ada.email);
    await other.open('/accounts', 'ways');
    await expect(other.page.getByText('You were signed out because your password changed.')).toBeVisible();
    await other.page.context().close();
  });
});

test('a link: its code is typed where it was asked for, or it signs in where it was opened; a password typed in its turn', async ({
  hosted,
  server,
  browser,
}) => {
  const ada = somebody('Ada');
  const { page } = hosted;
  await hosted.signUp(ada, '/sign-up?prompt=create', 'ways');
  const other = new Hosted(await (await browser.newContext()).newPage(), server);
  const asks = async (): Promise<void> => {
    await signOut(hosted);
    await hosted.open('/sign-in', 'ways');
    await hosted.button('Get a link by mail').click();
    await hosted.field('Email address').fill(ada.email);
    await server.advance(RESEND_MS);
    await other.page.goto(await server.linkOf(ada.email, () => hosted.button('Send a link').click()));
    await other.shows('This link was asked for elsewhere');
  };
  await asks();
  const code = (await other.page.locator('.kr-code').textContent()) ?? '';
  await hosted.enterCode(code);
  await isIn(hosted, ada.email);
  await other.page.reload();
  await other.shows('This link does not work');

  await asks();
  await other.button('Sign in here instead').click();
  await isIn(other, ada.email);
  await hosted.open('/accounts', 'ways');
  await hosted.shows('Nobody is signed in');
  await other.page.context().close();

  const session = await hosted.call('/auth/signin', { strategy: 'plain_email', email: ada.email, ask_password: true });
  const attempt = (session['signin_attempts'] as { id: string }[]).at(-1)?.id;
  await hosted.open(`/sign-in?signin_attempt_id=${attempt}`, 'ways');
  await hosted.shows('Enter your password');
  await expect(page.getByText(ada.email)).toBeVisible();
  await looksRight(page, 'a password in its turn');
  await hosted.password.fill('not the password');
  await hosted.button('Sign in').click();
  await expect(page.getByText('That does not match.')).toBeVisible();
  await hosted.password.fill(ada.password);
  await hosted.button('Sign in').click();
  await isIn(hosted, ada.email);
});
