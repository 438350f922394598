/** Tokens, in Chromium and in Firefox. */
import { expect, somebody, test } from './app.js';

const HOUR = 3_600_000;

/** Moves what the page takes for the time, by `offset` milliseconds; the monotonic clock goes on as ever. */
function wrongClock(offset: number): void {
  const RealDate = Date;
  const now = () => RealDate.now() + Number(window.name || offset);
  window.Date = class extends RealDate {
    constructor(...args: unknown[]) {
      super(...((args.length > 0 ? args : [now()]) as []));
    }
    static override now = now;
  } as DateConstructor;
}

for (const [what, offset] of [
  ['an hour slow', -HOUR],
  ['an hour fast', HOUR],
] as const) {
  test(`H30 a local clock that is ${what} changes nothing`, async ({ app, site }) => {
    const ada = somebody('Ada');
    await app.signUp(ada);
    await app.tab.before(wrongClock, offset);
    await app.tab.reload();
    await app.shows(ada);
    const tokens = await app.tab.evaluate(async () => {
      const { getToken } = window.keyrack.hook;
      return [await getToken(), await getToken(), await getToken()];
    });
    expect(new Set(tokens).size).toBe(1);
    expect(site.count('/session/token')).toBe(1);
    const { exp } = JSON.parse(atob(tokens[0]?.split('.')[1] ?? ''));
    expect(exp * 1000 - Date.now()).toBeGreaterThan(50_000);
  });
}

test('H35 after a sleep through which the monotonic clock stood still no expired token is returned', async ({ app, site }) => {
  const ada = somebody('Ada');
  await app.signUp(ada);
  await app.tab.before(wrongClock, 0);
  await app.tab.reload();
  await app.shows(ada);
  const before = await app.tab.evaluate(() => window.keyrack.hook.getToken());
  await app.tab.evaluate((hour) => void (window.name = `${hour}`), HOUR);
  const after = await app.tab.evaluate(() => window.keyrack.hook.getToken());
  expect(site.count('/session/token')).toBe(2);
  expect(after).not.toBe(before);
});

test('H31 calls at the same time share one request, and a failure is not kept', async ({ app, site }) => {
  await app.signUp(somebody('Ada'));
  const ask = () =>
    app.tab.evaluate(() =>
      Promise.all(
        Array.from({ length: 20 }, () =>
          window.keyrack.hook.getToken().then(
            () => 'token',
            (error) => error.code as string,
          ),
        ),
      ),
    );
  site.break('/session/token', { kind: 'cut' });
  expect(new Set(await ask())).toEqual(new Set(['network']));
  site.heal();
  expect(new Set(await ask())).toEqual(new Set(['token']));
});

test('H33 in 50 races between a switch and getToken no token is the earlier account’s', async ({ app }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await app.signUp(ada);
  await app.signUp(bob);
  const outcome = await app.tab.evaluate(async () => {
    const accountOf = (token: string): string => JSON.parse(atob(token.split('.')[1] ?? '')).signin_id;
    const counts = { right: 0, changed: 0, wrong: 0, other: 0 };
    const ask = () => {
      const { getToken } = window.keyrack.hook;
      return getToken().then(
        // At the moment it is delivered, a token is the shown account's.
        (token) => (counts[accountOf(token) === window.keyrack.hook.session?.active_signin?.id ? 'right' : 'wrong'] += 1),
        ({ code }) => (counts[code === 'session_changed' ? 'changed' : 'other'] += 1),
      );
    };
    for (let round = 0; round < 50; round += 1) {
      const { session, switchSignIn } = window.keyrack.hook;
      const next = session?.signins.find(({ id }) => id !== session.active_signin?.id)?.id ?? '';
      const early = ask();
      const switched = switchSignIn?.(next);
      const beside = ask();
      await switched;
      const late = await window.keyrack.hook.getToken();
      if (accountOf(late) !== next) counts.wrong += 1;
      await Promise.all([early, beside]);
    }
    return counts;
  });
  expect(outcome.wrong).toBe(0);
  expect(outcome.other).toBe(0);
  expect(outcome.right + outcome.changed).toBe(100);
});

test('H33 a switch in another tab empties the tokens of this one', async ({ app, anotherTab }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await app.signUp(ada);
  await app.signUp(bob);
  const other = await anotherTab();
  await other.shows(bob);
  const ask = () =>
    other.tab.evaluate(async () => JSON.parse(atob((await window.keyrack.hook.getToken()).split('.')[1] ?? '')).signin_id);
  expect(await ask()).toBe(await app.signInOf(bob));
  await app.switchTo(ada);
  await other.shows(ada);
  expect(await ask()).toBe(await app.signInOf(ada));
});

test('H34 without an active sign-in no token is asked for', async ({ app, site }) => {
  await app.shows({ email: 'nobody' });
  expect(await app.call('getToken')).toBe('no_session');
  expect(site.count('/session/token')).toBe(0);
});
