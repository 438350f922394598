import { KeyrackProvider, useSession } from '@keyrack/react';
import { render } from '@testing-library/react';
import { StrictMode, useEffect, useState } from 'react';
import { mutate, SWRConfig } from 'swr';
import { expect, test } from 'vitest';
import { FakeServer, PRODUCTION_KEY } from './fake-server.js';
import { session } from './fixtures.js';
import { open, outcome, pass, setHidden } from './harness.js';

test('H06 two hundred components mounted over twenty seconds make one request, and one per refresh', async () => {
  const server = new FakeServer(session(['ada']));
  const One = () => <i>{useSession().status}</i>;
  function Crowd() {
    const [count, setCount] = useState(1);
    useEffect(() => {
      if (count < 200) setTimeout(() => setCount(count + 1), 100);
    }, [count]);
    return Array.from({ length: count }, (_, index) => <One key={index} />);
  }
  const { container } = render(
    <KeyrackProvider publishableKey={PRODUCTION_KEY}>
      <Crowd />
    </KeyrackProvider>,
  );
  for (let mounted = 0; mounted < 290; mounted += 1) await pass(100);
  expect(container.querySelectorAll('i').length).toBe(200);
  expect(server.count('GET /session')).toBe(1);
  await pass(1_100);
  expect(server.count('GET /session')).toBe(2);
  await pass(30_000);
  expect(server.count('GET /session')).toBe(3);
});

test('H06 StrictMode and the application’s own SWR configuration change nothing about it', async () => {
  const server = new FakeServer(session(['ada']));
  const One = () => <i>{useSession().status}</i>;
  render(
    <StrictMode>
      <SWRConfig value={{ suspense: true, isPaused: () => true, refreshInterval: 1 }}>
        <KeyrackProvider publishableKey={PRODUCTION_KEY}>
          <One />
        </KeyrackProvider>
      </SWRConfig>
    </StrictMode>,
  );
  await pass(1_000);
  expect(server.count('GET /session')).toBe(1);
  await pass(30_000);
  expect(server.count('GET /session')).toBe(2);
});

test('H06 the application’s own use of SWR and ours do not meet', async () => {
  const server = new FakeServer(session(['ada']));
  const tab = await open();
  const keys: string[] = [];
  await outcome(mutate((key) => typeof keys.push(key as string) === 'number' && (key as string).startsWith('/api'), 1));
  expect(keys.every((key) => typeof key === 'string')).toBe(true);
  expect(JSON.stringify(keys)).not.toContain('ada');
  await pass(30_000);
  expect(server.count('GET /session')).toBe(2);
  expect(tab.hook.status).toBe('signed-in');
});

test('H06 a provider that is gone asks nothing', async () => {
  const server = new FakeServer(session(['ada']));
  const tab = await open();
  tab.unmount();
  setHidden(false);
  dispatchEvent(new Event('online'));
  await pass(120_000);
  expect(server.count('GET /session')).toBe(1);
});

test('H10 a failed first load stays loading and is tried again with growing pauses', async () => {
  const server = new FakeServer(session(['ada']));
  server.unreachable('GET', '/session', 20);
  const tab = await open();
  expect(tab.hook).toMatchObject({ loading: true, status: 'failed', error: { code: 'network' }, stale: false });
  const tried: number[] = [];
  for (const pause of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
    await pass(pause - 1);
    tried.push(server.count('GET /session'));
    await pass(1);
    tried.push(server.count('GET /session'));
  }
  expect(tried).toEqual([1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8]);
});

test('H10 refetch() tries at once, and its success shows the session and ends the failure', async () => {
  const server = new FakeServer(session(['ada']));
  server.unreachable('GET', '/session');
  const tab = await open();
  await outcome(tab.hook.refetch());
  expect(tab.hook).toMatchObject({ loading: false, status: 'signed-in', error: undefined, stale: false });
  await pass(29_000);
  expect(server.count('GET /session')).toBe(2);
});

test('H10 refetch() does not reject, and a refresh that fails keeps the session until one succeeds', async () => {
  const server = new FakeServer(session(['ada']));
  const tab = await open();
  const { session: kept } = tab.loaded;
  server.unreachable('GET', '/session');
  await outcome(tab.hook.refetch());
  expect(tab.hook).toMatchObject({ loading: false, stale: true, error: { code: 'network', status: 0 } });
  expect(tab.loaded.session).toBe(kept);
  await pass(1_000);
  expect(tab.hook).toMatchObject({ stale: false, error: undefined });
  expect(tab.loaded.session).toBe(kept);
});

test('H10 a failure stays one until a later request succeeds, whatever an earlier one brings', async () => {
  const server = new FakeServer(session(['ada'], 5));
  const tab = await open();
  const slow = server.hold('GET', '/session');
  void tab.hook.refetch();
  await pass();
  server.change({ active_signin: null });
  server.unreachable('GET', '/session');
  await outcome(tab.hook.refetch());
  slow.release();
  await pass();
  expect(tab.hook).toMatchObject({ stale: true, error: { code: 'network' } });
  await pass(1_000);
  expect(tab.hook).toMatchObject({ stale: false, error: undefined, session: { revision: 6 } });
});

test('H10 the failure of a request that was overtaken by a success says nothing', async () => {
  const server = new FakeServer(session(['ada']));
  const tab = await open();
  let fail: (() => void) | undefined;
  server.once('GET', '/session', () => new Promise((_, reject) => (fail = () => reject(new TypeError('lost')))));
  void tab.hook.refetch();
  await pass();
  await outcome(tab.hook.refetch());
  fail?.();
  await pass();
  expect(tab.hook).toMatchObject({ stale: false, error: undefined });
});

