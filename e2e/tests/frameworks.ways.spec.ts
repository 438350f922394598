/** The ready form of each framework in Rust, where a deployment offers more than a password, and an account asks for more. */
import type { Page } from '@playwright/test';
import { type Answer, call } from './device.js';
import { FRAMEWORKS, served } from './frameworks.js';
import { Demo, expect, somebody, test as base } from './keyrack.js';
import { RESEND_MS } from './pages.js';
import { someNumber } from './person.js';
import { Server } from './server.js';
import { totp, untilNext } from './totp.js';

const settings = (port: number): string => `
[[deployment]]
id = "ways"
mode = "production"
origin = "http://localhost:${port}"
hosts = ["localhost"]

[deployment.auth]
email_otp = true
magic_link = true
phone = "optional"
phone_otp = true
`;

const test = base.extend<object, { server: Server }>({
  server: [
    async ({ mode }, use) => {
      const server = await Server.configured(mode, settings, '--virtual-clock', ...served());
      await use(server);
      await server.remove();
    },
    { scope: 'worker' },
  ],
});

test.use({ mode: 'production' });

/** What a call of whoever is signed in on a page answers. */
async function called(page: Page, method: string, path: string, body?: object): Promise<unknown> {
  const answer: Answer = await call(page, method, path, body);
  expect(answer).toMatchObject({ status: 200, code: null });
  return answer.data;
}

/** A number of whoever is signed in, proved. */
async function withNumber(page: Page, server: Server): Promise<string> {
  const phone = someNumber();
  const { id } = (await called(page, 'POST', '/me/phone-numbers', { phone_number: phone })) as { id: string };
  const own = `/me/phone-numbers/${id}`;
  const code = await server.codeOf(phone, () => called(page, 'POST', `${own}/prepare-verification`));
  await called(page, 'POST', `${own}/attempt-verification`, { code });
  await server.advance(RESEND_MS);
  return phone;
}

/** An authenticator and backup codes of whoever is signed in. */
async function secondFactor(page: Page, server: Server): Promise<{ secret: string; backup: readonly string[] }> {
  const begun = (await called(page, 'POST', '/me/authenticator')) as { id: string; totp_secret: string };
  const first = totp(begun.totp_secret, await server.now());
  await server.advance(untilNext(await server.now()));
  const codes = [first, totp(begun.totp_secret, await server.now())];
  await called(page, 'POST', '/me/authenticator/attempt-verification', { authenticator_id: begun.id, codes });
  const made = (await called(page, 'POST', '/me/backup-codes')) as { codes?: string[] } | string[];
  await server.advance(untilNext(await server.now()));
  return { secret: begun.totp_secret, backup: Array.isArray(made) ? made : (made.codes ?? []) };
}

