/** A layout of docs/LAYOUTS.md, running: nginx, `keyrack serve`, an application, a mail server and a browser. */
import { type BrowserContext, chromium, expect, test as base } from '@playwright/test';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, bundle, publishableKey, somebody } from './app.js';
import { ChromiumTab } from './engine.js';
import { Mailbox } from './mailbox.js';
import { certify, startNginx } from './nginx.js';
import { Program } from './program.js';
import type { Person } from './person.js';
import { block, fill } from './recipe.js';
import { BINARY, freePort } from './server.js';
import { Site } from './site.js';
import { PUSHED_MS, within } from './times.js';

interface Wanted {
  /** The heading of the recipe. */
  readonly heading: string;

  /** Its nginx block, and the heading that this one stands under if it is another. */
  readonly nginx?: { readonly heading: string; readonly title: string };

  /** Where the application is, and where Keyrack is, for browsers. */
  readonly application: string;
  readonly keyrack: string;
}

/** The addresses of this machine's parts. */
export interface Layout {
  readonly app: App;
  readonly context: BrowserContext;

  /** Where nginx listens. */
  readonly port: number;
  readonly application: Site;

  /** Another person's browser. */
  readonly anotherPerson: () => Promise<App>;
}

interface Fixtures {
  /** Starts what a recipe describes. */
  layout: (wanted: Wanted) => Promise<Layout>;
}

export const test = base.extend<Fixtures>({
  layout: async ({ launchOptions }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'keyrack-layout-'));
    const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true })];
    await use(async (wanted) => {
      const [port, keyrack, mailbox] = [await freePort(), await freePort(), await Mailbox.start()];
      stops.push(() => mailbox.stop());
      const application = await startApplication(wanted);
      stops.push(() => application.stop());
      const server = await serve(folder, wanted.heading, { keyrack, mailbox });
      stops.push(() => server.stop());
      const nginx = await startNginx(folder, await servers(folder, wanted, { port, keyrack, application }), port);
      stops.push(() => nginx.stop());
      // The names of the recipe, at the port of this test: the browser notices nothing.
      const rules = `MAP *example.com:443 127.0.0.1:${port}`;
      const browser = await chromium.launch({ ...launchOptions, args: [...(launchOptions.args ?? []), `--host-resolver-rules=${rules}`] });
      stops.push(() => browser.close());
      const person = async (): Promise<[BrowserContext, App]> => {
        const context = await browser.newContext({ ignoreHTTPSErrors: true });
        return [context, new App(new ChromiumTab(await context.newPage()), { origin: wanted.application }, mailbox)];
      };
      const [context, app] = await person();
      return { app, context, port, application, anotherPerson: async () => (await person())[1] };
    });
    for (const stop of stops.reverse()) await stop();
  },
});

async function startApplication({ keyrack }: Wanted): Promise<Site> {
  const application = await Site.start('http://127.0.0.1:1');
  application.script('/main.js', await bundle('hook/main.tsx'));
  const root = `<div id="root" data-key="${publishableKey(keyrack, 'production')}"></div>`;
  application.html('/app', `${root}<script src="/main.js"></script>`);
  application.page('/cookies', ({ headers }, answer) => answer.end(headers.cookie ?? ''));
  return application;
}

async function serve(folder: string, heading: string, { keyrack, mailbox }: { keyrack: number; mailbox: Mailbox }): Promise<Program> {
  const config = join(folder, 'keyrack.toml');
  const addresses = { '127.0.0.1:4400': `127.0.0.1:${keyrack}`, 'smtp://mail.example.com:587?tls=required': mailbox.url };
  await writeFile(config, fill(block(heading, 'keyrack.toml'), addresses));
  const env = { ...process.env, KEYRACK_MASTER_KEY: randomBytes(32).toString('base64url'), KEYRACK_LOG: 'info' };
  const args = ['serve', '--config', config, '--data', join(folder, 'data')];
  const server = await Program.start(BINARY, args, { env, ready: /"serving"/ });
  const ready = () => fetch(`http://127.0.0.1:${keyrack}/readyz`).then(({ status }) => status, () => 0);
  await expect.poll(ready, { intervals: [20] }).toBe(200);
  return server;
}

interface Ports {
  readonly port: number;
  readonly keyrack: number;
  readonly application: Site;
}

async function servers(folder: string, { heading, nginx }: Wanted, { port, keyrack, application }: Ports): Promise<string> {
  await certify(folder);
  const text = block(nginx?.heading ?? heading, nginx?.title ?? 'nginx.conf');
  const cache = text.includes('proxy_cache_path') ? { '/var/cache/nginx/': `${folder}/tmp/` } : {};
  return fill(text, {
    'listen 443 ssl': `listen 127.0.0.1:${port} ssl`,
    '/etc/ssl/': `${folder}/`,
    '127.0.0.1:4400': `127.0.0.1:${keyrack}`,
    '127.0.0.1:3000': new URL(application.origin).host.replace('localhost', '127.0.0.1'),
    ...cache,
  });
}

/**
 * Switches as another device would: the page's hook is told of it by the stream alone, if that comes through. Waits
 * until it is shown, which must be sooner than any refresh; where it was not, it goes back in the hook and tries again.
 */
export async function pushed(app: App, keyrack: string, person: Person): Promise<void> {
  const sign_in_id = await app.signInOf(person);
  const before = await app.tab.evaluate(() => window.keyrack.hook.session?.active_signin?.id ?? '');
  const work = async ([url, body]: readonly [string, string]): Promise<number> => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch(url, { method: 'POST', credentials: 'include', headers, body })).status;
  };
  await within(PUSHED_MS, async () => {
    if ((await app.active()) === person.email) expect(await app.call('switchSignIn', before)).toBe('done');
    const status = await app.tab.evaluate(work, [`${keyrack}/session/switch-sign-in`, JSON.stringify({ sign_in_id })] as const);
    expect(status).toBe(200);
    const since = Date.now();
    await app.shows(person);
    return Date.now() - since;
  });
}

/**
 * What every layout must carry: two sign-ups, a switch, a token, a reload, a push, sign-outs. Ends with nobody signed in.
 */
export async function walk(app: App, keyrack: string, meanwhile: () => Promise<void> = async () => {}): Promise<void> {
  const [ada, bob, nobody] = [somebody('Ada'), somebody('Bob'), { email: 'nobody' }];
  await app.open();
  await app.shows(nobody);
  await app.signUp(ada);
  await app.signUp(bob);
  expect(await app.switchTo(ada)).toBe('done');
  await app.shows(ada);
  expect(await app.call('getToken')).toBe('done');
  await app.tab.reload();
  await app.shows(ada);
  expect(await app.accounts()).toEqual([ada.email, bob.email]);
  await pushed(app, keyrack, bob);
  await pushed(app, keyrack, ada);
  await meanwhile();
  expect(await app.call('signOut', await app.signInOf(ada))).toBe('done');
  await app.shows(bob);
  expect(await app.call('signOut')).toBe('done');
  await app.tab.reload();
  await app.shows(nobody);
}
