/** The recipes of docs/LAYOUTS.md, each run as it stands there. */
import { expect, type Page } from '@playwright/test';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { App, bundle, publishableKey, somebody } from './app.js';
import { ChromiumTab } from './engine.js';
import { walkExample } from './example.js';
import { Demo } from './keyrack.js';
import { pushed, test, walk } from './layout.js';
import { Program } from './program.js';
import { block, fill } from './recipe.js';
import { BINARY, freePort, Server } from './server.js';
import { Site } from './site.js';

const ONE_HOST = {
  heading: 'One host behind nginx',
  application: 'https://example.com',
  keyrack: 'https://example.com/keyrack',
} as const;

/** The cookies of a browser, without their values. */
async function cookies(context: { cookies(): Promise<{ name: string; domain: string; path: string; httpOnly: boolean; secure: boolean; sameSite: string }[]> }) {
  return (await context.cookies()).map(({ name, domain, path, httpOnly, secure, sameSite }) => ({ name, domain, path, httpOnly, secure, sameSite }));
}

test('one host behind nginx: a cookie that is this host’s alone', async ({ layout }) => {
  const { app, context } = await layout(ONE_HOST);
  await walk(app, ONE_HOST.keyrack, async () => {
    expect(await cookies(context)).toEqual([
      { name: '__Host-keyrack', domain: 'example.com', path: '/', httpOnly: true, secure: true, sameSite: 'Lax' },
    ]);
    // The application's server sees it: it is how a page is rendered with the session.
    const page = await context.newPage();
    await page.goto('https://example.com/cookies');
    expect(await page.textContent('body')).toContain('__Host-keyrack=');
  });
  expect(await context.cookies()).toEqual([]);
});

test('one host behind nginx: the visitor’s address counts, whatever the visitor claims', async ({ layout }) => {
  const { app, port } = await layout(ONE_HOST);
  const ada = somebody('Ada');
  await app.open();
  await app.signUp(ada);
  const body = { strategy: 'plain_email', email: ada.email, password: ada.password };
  const answer = await post(port, '/keyrack/auth/signin', body, { 'x-forwarded-for': '203.0.113.9' });
  expect(answer.data.signins[0]?.ip_address).toBe('127.0.0.2');
});

test('one host behind nginx: a cache keeps the public keys and nobody’s session', async ({ layout }) => {
  const { app, anotherPerson } = await layout({ ...ONE_HOST, nginx: { heading: 'With a cache', title: 'cache.conf' } });
  const other = await anotherPerson();
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  for (const [tab, person] of [[app, ada], [other, bob]] as const) {
    await tab.open();
    await tab.signUp(person);
  }
  const ask = (tab: App, path: string) =>
    tab.tab.evaluate(async (url) => {
      const answer = await fetch(url);
      return { cache: answer.headers.get('x-cache'), body: await answer.text() };
    }, `/keyrack${path}`);
  for (let round = 0; round < 5; round += 1) {
    for (const [tab, own, foreign] of [[app, ada, bob], [other, bob, ada]] as const) {
      for (const path of ['/session', '/session?poll=1', '/me', '/deployment']) {
        const { cache, body } = await ask(tab, path);
        expect(cache, path).toBe('MISS');
        expect(body).not.toContain(foreign.email);
        if (path !== '/deployment') expect(body).toContain(own.email);
      }
    }
  }
  // What is written piece by piece is neither kept nor held back.
  await app.signIn(bob);
  for (const person of [ada, bob]) await pushed(app, ONE_HOST.keyrack, person);
  await ask(app, '/.well-known/jwks.json');
  expect((await ask(other, '/.well-known/jwks.json')).cache, 'the cache is one').toBe('HIT');
});

test('subdomains: one cookie for all hosts below the domain', async ({ layout }) => {
  const { app, context } = await layout({
    heading: 'Subdomains',
    application: 'https://app.example.com',
    keyrack: 'https://auth.example.com',
  });
  await walk(app, 'https://auth.example.com', async () => {
    expect(await cookies(context)).toEqual([
      { name: '__session', domain: '.example.com', path: '/', httpOnly: true, secure: true, sameSite: 'Lax' },
    ]);
    const page = await context.newPage();
    await page.goto('https://app.example.com/cookies');
    expect(await page.textContent('body')).toContain('__session=');
  });
  expect(await context.cookies()).toEqual([]);
});

test('ports of localhost: the command as it stands, and an application on another port', async ({ page }) => {
  const port = await freePort();
  const command = fill(block('Ports of localhost', 'shell'), { '127.0.0.1:4400': `127.0.0.1:${port}` });
  const [, , , , , mode, ...rest] = command.trim().split(' ');
  expect(command.trim()).toBe(`keyrack dev --listen 127.0.0.1:${port} --mode ${mode}`);
  expect(rest).toEqual([]);
  const server = await Server.at(port, 'production');
  const application = await Site.start('http://127.0.0.1:1');
  application.script('/main.js', await bundle('hook/main.tsx'));
  const root = `<div id="root" data-key="${publishableKey(server.origin, 'production')}"></div>`;
  application.html('/app', `${root}<script src="/main.js"></script>`);
  try {
    await walk(new App(new ChromiumTab(page), application, server), server.origin, async () => {
      expect((await page.context().cookies()).map(({ name }) => name)).toEqual([`keyrack_dev_${port}`]);
    });
  } finally {
    await application.stop();
    await server.remove();
  }
});

