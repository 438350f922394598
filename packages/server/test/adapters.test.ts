import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createKeyrack, type Keyrack } from '@keyrack/server';
import * as onExpress from '@keyrack/server/express';
import * as onHono from '@keyrack/server/hono';
import { authOf, withAuth } from '@keyrack/server/next';
import express from 'express';
import { Hono } from 'hono';
import { expect, onTestFinished, test } from 'vitest';
import { ISSUER, NOW, type Signer, signer } from './issuer.js';

interface Scene {
  readonly key: Signer;
  readonly keyrack: Keyrack;
}

async function scene(): Promise<Scene> {
  const key = await signer('k1');
  const clock = { now: () => NOW * 1000, passed: () => 0 };
  return { key, keyrack: createKeyrack({ issuer: ISSUER, jwks: { keys: [key.jwk] }, clock }) };
}

/** Asks an application for a path, perhaps with a token. */
type Ask = (path: string, token?: string) => Promise<Response>;

async function served(listener: RequestListener): Promise<Ask> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return (path, token) => fetch(`http://127.0.0.1:${port}${path}`, token ? { headers: { authorization: `Bearer ${token}` } } : {});
}

const FRESH = { permission: 'billing:manage', maxAgeSeconds: 600 };

const APPLICATIONS: Record<string, (keyrack: Keyrack) => Promise<Ask>> = {
  express: (keyrack) => {
    const app = express();
    app.use(onExpress.keyrackMiddleware(keyrack));
    app.get('/maybe', (request, answer) => void answer.send(onExpress.getAuth(request)?.userId ?? 'nobody'));
    app.get('/greet', onExpress.requireAuth(), (request, answer) => void answer.send(onExpress.getAuth(request)?.userId));
    app.get('/bill', onExpress.requireAuth(FRESH), (request, answer) => void answer.send(onExpress.getAuth(request)?.organizationId));
    return served(app);
  },
  hono: async (keyrack) => {
    const app = new Hono();
    app.use(onHono.keyrackMiddleware(keyrack));
    app.get('/maybe', (context) => context.text(onHono.getAuth(context)?.userId ?? 'nobody'));
    app.get('/greet', onHono.requireAuth(), (context) => context.text(onHono.getAuth(context)?.userId ?? ''));
    app.get('/bill', onHono.requireAuth(FRESH), (context) => context.text(onHono.getAuth(context)?.organizationId ?? ''));
    return async (path, token) => app.request(path, token ? { headers: { authorization: `Bearer ${token}` } } : {});
  },
  next: async (keyrack) => {
    const maybe = async (request: Request): Promise<Response> => {
      const auth = await authOf(keyrack, Promise.resolve(request.headers));
      return new Response(auth.ok ? auth.userId : 'nobody');
    };
    const greet = withAuth(keyrack, (auth) => new Response(auth.userId));
    const bill = withAuth(keyrack, (auth, _: Request, { params }: { params: string }) => new Response(params + auth.organizationId), FRESH);
    return async (path, token) => {
      const request = new Request(`https://app.example.com${path}`, token ? { headers: { authorization: `Bearer ${token}` } } : {});
      if (path === '/maybe') return maybe(request);
      return path === '/greet' ? greet(request) : bill(request, { params: '' });
    };
  },
};

for (const [name, application] of Object.entries(APPLICATIONS)) {
  test(`${name}: who is calling, and whoever is not let in is told why`, async () => {
    const { key, keyrack } = await scene();
    const ask = await application(keyrack);
    const token = await key.sign();
    expect(await (await ask('/greet', token)).text()).toBe('usr_1');
    expect(await (await ask('/maybe', token)).text()).toBe('usr_1');
    expect(await (await ask('/maybe', 'nonsense')).text()).toBe('nobody');
    expect(await (await ask('/maybe')).text()).toBe('nobody');
    for (const [sent, code, challenge] of [
      [undefined, 'token_missing', 'Bearer'],
      ['nonsense', 'token_invalid', 'Bearer error="invalid_token", error_description="the token is not valid"'],
    ] as const) {
      const answer = await ask('/greet', sent);
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, challenge]);
      expect([answer.headers.get('cache-control'), answer.headers.get('content-type')]).toEqual(['no-store', 'application/json']);
      expect(await answer.json()).toMatchObject({ code });
    }
  });

  test(`${name}: a permission and a fresh proof are required together`, async () => {
    const { key, keyrack } = await scene();
    const ask = await application(keyrack);
    const stands = { organization: 'org_1', permissions: { organization: ['billing:manage'], workspace: [] } };
    const good = await ask('/bill', await key.sign({ ...stands, auth_time: NOW - 600 }));
    expect([good.status, await good.text()]).toEqual([200, 'org_1']);
    const lacks = await ask('/bill', await key.sign({ auth_time: NOW }));
    expect([lacks.status, lacks.headers.get('www-authenticate')]).toEqual([403, 'Bearer error="insufficient_scope"']);
    expect(await lacks.json()).toMatchObject({ code: 'permission_missing' });
    for (const proved of [{ auth_time: NOW - 601 }, { auth_time: NOW + 6 }, {}]) {
      const stale = await ask('/bill', await key.sign({ ...stands, ...proved }));
      const challenge = 'Bearer error="insufficient_user_authentication", max_age=600';
      expect([stale.status, stale.headers.get('www-authenticate')]).toEqual([401, challenge]);
      expect(await stale.json()).toMatchObject({ code: 'reauthentication_required' });
    }
  });
}

test('without the middleware nobody is let in', async () => {
  expect(() => onExpress.getAuth({ headers: {} })).toThrow('keyrackMiddleware');
  expect(() => onHono.getAuth({ req: { raw: new Request('https://a.example') } })).toThrow('keyrackMiddleware');
});

test('what keeps the server from answering is a 503 that says when to come back', async () => {
  const { key } = await scene();
  const keyrack = createKeyrack({ issuer: 'http://127.0.0.1:1' });
  const auth = await keyrack.verify(await key.sign());
  if (auth.ok) throw new Error('it must not be let in');
  const answer = auth.toResponse();
  expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('www-authenticate')]).toEqual([503, '1', null]);
});
