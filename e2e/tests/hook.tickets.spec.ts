/** A session reaches another origin: one page hands a sign-in over, the hook on the other page takes it. */
import { App, expect, publishableKey, somebody, test as base } from './app.js';
import { Site } from './site.js';

interface PerTest {
  /** The same application at another origin, in another tab of the same browser. */
  other: App;
}

const test = base.extend<PerTest>({
  other: async ({ profile, server, scripts, mode }, use) => {
    const site = await Site.start(server.origin);
    site.script('/main.js', scripts['/main.js'] ?? '');
    site.html('/app', `<div id="root" data-key="${publishableKey(site.origin, mode)}"></div><script src="/main.js"></script>`);
    await use(await new App(await profile.tab(), site, server).open());
    await site.stop();
  },
});

/** What the page that will take a sign-in makes: the verifier stays there, the challenge is shown (RFC 7636, 4.2). */
function challenge(app: App): Promise<{ verifier: string; challenge: string }> {
  return app.tab.evaluate(async () => {
    const text = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
    const verifier = text(crypto.getRandomValues(new Uint8Array(32)));
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
    return { verifier, challenge: text(new Uint8Array(digest)) };
  });
}

/** The answer to a page that hands its active sign-in over: the address to go to, or the error's code. */
function handOver(app: App, redirectUri: string, codeChallenge: string): Promise<string> {
  return app.tab.evaluate(
    async ([key, redirect, code]) => {
      const headers = { 'content-type': 'application/json', 'x-development-session': localStorage.getItem(key) ?? '' };
      const body = JSON.stringify({ redirect_uri: redirect, code_challenge: code });
      const answer = await (await fetch('/session/tickets', { method: 'POST', headers, body })).json();
      return answer.data?.url ?? answer.errors[0].code;
    },
    [`keyrack:${app.site.origin}`, redirectUri, codeChallenge] as const,
  );
}

/** What the hook answers: `done`, or the error's code. */
function exchange(app: App, ticket: string, verifier?: string): Promise<string> {
  return app.tab.evaluate(
    async ([one, proof]) =>
      window.keyrack.hook.exchangeTicket?.(one, proof ?? undefined).then(
        () => 'done',
        (error) => error.code ?? `${error}`,
      ) ?? 'loading',
    [ticket, verifier ?? null] as const,
  );
}

test('H25 a page of another origin takes a sign-in that was handed over to it, and nobody else can', async ({ app, other }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await app.signUp(ada);
  await other.signUp(bob);
  const made = await challenge(other);
  const url = new URL(await handOver(app, `${other.site.origin}/app?from=here`, made.challenge));
  expect(url.href.startsWith(`${other.site.origin}/app?`)).toBe(true);
  expect(url.searchParams.get('from')).toBe('here');
  const ticket = url.searchParams.get('ticket') ?? '';
  // Whoever saw the address on its way has no verifier.
  expect(await exchange(app, ticket)).toBe('ticket_elsewhere');
  expect(await exchange(app, ticket, (await challenge(app)).verifier)).toBe('ticket_elsewhere');
  await other.shows(bob);
  expect(await exchange(other, ticket, made.verifier)).toBe('done');
  await other.shows(ada);
  expect(await other.accounts()).toHaveLength(2);
  // Lost on its way and asked again, it opens the same; another browser's it never is.
  expect(await exchange(other, ticket, made.verifier)).toBe('done');
  expect(await other.accounts()).toHaveLength(2);
  expect(await exchange(app, ticket, made.verifier)).toBe('ticket_used');
  // It ends with the one that it came from.
  expect(await app.call('signOut')).toBe('done');
  await other.shows(bob);
  expect(await other.accounts()).toHaveLength(1);
});

test('B01 a sign-in is handed over to no origin that is not allowed', async ({ app }) => {
  await app.signUp(somebody('Ada'));
  const { challenge: shown } = await challenge(app);
  for (const address of ['https://evil.example/app', 'http://localhost.evil.example/', 'javascript:alert(1)']) {
    expect(await handOver(app, address, shown)).toBe('redirect_not_allowed');
  }
});
