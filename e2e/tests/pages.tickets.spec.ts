/** `/sign-in?ticket=`: a link that signs somebody in once, and what is seen while somebody acts as somebody else. */
import { expect, test as base } from '@playwright/test';
import { isAccessible } from './axe.js';
import { type Person, somebody } from './person.js';
import { Server } from './server.js';

const test = base.extend<object, { server: Server }>({
  server: [
    async ({}, use) => {
      const server = await Server.configured(
        'staging',
        (port) => `[[deployment]]\nid = "app"\nmode = "staging"\norigin = "http://localhost:${port}"\nhosts = ["localhost"]
app_name = "Northwind"
[deployment.impersonation]\nenabled = true\n`,
      );
      await use(server);
      await server.remove();
    },
    { scope: 'worker' },
  ],
});

interface Made {
  readonly id: string;
  readonly ticket: string;
  readonly url: string;
}

async function known(server: Server): Promise<Person> {
  const person = somebody('Ada');
  await server.makeAccount('app', { email: person.email, password: person.password });
  return person;
}

function ticketFor(server: Server, { email }: Person): Promise<Made> {
  return server.asked('ticket', 'create', 'sign_in', '--user', email);
}

test('opening the link uses nothing up and shows it nowhere; a click signs in, also after a reload', async ({ page, server }) => {
  const ada = await known(server);
  const { ticket, url } = await ticketFor(server, ada);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(`${request.method()} ${request.url()}`));
  await page.goto(url);
  await expect(page.getByRole('heading', { name: 'Sign in to Northwind' })).toBeVisible();
  expect(page.url()).not.toContain('ticket');
  expect(asked.slice(1).filter((request) => request.includes(ticket))).toEqual([]);
  expect(asked.filter((request) => request.includes('/ticket/exchange'))).toEqual([]);
  for (const link of await page.getByRole('link').all()) expect(await link.getAttribute('href')).not.toContain('tkt_');
  await isAccessible(page);
  await page.reload();
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(/\/accounts/);
  await expect(page.locator('[aria-current=true]')).toContainText(ada.email);
});

test('a used, a taken back and a made up link say what they are, in two languages', async ({ page, server }) => {
  const ada = await known(server);
  const [used, gone] = [await ticketFor(server, ada), await ticketFor(server, ada)];
  const body = JSON.stringify({ ticket: used.ticket });
  const headers = { 'content-type': 'application/json' };
  const exchanged = await fetch(`${server.origin}/session/ticket/exchange`, { method: 'POST', headers, body });
  expect(exchanged.status).toBe(200);
  await server.operate('ticket', 'revoke', gone.id);
  for (const [url, text] of [
    [used.url, 'This link was used already'],
    [gone.url, 'This link is not valid'],
    [`${server.origin}/sign-in?ticket=tkt_x&lang=de`, 'Dieser Link ist nicht gültig'],
  ] as const) {
    await page.goto(url);
    await page.getByRole('button', { name: /^(Sign in|Anmelden)$/ }).click();
    await expect(page.getByRole('alert').filter({ hasText: text })).toBeVisible();
    await isAccessible(page);
  }
});

test('while somebody acts as somebody else every page says so, and ends it', async ({ page, server }) => {
  const ada = await known(server);
  const made = await server.asked<Made>(
    ...['ticket', 'create', 'impersonation', '--user', ada.email, '--actor', 'jane@support', '--reason', 'case 17'],
  );
  await page.goto(made.url);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(/\/accounts/);
  const banner = page.getByRole('complementary', { name: 'Acting as somebody else' });
  await expect(banner).toContainText(`jane@support acts as ${ada.email} here.`);
  await isAccessible(page);
  await page.goto(`${server.origin}/account`);
  await expect(banner).toBeVisible();
  await isAccessible(page);
  await banner.getByRole('button', { name: 'End it' }).click();
  await expect(banner).toBeHidden();
  await page.goto(`${server.origin}/accounts`);
  await expect(page.getByText(ada.email)).toHaveCount(0);
});

test('K05 neither a link that signs in nor a page where somebody acts is shown in a frame', async ({ page, server }) => {
  const ada = await known(server);
  const made = await server.asked<Made>(
    ...['ticket', 'create', 'impersonation', '--user', ada.email, '--actor', 'jane@support', '--reason', 'case 17'],
  );
  const framed = async (url: string) => {
    const body = `<iframe src="${url}"></iframe>`;
    await page.route(`${server.origin}/framing`, (route) => route.fulfill({ contentType: 'text/html', body }));
    const refused = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
    await page.goto(`${server.origin}/framing`);
    expect((await refused).text()).toContain("frame-ancestors 'none'");
    await expect(page.frameLocator('iframe').getByRole('button')).toHaveCount(0);
    await page.unrouteAll();
  };
  await framed(made.url);
  await page.goto(made.url);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('complementary', { name: 'Acting as somebody else' })).toBeVisible();
  for (const path of ['/accounts', '/account', '/device']) await framed(`${server.origin}${path}`);
});
