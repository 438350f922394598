/** Pages that an application's own server renders for whoever visits, with a cache in front of it. */
import { createKeyrack, createVisitors } from '@keyrack/server';
import { getVisitor, type NodeRequest, visitorMiddleware } from '@keyrack/server/express';
import { type BrowserContext, expect, type Page } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Demo, somebody, test as base } from './keyrack.js';
import { startNginx } from './nginx.js';
import { freePort, Server } from './server.js';

interface Application {
  /** Where browsers reach it, which is nginx. */
  readonly origin: string;

  /** How many pages its server has rendered. */
  readonly rendered: () => number;
}

const test = base.extend<{ application: Application }>({
  application: async ({ server }, use) => {
    const [port, behind] = [await freePort(), await freePort()];
    const origin = `http://localhost:${port}`;
    const visitors = createVisitors(createKeyrack({ issuer: server.origin }), { origin });
    const known = visitorMiddleware(visitors);
    let rendered = 0;
    const listener = createServer((request, answer) => {
      if (request.url === '/style.css') {
        answer.writeHead(200, { 'content-type': 'text/css', 'cache-control': 'public, max-age=60' }).end('body {}');
        return;
      }
      known(request as unknown as NodeRequest, answer, () => {
        // A browser asks for its icon, too, and finds a page.
        if (request.url !== '/favicon.ico') rendered += 1;
        const visitor = getVisitor(request as unknown as NodeRequest);
        answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
        answer.end(`<!doctype html><title>App</title><p id="who">${visitor?.userId ?? 'nobody'}</p>`);
      });
    });
    await new Promise<void>((resolve) => listener.listen(behind, '127.0.0.1', resolve));
    const folder = await mkdtemp(join(tmpdir(), 'keyrack-rendered-'));
    const nginx = await startNginx(
      folder,
      `proxy_cache_path ${folder}/cache keys_zone=app:1m;
       server {
         listen 127.0.0.1:${port};
         location / {
           proxy_pass http://127.0.0.1:${behind};
           proxy_set_header Host $host;
           proxy_cache app;
           proxy_cache_key $request_uri;
           proxy_cache_valid any 10m;
           add_header X-Cache $upstream_cache_status always;
         }
       }`,
      port,
    );
    await use({ origin, rendered: () => rendered });
    await nginx.stop();
    listener.closeAllConnections();
    listener.close();
    await rm(folder, { recursive: true });
  },
});

test.use({ mode: 'production' });

/** The first that is painted of a page: what its server has sent, before any script. */
async function firstSeen(page: Page, url: string): Promise<string> {
  const answer = await page.goto(url);
  expect(answer?.status()).toBe(200);
  expect(page.url()).toBe(url);
  const [, who = ''] = /<p id="who">([^<]*)/.exec((await answer?.text()) ?? '') ?? [];
  expect(answer?.headers()).toMatchObject({ 'cache-control': 'private, no-store', 'x-cache': 'MISS' });
  expect(answer?.headers()['vary']).toContain('Cookie');
  return who;
}

async function userOf(demo: Demo): Promise<string> {
  return (await demo.hook()).session.active_signin.user_id as string;
}

/** What the hook's `ServerMark` leaves in a page of the application. */
async function mark(page: Page, demo: Demo): Promise<void> {
  const { session } = await demo.hook();
  const value = session.active_signin ? `${session.active_signin.id}.${session.revision}` : '-';
  await page.evaluate((text) => {
    document.cookie = `keyrack_mark=${text}; Path=/; SameSite=Lax`;
  }, value);
}

async function another(context: BrowserContext, server: Server): Promise<Demo> {
  const demo = new Demo(await context.newPage(), server);
  await demo.open();
  return demo;
}

test('a page rendered on the server shows the right account on the first paint', async ({ demo, application, context }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  const page = await context.newPage();
  expect(await firstSeen(page, `${application.origin}/`)).toBe('nobody');
  await demo.open();
  await demo.signUp(ada);
  const adas = await userOf(demo);
  await mark(page, demo);
  expect(await firstSeen(page, `${application.origin}/`)).toBe(adas);
  // The next ones need nobody.
  expect(await firstSeen(page, `${application.origin}/a?b=c`)).toBe(adas);

  await demo.signUp(bob);
  const bobs = await userOf(demo);
  expect(bobs).not.toBe(adas);
  await mark(page, demo);
  expect(await firstSeen(page, `${application.origin}/`)).toBe(bobs);
  await demo.switchTo(ada);
  await mark(page, demo);
  expect(await firstSeen(page, `${application.origin}/`)).toBe(adas);
  await demo.signOutOfAll();
  await mark(page, demo);
  expect(await firstSeen(page, `${application.origin}/`)).toBe('nobody');
  expect((await context.cookies()).map(({ name }) => name).filter((name) => name.startsWith('keyrack-token'))).toEqual([]);
});

test('a caching proxy in front never gives a page to another visitor', async ({ demo, server, application, browser, context }) => {
  await demo.open();
  await demo.signUp(somebody('Ada'));
  const other = await browser.newContext();
  const demoOfBob = await another(other, server);
  await demoOfBob.signUp(somebody('Bob'));
  const stranger = await browser.newContext();
  const visitors = [
    { page: await context.newPage(), who: await userOf(demo) },
    { page: await other.newPage(), who: await userOf(demoOfBob) },
    { page: await stranger.newPage(), who: 'nobody' },
  ];
  // It keeps what may be kept: otherwise the rest would prove nothing.
  const style = async () => (await fetch(`${application.origin}/style.css`)).headers.get('x-cache');
  expect([await style(), await style()]).toEqual(['MISS', 'HIT']);
  const before = application.rendered();
  for (let round = 0; round < 5; round += 1) {
    for (const { page, who } of visitors) expect(await firstSeen(page, `${application.origin}/`)).toBe(who);
  }
  expect(application.rendered() - before).toBe(15);
  // Nor what is said on the way: whoever asks for the same address gets an answer of their own.
  const sent = await fetch(`${application.origin}/`, { redirect: 'manual', headers: { accept: 'text/html' } });
  expect([sent.status, sent.headers.get('x-cache')]).toEqual([307, 'MISS']);
  await other.close();
  await stranger.close();
});

test('nothing that opens anything stays in an address, and a forged header or cookie is nobody', async ({ demo, application, context }) => {
  await demo.open();
  await demo.signUp(somebody('Ada'));
  const page = await context.newPage();
  const seen: string[] = [];
  page.on('request', (request) => void seen.push(request.url()));
  await firstSeen(page, `${application.origin}/deep?x=1`);
  const code = seen.map((url) => new URL(url).searchParams.get('keyrack_handshake')).find((text) => text);
  expect(code).toMatch(/^hsk_/);
  expect(page.url()).toBe(`${application.origin}/deep?x=1`);
  // Whoever finds the code in a log later, or now, gets nothing for it.
  const planted = await fetch(`${application.origin}/?keyrack_handshake=${code}&keyrack_state=${'x'.repeat(43)}`, { redirect: 'manual' });
  expect(await planted.text()).not.toContain('usr_');
  for (const headers of [{ 'x-keyrack-auth': 'usr_1' }, { 'x-forwarded-user': 'usr_1' }, { cookie: 'keyrack-token=usr_1; keyrack_mark=usr_1.9' }]) {
    const answer = await fetch(`${application.origin}/`, { headers: { accept: '*/*', ...headers } });
    expect(await answer.text()).toContain('nobody');
  }
});
