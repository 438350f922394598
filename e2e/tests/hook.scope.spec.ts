/** Tabs with scopes of their own, beside pages that a server renders in the scope of their address. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Session } from '@keyrack/react';
import { inScope } from '@keyrack/react/scope';
import type {} from '../hook/hydrate.js';
import type { render as Render } from '../hook/server.js';
import { App, bundle, expect, publishableKey, somebody, test as base } from './app.js';

const ROUNDS = 200;

interface PerWorker {
  rendering: { readonly render: typeof Render; readonly script: string };
}

const test = base.extend<{ pages: void }, PerWorker>({
  rendering: [
    // Playwright demands this form where a fixture needs no other.
    async ({}, use) => {
      const script = await bundle('hook/hydrate.tsx');
      const file = fileURLToPath(new URL(`../test-results/render-${randomUUID()}.cjs`, import.meta.url));
      await mkdir(fileURLToPath(new URL('../test-results', import.meta.url)), { recursive: true });
      await writeFile(file, await bundle('hook/server.tsx', { platform: 'node', format: 'cjs' }));
      const module = (await import(file)) as { default: { render: typeof Render } };
      await use({ render: module.default.render, script });
      await rm(file);
    },
    { scope: 'worker' },
  ],
  pages: [
    async ({ rendering: { render, script }, site, mode }, use) => {
      const key = publishableKey(site.origin, mode);
      site.script('/hydrate.js', script);
      site.html('/tab', `<div id="root" data-key="${key}" data-scope="tab"></div><script src="/main.js"></script>`);
      // An application's server: whose page it is says the cookie, and in which scope the address.
      site.page('/rendered', async ({ url, headers }, out) => {
        const scope = new URL(url ?? '', site.origin).searchParams.get('scope') ?? '';
        const ask = (path: string) => fetch(site.origin + path, { headers: { cookie: headers.cookie ?? '' } });
        const [read, minted] = await Promise.all([ask('/session'), ask(`/session/token?scope=${encodeURIComponent(scope)}`)]);
        const seen = inScope(((await read.json()) as { data: Session }).data, scope);
        if (!seen || !minted.ok) return out.writeHead(303, { location: '/tab' }).end();
        const { data } = (await minted.json()) as { data: { token: string } };
        const head = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'private, no-store', 'x-claims': data.token };
        out.writeHead(200, head);
        render({ publishableKey: key, scope: 'tab', initialSession: seen }, Promise.resolve(), out);
      });
      await use();
    },
    { auto: true },
  ],
});

test.use({ mode: 'production' });

/** What a token says. */
function claims(token: string): { sub: string; signin_id: string; organization?: string } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

/** Makes an organization as the account that is active, and gives its id. */
function found(app: App, name: string): Promise<string> {
  return app.tab.evaluate(async (called) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch('/organizations', { method: 'POST', headers, body: JSON.stringify({ name: called }) });
    return (await answer.json()).data.organization.id as string;
  }, name);
}

const token = (app: App) => app.tab.evaluate(() => window.keyrack.hook.getToken());
const scopeIn = (app: App) =>
  app.tab.evaluate(() => {
    const { id, active_organization_membership_id: organization } = window.keyrack.hook.session?.active_signin ?? {};
    return `${id}.${organization ?? '-'}.-`;
  });

/** Ada with two organizations and Bob with one, who is active in the session. */
async function members(app: App) {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await app.signUp(ada);
  const [one, two] = [await found(app, 'One'), await found(app, 'Two')];
  await app.signUp(bob);
  const three = await found(app, 'Three');
  expect(await app.call('refetch')).toBe('done');
  return { ada, bob, one, two, three };
}

async function openTab(app: App, tab: () => Promise<App>): Promise<App> {
  const own = await tab();
  await own.open('/tab');
  await own.shows({ email: await app.active() });
  return own;
}

