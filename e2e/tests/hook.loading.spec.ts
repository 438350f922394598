/** A network that fails in every way, in Chromium and in Firefox. */
import { type App, expect, somebody, test } from './app.js';
import { CAPTIVE_PORTAL, type Fault } from './site.js';

const UNAVAILABLE: Fault = { kind: 'answered', status: 503, type: 'text/plain', body: 'upstream is away' };

test('H01 the three documented examples run in a browser', async ({ app, site }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await app.signUp(ada);
  await app.signUp(bob);
  await app.open('/examples');
  const summary = () => app.tab.evaluate(() => document.querySelector('[aria-label^=Read]')?.textContent);
  const press = (name: string) =>
    app.tab.evaluate((wanted) => [...document.querySelectorAll('button')].find((b) => b.textContent === wanted)?.click(), name);
  await expect.poll(summary).toBe(bob.email);
  await press(ada.email);
  await expect.poll(summary).toBe(ada.email);
  const authorization = new Promise((resolve) =>
    site.page('/api/private', (incoming, answer) => {
      resolve(incoming.headers.authorization);
      answer.end();
    }),
  );
  await press('Call private API');
  expect(await authorization).toMatch(/^Bearer ey/);
});

for (const [what, fault, tag] of [
  ['a captive portal', CAPTIVE_PORTAL, []],
  ['a proxy without its server', UNAVAILABLE, '@chromium'],
  ['a broken connection', { kind: 'cut' }, '@chromium'],
  ['an answer that is lost', { kind: 'lost' }, []],
] satisfies [string, Fault, string | string[]][]) {
  test(`H11 ${what} signs nobody out`, { tag }, async ({ app, site }) => {
    const ada = somebody('Ada');
    await app.signUp(ada);
    site.break('/session', fault);
    await app.call('refetch');
    expect(await app.active()).toBe(ada.email);
    expect(await app.hook()).toMatchObject({ status: 'signed-in', stale: true, error: 'network' });
    site.heal();
    await app.call('refetch');
    expect(await app.hook()).toEqual({ status: 'signed-in', stale: false, error: undefined });
    expect(await app.shown()).toEqual(['loading', 'nobody', ada.email]);
  });

  test(`H10 a first load into ${what} is tried again by itself`, { tag }, async ({ app, site }) => {
    const ada = somebody('Ada');
    await app.signUp(ada);
    site.break('/session', fault);
    await app.tab.reload();
    await app.shows({ email: 'failed' });
    expect(await app.hook()).toMatchObject({ status: 'failed', error: 'network' });
    site.heal();
    await app.shows(ada);
    expect(await app.shown()).toEqual(['loading', 'failed', ada.email]);
  });

  test(`H20 of a switch into ${what} the hook finds out what became`, { tag }, async ({ app, site }) => {
    const [ada, bob] = [somebody('Ada'), somebody('Bob')];
    await app.signUp(ada);
    await app.signUp(bob);
    site.break('/session/switch-sign-in', fault);
    const happened = fault.kind === 'lost';
    expect(await app.switchTo(ada)).toBe(happened ? 'done' : 'network');
    await app.shows(happened ? ada : bob);
    expect(await app.hook()).toEqual({ status: 'signed-in', stale: false, error: undefined });
  });
}

test('H20 a sign-in whose answer is lost adds nothing, and the next one does', async ({ app, site }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await app.signUp(ada);
  await app.signUp(bob);
  await app.call('signOut', await app.signInOf(ada));
  site.break('/auth/signin', { kind: 'lost' });
  expect(await app.signIn(ada)).toBe('network');
  expect(await app.accounts()).toEqual([bob.email]);
  site.heal();
  expect(await app.signIn(ada)).toBe('done');
  expect(await app.accounts()).toEqual([bob.email, ada.email]);
});

test('H20 a refusal leaves everything as it was', async ({ app }) => {
  const ada = somebody('Ada');
  await app.signUp(ada);
  const before = await sessionOf(app);
  expect(await app.call('switchSignIn', 'sin_of_somebody_else')).toBe('sign_in_not_found');
  expect(await app.signIn({ ...ada, password: 'not hers' })).toBe('INVALID_CREDENTIALS');
  expect(await sessionOf(app)).toEqual(before);
});

test('H20 a sign-out whose answer is lost is shown, and resolves', async ({ app, site }) => {
  const ada = somebody('Ada');
  await app.signUp(ada);
  site.break('/session/sign-out', { kind: 'lost' });
  expect(await app.call('signOut')).toBe('done');
  await app.shows({ email: 'nobody' });
  site.heal();
  await app.tab.reload();
  await app.shows({ email: 'nobody' });
});

function sessionOf(app: App) {
  return app.tab.evaluate(() => window.keyrack.hook.session);
}