for (const [heading, example, files] of [
  ['Next.js rewrites', 'nextjs', ['next.config.ts', 'keyrack.toml']],
  ['A Vite proxy', 'vite', ['vite.config.ts', 'keyrack.toml']],
] as const) {
  test(`${heading}: the recipe is the example’s`, async () => {
    for (const file of files) {
      const path = fileURLToPath(new URL(`../../examples/${example}/${file}`, import.meta.url));
      expect(block(heading, file), file).toBe(await readFile(path, 'utf8'));
    }
  });
}

test('a Vite proxy: the development server hands Keyrack’s path on', async ({ page }) => {
  const [own, port] = [await freePort(), await freePort()];
  // Below e2e/, so that Node finds the packages that are installed for the tests.
  const home = fileURLToPath(new URL('../vite-recipe', import.meta.url));
  const heading = 'A Vite proxy';
  await cp(fileURLToPath(new URL('../../examples/vite', import.meta.url)), home, { recursive: true, filter: (path) => !path.includes('node_modules') });
  const config = fill(block(heading, 'vite.config.ts'), { 'port: 5173': `port: ${own}`, 'localhost:4400': `localhost:${port}` });
  await writeFile(join(home, 'vite.config.ts'), config);
  await writeFile(join(home, 'keyrack.toml'), fill(block(heading, 'keyrack.toml'), { 'localhost:5173': `localhost:${own}` }));
  const origin = `http://localhost:${own}`;
  const key = publishableKey(`${origin}/keyrack`, 'production');
  const server = await Server.at(port, 'production', '--config', join(home, 'keyrack.toml'));
  const env = { ...process.env, VITE_KEYRACK_PUBLISHABLE_KEY: key };
  const vite = await Program.start('npx', ['--no-install', 'vite', '--host', 'localhost'], { cwd: home, env, ready: /Local:/ });
  try {
    await walkExample(page, origin, server);
    await walkDemo(page, server, `${origin}/keyrack/`);
  } finally {
    await vite.stop();
    await server.remove();
    await rm(home, { recursive: true });
  }
});

test('unrelated domains: keyrack check refuses them and says why', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keyrack-layout-'));
  try {
    const config = join(folder, 'keyrack.toml');
    await writeFile(config, block('Unrelated domains', 'keyrack.toml'));
    const env = { ...process.env, KEYRACK_MASTER_KEY: Buffer.alloc(32, 7).toString('base64url') };
    const refused = await promisify(execFile)(BINARY, ['check', '--config', config], { env }).catch((error) => error);
    expect(refused.code).toBe(1);
    expect(refused.stdout + refused.stderr).toContain(
      'unsupported layout: https://app.example.org is another site than https://auth.example.com',
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('what works is what keyrack check calls it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keyrack-layout-'));
  try {
    for (const [heading, name] of [
      ['One host behind nginx', 'one host: Keyrack behind /keyrack'],
      ['Subdomains', 'one site: the cookie goes to every host below example.com'],
    ] as const) {
      const config = join(folder, 'keyrack.toml');
      await writeFile(config, block(heading, 'keyrack.toml'));
      const env = { ...process.env, KEYRACK_MASTER_KEY: Buffer.alloc(32, 7).toString('base64url') };
      const { stdout } = await promisify(execFile)(BINARY, ['check', '--config', config], { env });
      expect(stdout).toContain(name);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** The demo at the addresses that `keyrack dev` prints, and what it links to. */
async function walkDemo(page: Page, server: Server, root: string): Promise<void> {
  const [demo, ada] = [new Demo(page, server), somebody('Ada')];
  expect(await server.printed('Keyrack is running at ')).toBe(root);
  await page.goto(root);
  await demo.showsNobody();
  await demo.signUp(ada);
  expect((await demo.callPrivateApi()).title).toBe('200 OK');
  await page.goto(await server.printed('the code is in the outbox: '));
  await expect(page.getByRole('list', { name: 'Messages' })).toContainText(ada.email);
  await page.getByRole('link', { name: 'raw JSON' }).click();
  await page.waitForURL(`${root}dev/outbox`);
  await page.goBack();
  await page.getByRole('link', { name: 'Hosted pages' }).click();
  await page.waitForURL(`${root}accounts`);
  await page.goBack();
  await page.getByRole('link', { name: 'Demo', exact: true }).click();
  await page.waitForURL(root);
  await demo.shows(ada);
}

/** A request from another address of this machine, 127.0.0.2, through nginx. */
function post(port: number, path: string, body: object, headers: Record<string, string>) {
  const all = { host: 'example.com', origin: 'https://example.com', 'content-type': 'application/json', ...headers };
  const options = { host: '127.0.0.1', port, path, method: 'POST', localAddress: '127.0.0.2', rejectUnauthorized: false, headers: all };
  return new Promise<{ data: { signins: { ip_address: string }[] } & Record<string, never> }>((resolve, reject) => {
    const sent = request(options, async (answer) => {
      let text = '';
      for await (const chunk of answer) text += chunk;
      resolve(JSON.parse(text));
    });
    sent.once('error', reject).end(JSON.stringify(body));
  });
}