test.for([
  ['a network failure', { throws: true }, 'network'],
  ['a 500 of Keyrack’s', { status: 500, code: 'INTERNAL' }, 'INTERNAL'],
  ['a 503 of a proxy', { status: 503, html: '<h1>Unavailable</h1>' }, 'network'],
  ['a 429', { status: 429, code: 'too_many_requests' }, 'too_many_requests'],
  ['a captive portal', { html: '<h1>Welcome to the hotel</h1>' }, 'network'],
  ['a captive portal that speaks JSON', { html: '{"login":"/portal"}' }, 'network'],
  ['an envelope without a session', { data: { hello: 1 } }, 'network'],
  ['null', { html: 'null' }, 'network'],
] as const)('H11 %s leaves the session as it is', async ([, reply, code]) => {
  const server = new FakeServer(session(['ada']));
  const tab = await open();
  const { session: kept } = tab.loaded;
  server.once('GET', '/session', () => {
    if ('throws' in reply) throw new TypeError('Failed to fetch');
    return reply;
  });
  await outcome(tab.hook.refetch());
  expect(tab.loaded.session).toBe(kept);
  expect(tab.loaded).toMatchObject({ stale: true, error: { code } });
});

test('H11 no answer within 15 seconds is a timeout and leaves the session as it is', async () => {
  const server = new FakeServer(session(['ada']));
  const tab = await open();
  server.hold('GET', '/session');
  void tab.hook.refetch();
  await pass(14_999);
  expect(tab.hook.error).toBeUndefined();
  await pass(1);
  expect(tab.hook).toMatchObject({ status: 'signed-in', stale: true, error: { code: 'timeout', status: 0 } });
});

test('H11 the empty session is an explicit answer and clears', async () => {
  const server = new FakeServer(session(['ada']));
  const tab = await open();
  server.once('GET', '/session', () => ({ data: { ...session([], 0), id: '', end_reason: 'idle' } }));
  await outcome(tab.hook.refetch());
  expect(tab.hook).toMatchObject({ status: 'signed-out', endReason: 'idle', stale: false });
});

test('H12 refetches, failures and mutations never lead back to loading', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const tab = await open();
  const from = tab.shown.indexOf('ada@example.com');
  void tab.hook.refetch();
  server.unreachable('GET', '/session');
  await outcome(tab.hook.refetch());
  await outcome(tab.loaded.switchSignIn('sin_bob'));
  await outcome(tab.loaded.signOut());
  expect(new Set(tab.shown.slice(from))).toEqual(new Set(['ada@example.com', 'bob@example.com', 'nobody']));
});

test('H14 refreshes every 30 seconds while visible, marked as periodic; other reads are not', async () => {
  const server = new FakeServer(session(['ada']));
  const tab = await open();
  await outcome(tab.hook.refetch());
  await pass(60_000);
  expect(server.requests.map(({ path }) => path)).toEqual([
    '/session',
    '/session',
    '/session?poll=1',
    '/session?poll=1',
  ]);
});

test('H14 does not refresh while hidden, and at once when visible again after longer than that', async () => {
  const server = new FakeServer(session(['ada']));
  await open();
  setHidden(true);
  await pass(120_000);
  expect(server.count('GET /session')).toBe(1);
  setHidden(false);
  await pass();
  expect(server.requests.map(({ path }) => path)).toEqual(['/session', '/session']);
});

test('H14 a page that is being hidden asks nothing, not even after a failure', async () => {
  const server = new FakeServer(session(['ada']));
  server.unreachable('GET', '/session', 2);
  await open();
  setHidden(true);
  await pass(60_000);
  expect(server.count('GET /session')).toBe(1);
  setHidden(false);
  await pass();
  expect(server.count('GET /session')).toBe(2);
});

test('H14 becoming visible again soon asks nothing', async () => {
  const server = new FakeServer(session(['ada']));
  await open();
  setHidden(true);
  await pass(20_000);
  setHidden(false);
  await pass();
  expect(server.count('GET /session')).toBe(1);
});

test('H14 refreshes when the network comes back and when the page returns from the back-forward cache', async () => {
  const server = new FakeServer(session(['ada']));
  await open();
  dispatchEvent(new Event('online'));
  await pass();
  expect(server.count('GET /session')).toBe(2);
  dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }));
  await pass();
  expect(server.count('GET /session')).toBe(2);
  dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  await pass();
  expect(server.count('GET /session')).toBe(3);
});

test.each([
  ['15', 15],
  ['Fri, 31 Dec 1999 23:59:59 GMT', undefined],
  [undefined, undefined],
])('H17 a refusal says how long to wait as the server says it: %s', async (said, seconds) => {
  const server = new FakeServer(session(['ada']));
  const tab = await open();
  server.once('POST', '/session/switch-sign-in', () => ({
    status: 429,
    code: 'too_many_attempts',
    ...(said && { retryAfter: said }),
  }));
  const refusal = outcome(tab.loaded.switchSignIn('sin_x'));
  await expect(refusal).rejects.toMatchObject({ code: 'too_many_attempts', retryAfter: seconds });
});

test('H17 a refusal is a KeyrackError with code, status, message and every entry', async () => {
  const server = new FakeServer(session(['ada']));
  const tab = await open();
  server.refuse('POST', '/session/switch-sign-in', 404, 'sign_in_not_found');
  const refusal = outcome(tab.loaded.switchSignIn('sin_x'));
  await expect(refusal).rejects.toMatchObject({
    name: 'KeyrackError',
    code: 'sign_in_not_found',
    status: 404,
    message: 'Refused: sign_in_not_found',
    errors: [{ code: 'sign_in_not_found', message: 'Refused: sign_in_not_found' }],
  });
});
