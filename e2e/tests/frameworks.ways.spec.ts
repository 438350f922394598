/** The ready form of each framework in Rust, where a deployment offers more than a password, and an account asks for more. */
import type { Page } from '@playwright/test';
import { type Answer, call } from './device.js';
import { FRAMEWORKS, served } from './frameworks.js';
import { Demo, expect, somebody, test as base } from './keyrack.js';
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

/** An authenticator and backup codes of whoever is signed in. */
async function secondFactor(page: Page, server: Server): Promise<{ secret: string; backup: readonly string[] }> {
  const fine = (answer: Answer) => (expect(answer).toMatchObject({ status: 200, code: null }), answer.data);
  const begun = fine(await call(page, 'POST', '/me/authenticator')) as { id: string; totp_secret: string };
  const first = totp(begun.totp_secret, await server.now());
  await server.advance(untilNext(await server.now()));
  const codes = [first, totp(begun.totp_secret, await server.now())];
  fine(await call(page, 'POST', '/me/authenticator/attempt-verification', { authenticator_id: begun.id, codes }));
  const made = fine(await call(page, 'POST', '/me/backup-codes')) as { codes?: string[] } | string[];
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