test('H40 tabs of two accounts in three organizations, and rendered pages, see nothing of each other in 200 rounds @chromium', async ({
  app,
  anotherTab,
  site,
}) => {
  test.slow();
  const { ada, bob, one, two, three } = await members(app);
  const tabs = [await openTab(app, anotherTab), await openTab(app, anotherTab), await openTab(app, anotherTab)] as const;
  const [inOne, inTwo, inThree] = tabs;
  const where = [
    [inOne, ada, one],
    [inTwo, ada, two],
    [inThree, bob, three],
  ] as const;
  for (const [tab, person, organization] of where) {
    expect(await tab.switchTo(person)).toBe('done');
    expect(await tab.call('switchOrganization', organization)).toBe('done');
  }
  const reads = site.requests.filter((line) => line.startsWith('GET /session?') && line.includes('scope'));
  expect(reads, 'GET /session never carries a scope').toEqual([]);
  for (let round = 0; round < ROUNDS; round += 1) {
    const visit = async ([tab, person, organization]: (typeof where)[number], index: number) => {
      const step = (round + index) % 4;
      if (step === 0) {
        // There and back: another account, and where it stands.
        expect(await tab.switchTo(person === ada ? bob : ada)).toBe('done');
        expect(await tab.switchTo(person)).toBe('done');
        expect(await tab.call('switchOrganization', organization)).toBe('done');
      }
      if (step === 1) expect(await tab.call('refetch')).toBe('done');
      if (step === 2) {
        const page = await tab.tab.evaluate(async (scope) => {
          const answer = await fetch(`/rendered?scope=${scope}`);
          return { text: await answer.text(), token: answer.headers.get('x-claims') ?? '' };
        }, await scopeIn(tab));
        expect(claims(page.token).organization).toBe(organization);
        const [, shown] = /class="active">([^<]*)</.exec(page.text) ?? [];
        expect(shown).toBe(person.email);
      }
      await tab.shows(person);
      const says = claims(await token(tab));
      expect([await tab.active(), says.organization], `round ${round}, tab ${index}`).toEqual([person.email, organization]);
      expect(says.signin_id).toBe(await tab.signInOf(person));
    };
    // The tab without a scope of its own moves what the session keeps.
    const kept = async () => {
      const person = round % 2 === 0 ? ada : bob;
      expect(await app.switchTo(person)).toBe('done');
      expect(claims(await token(app)).signin_id).toBe(await app.signInOf(person));
    };
    await Promise.all([...where.map(visit), kept()]);
  }
});

test('H40 a page is rendered in the scope of its address, and the tab goes on in it', async ({ app, anotherTab }) => {
  const { ada, bob, two } = await members(app);
  const tab = await openTab(app, anotherTab);
  expect(await tab.switchTo(ada)).toBe('done');
  expect(await tab.call('switchOrganization', two)).toBe('done');
  const scope = await scopeIn(tab);
  const other = await openTab(app, anotherTab);
  await other.open(`/rendered?scope=${scope}`);
  await other.shows(ada);
  await expect.poll(() => other.tab.evaluate(() => window.keyrack?.hook.status)).toBe('signed-in');
  expect(claims(await token(other)).organization).toBe(two);
  expect(await other.shown()).toEqual([ada.email]);
  expect(await other.tab.evaluate(() => window.complaints)).toEqual([]);
  expect(await app.active()).toBe(bob.email);
  // A scope of nobody here leads to the page without one.
  await other.open(`/rendered?scope=sin_${'0'.repeat(26)}.-.-`);
  await other.shows(ada);
});

test('H40 a reload keeps the scope of a tab, and its end elsewhere ends it', async ({ app, anotherTab }) => {
  const { ada, bob } = await members(app);
  const tab = await openTab(app, anotherTab);
  expect(await tab.switchTo(ada)).toBe('done');
  await tab.open('/tab');
  await tab.shows(ada);
  expect(await tab.shown()).toEqual(['loading', ada.email]);
  expect(await app.call('signOut', await app.signInOf(ada))).toBe('done');
  await tab.shows(bob);
  expect(claims(await token(tab)).signin_id).toBe(await app.signInOf(bob));
});
