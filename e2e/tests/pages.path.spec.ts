/** The pages below a path of the application's own host, behind a proxy that takes the path off, with a cookie. */
import { test as base } from '@playwright/test';
import { once } from 'node:events';
import { createServer, request, type Server as Proxy } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, Hosted, somebody } from './pages.js';
import { Server } from './server.js';

/** A host with a page of its own and Keyrack below `/keyrack`; some proxies keep the name that was asked for. */
async function hostWith(keepsHost: boolean): Promise<{ origin: string; hand: (to: Server) => void; proxy: Proxy }> {
  let keyrack: URL | undefined;
  const proxy = createServer((incoming, answer) => {
    if (!incoming.url?.startsWith('/keyrack/')) {
      return void answer.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><h1>The application</h1>');
    }
    const path = incoming.url.slice('/keyrack'.length);
    const headers = { ...incoming.headers, ...(!keepsHost && { host: keyrack?.host }) };
    const onward = request({ host: '127.0.0.1', port: keyrack?.port, path, method: incoming.method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.rawHeaders);
      response.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    incoming.pipe(onward);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const origin = `http://localhost:${(proxy.address() as AddressInfo).port}`;
  return { origin, hand: (to) => (keyrack = new URL(to.origin)), proxy };
}

for (const keepsHost of [true, false]) {
  base(`sign-up, accounts and the way back to the application, where the proxy ${keepsHost ? 'keeps' : 'changes'} the host`, async ({ page }) => {
    const { origin, hand, proxy } = await hostWith(keepsHost);
    const server = await Server.configured(
      'production',
      () => `[[deployment]]\nid = "path"\nmode = "production"\norigin = "${origin}"\npath = "/keyrack"\nhosts = ["localhost"]\n`,
    );
    hand(server);
    try {
      const problems: string[] = [];
      page.on('console', (message) => {
        if (message.text().includes('Content Security Policy')) problems.push(message.text());
      });
      const [hosted, ada] = [new Hosted(page, server), somebody('Ada')];
      await page.goto(`${origin}/keyrack/sign-in?redirect_uri=%2Fhome`);
      await hosted.shows('Sign in');
      await page.getByRole('link', { name: 'Create an account' }).click();
      await hosted.beginSignUp(ada);
      await hosted.enterCode(await server.newestCode(ada.email));
      await page.waitForURL(`${origin}/home`);
      await hosted.shows('The application');

      await page.goto(`${origin}/keyrack/accounts`);
      await hosted.shows('Choose an account');
      await expect(hosted.account(ada)).toHaveCount(1);
      expect((await page.context().cookies()).map(({ httpOnly, sameSite }) => ({ httpOnly, sameSite }))).toEqual([
        { httpOnly: true, sameSite: 'Lax' },
      ]);
      await hosted.button(`Sign out ${ada.email}`).click();
      await hosted.shows('Nobody is signed in');
      expect(problems).toEqual([]);
    } finally {
      await server.remove();
      proxy.closeAllConnections();
      proxy.close();
    }
  });
}
