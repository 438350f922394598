/** Who visits pages that a server renders: what is believed, what is asked, and what is kept from caches. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createKeyrack, createVisitors, type Visit, type Visitors, withoutForged } from '@keyrack/server';
import { getVisitor, type NodeRequest, visitorMiddleware } from '@keyrack/server/express';
import { keyrackProxy } from '@keyrack/server/next';
import express from 'express';
import { createHash } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { ISSUER, NOW, type Signer, signer } from './issuer.js';

const APP = 'https://app.example.com';
const OPENS = { accept: 'text/html', 'sec-fetch-dest': 'document' };

/** What the server says that codes are exchanged with, and what it was sent. */
interface Scene {
  readonly key: Signer;
  readonly visitors: Visitors;
  readonly sent: Record<string, unknown>[];
  answer: { status: number; body: unknown };
  at: number;
}

async function scene(): Promise<Scene> {
  const key = await signer('k1');
  const sent: Record<string, unknown>[] = [];
  const it = { key, sent, answer: { status: 500, body: {} as unknown }, at: NOW * 1000 };
  const server = createServer((request, answer) => {
    void read(request).then((text) => {
      sent.push(JSON.parse(text) as Record<string, unknown>);
      answer.writeHead(it.answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(it.answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const clock = { now: () => it.at, passed: () => 0 };
  const keyrack = createKeyrack({ issuer: ISSUER, server: `http://127.0.0.1:${port}`, jwks: { keys: [key.jwk] }, clock });
  return Object.assign(it, { visitors: createVisitors(keyrack, { origin: APP }) });
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}

/** A browser with the cookies of one application. */
class Browser {
  readonly jar = new Map<string, string>();

  async open(visitors: Visitors, path: string, headers: Record<string, string> = OPENS): Promise<Visit> {
    const visit = await visitors.authenticateRequest({ method: 'GET', url: path, headers: this.headers(headers) });
    if ('response' in visit) this.take(visit.response);
    return visit;
  }

  headers(more: Record<string, string>): Headers {
    return new Headers({ ...more, cookie: [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ') });
  }

  take(response: Response): void {
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (/Max-Age=0;/.test(cookie)) this.jar.delete(name);
      else this.jar.set(name, value);
    }
  }
}

function sentTo(visit: Visit): URL {
  expect(visit.status).toBe('handshake');
  const { response } = visit as Extract<Visit, { status: 'handshake' }>;
  expect(response.status).toBe(307);
  expect(response.headers.get('cache-control')).toBe('private, no-store');
  return new URL(response.headers.get('location') ?? '');
}

/** Goes to Keyrack and back, which then says this. */
async function comesBack(it: Scene, browser: Browser, to: URL, told: unknown, status = 200): Promise<Visit> {
  it.answer = { status, body: { data: told } };
  const back = new URL(to.searchParams.get('redirect_url') ?? '');
  back.searchParams.set('keyrack_handshake', 'hsk_1.secret');
  back.searchParams.set('keyrack_state', to.searchParams.get('state') ?? '');
  return browser.open(it.visitors, back.pathname + back.search);
}

async function told(it: Scene, more: Record<string, unknown> = {}): Promise<unknown> {
  return { signed_in: true, token: { token: await it.key.sign({ azp: APP, exp: it.at / 1000 + 60, ...more }), lifetime_ms: 60_000 } };
}

test('whoever has no token is sent to Keyrack and back, and is known from then on', async () => {
  const it = await scene();
  const browser = new Browser();
  const to = sentTo(await browser.open(it.visitors, '/a?b=c'));
  expect(to.origin + to.pathname).toBe(`${ISSUER}/handshake`);
  expect(to.searchParams.get('redirect_url')).toBe(`${APP}/a?b=c`);
  expect([...browser.jar.keys()]).toEqual(['__Host-keyrack-flow']);
  const bare = sentTo(await comesBack(it, browser, to, await told(it)));
  expect(bare.toString()).toBe(`${APP}/a?b=c`);
  const [sent] = it.sent;
  expect(sent).toMatchObject({ code: 'hsk_1.secret', origin: APP });
  const challenge = createHash('sha256').update(String(sent?.['code_verifier'])).digest('base64url');
  expect(to.searchParams.get('code_challenge')).toBe(challenge);
  const visit = await browser.open(it.visitors, '/a?b=c');
  expect(visit).toMatchObject({ status: 'signed_in', auth: { userId: 'usr_1' } });
  expect((await it.visitors.signedIn(Promise.resolve(browser.headers({}))))?.userId).toBe('usr_1');
});

test('its cookies are the application’s own, for no script and no other host, and no cache may keep a page', async () => {
  const it = await scene();
  const browser = new Browser();
  const to = sentTo(await browser.open(it.visitors, '/'));
  const back = (await comesBack(it, browser, to, await told(it))) as Extract<Visit, { status: 'handshake' }>;
  const token = back.response.headers.getSetCookie().find((cookie) => cookie.startsWith('__Host-keyrack-token='));
  expect(token).toMatch(/; Max-Age=60; Path=\/; SameSite=Lax; Secure; HttpOnly$/);
  for (const visit of [await browser.open(it.visitors, '/'), await new Browser().open(it.visitors, '/', { accept: '*/*' })]) {
    const { headers } = visit as Extract<Visit, { headers: Headers }>;
    expect([headers.get('cache-control'), headers.get('vary')]).toEqual(['private, no-store', 'Cookie']);
  }
});

test('who is signed out is not asked again for a moment, and is when a link says so or a page has seen a sign-in', async () => {
  const it = await scene();
  const browser = new Browser();
  const out = { signed_in: false, token: null };
  sentTo(await comesBack(it, browser, sentTo(await browser.open(it.visitors, '/')), out));
  expect((await browser.open(it.visitors, '/')).status).toBe('signed_out');
  const link = new URL(it.visitors.asking('/welcome?a=b'));
  const to = sentTo(await browser.open(it.visitors, link.pathname + link.search));
  expect(to.searchParams.get('redirect_url')).toBe(`${APP}/welcome?a=b`);
  browser.jar.set('keyrack_mark', 'sin_1.7');
  sentTo(await browser.open(it.visitors, '/'));
  browser.jar.set('keyrack_mark', '-');
  browser.jar.delete('__Host-keyrack-out');
  sentTo(await browser.open(it.visitors, '/'));
});

test('a page is rendered for the account that the browser has seen last, not for that of the token', async () => {
  const it = await scene();
  for (const [mark, asks] of [['sin_1.7', false], ['sin_1.6', false], ['sin_1.8', true], ['sin_2.7', true], ['-', true], ['x', true]] as const) {
    const browser = new Browser();
    sentTo(await comesBack(it, browser, sentTo(await browser.open(it.visitors, '/')), await told(it)));
    browser.jar.set('keyrack_mark', mark);
    expect((await browser.open(it.visitors, '/')).status, mark).toBe(asks ? 'handshake' : 'signed_in');
    // What cannot be sent elsewhere is answered for whoever has the token.
    expect((await browser.open(it.visitors, '/', { 'sec-fetch-dest': 'empty' })).status).toBe('signed_in');
  }
});

test('only a browser that opens a page is sent elsewhere', async () => {
  const it = await scene();
  for (const headers of [{ accept: '*/*' }, { 'sec-fetch-dest': 'image' }, { ...OPENS, 'sec-purpose': 'prefetch' }, {}]) {
    expect((await new Browser().open(it.visitors, '/', headers as Record<string, string>)).status).toBe('signed_out');
  }
  const posted = await it.visitors.authenticateRequest({ method: 'POST', url: '/', headers: new Headers(OPENS) });
  expect(posted.status).toBe('signed_out');
});

test('a token that is expired, another issuer’s, another application’s or anybody’s is nobody', async () => {
  const it = await scene();
  const other = await signer('k1');
  const tokens = {
    expired: await it.key.sign({ azp: APP, exp: NOW - 10 }),
    issuer: await it.key.sign({ azp: APP, iss: 'https://evil.example' }),
    elsewhere: await it.key.sign({ azp: 'https://other.example.com' }),
    unbound: await it.key.sign({}),
    forged: await other.sign({ azp: APP }),
    text: 'x',
  };
  for (const [name, token] of Object.entries(tokens)) {
    const browser = new Browser();
    browser.jar.set('__Host-keyrack-token', token);
    expect(await it.visitors.signedIn(browser.headers({})), name).toBeUndefined();
    expect((await browser.open(it.visitors, '/')).status, name).toBe('handshake');
    expect((await browser.open(it.visitors, '/', { accept: '*/*' })).status, name).toBe('signed_out');
  }
  const twice = new Headers({ cookie: `__Host-keyrack-token=${await it.key.sign({ azp: APP })}; __Host-keyrack-token=x` });
  expect(await it.visitors.signedIn(twice)).toBeUndefined();
});

test('B11 no header says who somebody is, and none that could is handed on', async () => {
  const it = await scene();
  const forged = {
    'x-keyrack-auth': 'usr_admin', 'x-keyrack-user-id': 'usr_admin', 'x-forwarded-user': 'admin', 'x_forwarded_user': 'admin',
    'x-forwarded-email': 'a@b', 'x-original-url': '/admin', 'x-rewrite-url': '/admin', 'remote-user': 'admin',
    'x-user-id': 'usr_admin', 'x-auth-request-user': 'admin', 'x-middleware-subrequest': 'middleware', 'X-Keyrack_Auth': 'x',
  };
  const kept = withoutForged(new Headers({ ...forged, accept: 'text/html', 'x-forwarded-for': '1.2.3.4', 'x-request-id': 'r' }));
  expect([...kept.keys()].sort()).toEqual(['accept', 'x-forwarded-for', 'x-request-id']);
  expect((await new Browser().open(it.visitors, '/', { ...forged, accept: '*/*' })).status).toBe('signed_out');

  const app = express();
  app.use(visitorMiddleware(it.visitors) as unknown as express.RequestHandler);
  app.get('/', (request, answer) => void answer.json([getVisitor(request as NodeRequest)?.userId ?? null, Object.keys(request.headers)]));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: forged });
  const [user, names] = (await answer.json()) as [string | null, string[]];
  expect(user).toBeNull();
  expect(names.filter((name) => /keyrack|user|original|rewrite|subrequest|auth|email/.test(name) && name !== 'user-agent')).toEqual([]);
  expect(answer.headers.get('cache-control')).toBe('private, no-store');

  let handed: Headers | undefined;
  const proxy = keyrackProxy(it.visitors, {
    next: ({ request }) => {
      handed = request.headers;
      return new Response('page');
    },
  });
  const through = await proxy(new Request(`${APP}/`, { headers: { ...forged, accept: '*/*' } }));
  expect([await through.text(), through.headers.get('vary'), handed?.get('x-keyrack-auth')]).toEqual(['page', 'Cookie', null]);
});

test('what goes wrong is nobody or 503, and never somebody', async () => {
  const it = await scene();
  const browser = new Browser();
  for (const [status, data] of [[500, null], [200, { signed_in: true }], [200, null], [200, { signed_in: true, token: { token: 'a b; x=y', lifetime_ms: 1 } }], [403, null]] as const) {
    const visit = await comesBack(it, browser, sentTo(await browser.open(it.visitors, '/')), data, status);
    expect(visit.status, JSON.stringify(data)).toBe('unavailable');
    expect((visit as Extract<Visit, { status: 'unavailable' }>).response.status).toBe(503);
  }
  // A token of somebody else’s issuer, or for another application, is not kept even if the server says so.
  const foreign = { signed_in: true, token: { token: await (await signer('k1')).sign({ azp: APP }), lifetime_ms: 60_000 } };
  expect((await comesBack(it, browser, sentTo(await browser.open(it.visitors, '/')), foreign)).status).toBe('unavailable');
  expect(browser.jar.has('__Host-keyrack-token')).toBe(false);
  const odd = { get: () => { throw new Error('no headers'); } };
  expect((await it.visitors.authenticateRequest({ method: 'GET', url: '/', headers: odd })).status).toBe('unavailable');
  expect(await it.visitors.signedIn(odd)).toBeUndefined();
  expect((await it.visitors.authenticateRequest({ method: 'GET', url: 'http://[', headers: new Headers(OPENS) })).status).toBe('unavailable');
});

test('a code that comes without what belongs to it is not exchanged, and a browser without cookies is told', async () => {
  const it = await scene();
  const path = '/a?keyrack_handshake=hsk_1.secret&keyrack_state=';
  const [planted, victim] = [new Browser(), new Browser()];
  const to = sentTo(await victim.open(it.visitors, '/a'));
  // Somebody else’s code, in the browser of whoever began another handshake, or none.
  for (const browser of [planted, victim]) {
    const bare = sentTo(await browser.open(it.visitors, `${path}${'x'.repeat(43)}`));
    expect(bare.toString()).toBe(`${APP}/a?keyrack_tries=1`);
  }
  expect(it.sent).toEqual([]);
  const again = await planted.open(it.visitors, `${path}${to.searchParams.get('state')}&keyrack_tries=1`);
  expect(again.status).toBe('unavailable');
  expect(await (again as Extract<Visit, { status: 'unavailable' }>).response.text()).toContain('handshake_loop');
});

test('B09 where a browser is sent is this application and its Keyrack, whatever the request says', async () => {
  const it = await scene();
  for (const url of ['//evil.example/x', 'https://evil.example/x', '/\\evil.example', 'http://app.example.com@evil.example/x', '/x?redirect_url=https://evil.example']) {
    const to = sentTo(await new Browser().open(it.visitors, url, { ...OPENS, host: 'evil.example', 'x-forwarded-host': 'evil.example' }));
    expect(to.origin).toBe(ISSUER);
    expect(new URL(to.searchParams.get('redirect_url') ?? '').origin, url).toBe(APP);
  }
});

test('a page that the router of Next.js fetches is opened anew when it is not known whose it is', async () => {
  const it = await scene();
  const proxy = keyrackProxy(it.visitors, { next: () => new Response('page') });
  const fetched = (cookie: string) => proxy(new Request(`${APP}/`, { headers: { rsc: '1', cookie, accept: '*/*' } }));
  expect((await fetched('keyrack_mark=sin_1.7')).status).toBe(401);
  expect(await (await fetched('keyrack_mark=-')).text()).toBe('page');
});

test('a page that the router of Next.js fetches is opened anew when it is another account’s by now, or nobody’s', async () => {
  const it = await scene();
  const browser = new Browser();
  await comesBack(it, browser, sentTo(await browser.open(it.visitors, '/')), await told(it, { signin_id: 'sin_1', rev: 7 }));
  const proxy = keyrackProxy(it.visitors, { next: () => new Response('page') });
  const fetched = async (mark: string) => {
    browser.jar.set('keyrack_mark', mark);
    return (await proxy(new Request(`${APP}/`, { headers: browser.headers({ rsc: '1', accept: '*/*' }) }))).status;
  };
  expect(await fetched('sin_1.7')).toBe(200);
  for (const other of ['sin_2.7', 'sin_1.8', '-']) expect(await fetched(other), other).toBe(401);
});

test('an origin that is none is refused at the start', async () => {
  const keyrack = createKeyrack({ issuer: ISSUER, jwks: { keys: [] } });
  for (const origin of ['', 'app.example.com', 'https://app.example.com/', 'https://app.example.com/a', 'ftp://a.b', 'https://a@b.example']) {
    expect(() => createVisitors(keyrack, { origin }), origin).toThrow('origin');
  }
});