for (const { name, path } of FRAMEWORKS.filter(({ folder }) => folder)) {
  test(`the form in ${name} signs in by a mailed code, and goes on after a reload`, async ({ demo, server }) => {
    const ada = somebody('Ada');
    const own = new Demo(demo.page, server, path);
    await own.open();
    await own.signUp(ada);
    await own.signOutOfAll();
    const { page } = own;
    await page.goto(`${server.origin}${path}examples`);
    const active = page.getByRole('region', { name: 'Read active session state' });
    await page.getByRole('button', { name: 'Get a code by mail' }).click();
    await expect(page.getByRole('button', { name: 'Get a link by mail' })).toBeVisible();
    await expect(page.getByLabel('Password')).toHaveCount(0);
    await page.getByLabel('Email address').fill(ada.email);
    const code = await server.codeOf(ada.email, () => page.getByRole('button', { name: 'Send a code' }).click());
    await expect(page.getByText(/A code.* is on its way to/)).toBeVisible();
    await page.reload();
    await expect(page.getByText(/A code.* is on its way to/)).toBeVisible();
    await page.getByLabel('Code').fill('1');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await expect(page.getByRole('alert').filter({ hasText: /code/i })).toBeVisible();
    await page.getByRole('button', { name: 'Start over' }).click();
    await expect(page.getByLabel('Password')).toBeVisible();
    await page.reload();
    await page.getByLabel('Code').fill(code);
    await page.getByRole('button', { name: 'Confirm' }).click();
    await expect(active).toHaveText(ada.email);
  });

  test(`the form in ${name} sends a link, which signs in where it was asked for, and elsewhere shows a code to type`, async ({
    browser,
    demo,
    server,
  }) => {
    const ada = somebody('Ada');
    const own = new Demo(demo.page, server, path);
    await own.open();
    await own.signUp(ada);
    const { page } = own;
    const other = await (await browser.newContext()).newPage();
    const asksForLink = async (): Promise<string> => {
      await own.open();
      await own.shows(ada);
      await own.signOutOfAll();
      await server.advance(RESEND_MS);
      await page.goto(`${server.origin}${path}examples`);
      await page.getByRole('button', { name: 'Get a link by mail' }).click();
      await page.getByLabel('Email address').fill(ada.email);
      const link = await server.linkOf(ada.email, () => page.getByRole('button', { name: 'Send a link' }).click());
      await expect(page.getByText('A link is on its way to you')).toBeVisible();
      return link;
    };
    const active = page.getByRole('region', { name: 'Read active session state' });

    const tab = await page.context().newPage();
    await tab.goto(await asksForLink());
    await tab.getByRole('button', { name: 'Sign in', exact: true }).click();
    // The form that waited is told, and goes on by itself.
    await expect(active).toHaveText(ada.email);
    // Chromium stands still when a page is closed while it goes elsewhere.
    await expect(tab.locator('body')).toContainText(ada.email);
    await tab.close();

    await other.goto(await asksForLink());
    const code = (await other.locator('.kr-code').textContent()) ?? '';
    await page.getByLabel('Code').fill(code);
    await page.getByRole('button', { name: 'Confirm' }).click();
    await expect(active).toHaveText(ada.email);
    await other.context().close();
  });

  test(`the form in ${name} signs in by a code to a phone number, and says what is wrong with one`, async ({ demo, server }) => {
    const ada = somebody('Ada');
    const own = new Demo(demo.page, server, path);
    await own.open();
    await own.signUp(ada);
    const { page } = own;
    const phone = await withNumber(page, server);
    await own.signOutOfAll();
    await page.goto(`${server.origin}${path}examples`);
    await page.getByRole('button', { name: 'Get a code by text message' }).click();
    await page.getByLabel('Phone number').fill('12');
    await page.getByRole('button', { name: 'Send a code' }).click();
    await expect(page.getByRole('alert').filter({ hasText: /number/i })).toBeVisible();
    await page.getByLabel('Phone number').fill(`${phone.slice(0, 3)} ${phone.slice(3, 6)} ${phone.slice(6)}`);
    const code = await server.codeOf(phone, () => page.getByRole('button', { name: 'Send a code' }).click());
    await expect(page.getByText(/A code.* is on its way to/)).toBeVisible();
    await page.getByLabel('Code').fill(code);
    await page.getByRole('button', { name: 'Confirm' }).click();
    await expect(page.getByRole('region', { name: 'Read active session state' })).toHaveText(ada.email);
  });

  test(`the form in ${name} asks for a code of the authenticator, and takes one that was kept on paper`, async ({ demo, server }) => {
    const ada = somebody('Ada');
    const own = new Demo(demo.page, server, path);
    await own.open();
    await own.signUp(ada);
    const { page } = own;
    const { secret, backup } = await secondFactor(page, server);
    // An app shows the code of the moment at which it is typed.
    for (const code of [async () => totp(secret, await server.now()), async () => backup[0] ?? '']) {
      await own.open();
      await own.shows(ada);
      await own.signOutOfAll();
      await page.goto(`${server.origin}${path}examples`);
      await page.getByLabel('Email address').fill(ada.email);
      await page.getByLabel('Password').fill(ada.password);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await expect(page.getByText(/authenticator app/)).toBeVisible();
      await page.getByLabel('Code').fill('000000');
      await page.getByRole('button', { name: 'Confirm' }).click();
      await expect(page.getByRole('alert').filter({ hasText: /code/i })).toBeVisible();
      await page.getByLabel('Code').fill(await code());
      await page.getByRole('button', { name: 'Confirm' }).click();
      await expect(page.getByRole('region', { name: 'Read active session state' })).toHaveText(ada.email);
    }
  });
}
