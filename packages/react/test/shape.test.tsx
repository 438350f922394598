import { spawnSync } from 'node:child_process';
import { KeyrackProvider } from '@keyrack/react';
import { fireEvent, render, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import AccountSwitcher from './examples/account-switcher.js';
import PrivateRequestButton from './examples/private-request-button.js';
import SessionSummary from './examples/session-summary.js';
import { FakeServer, PRODUCTION_KEY } from './fake-server.js';
import { session } from './fixtures.js';
import { open, expectNoise, outcome, pass } from './harness.js';

const wrapper = ({ children }: { children: React.ReactNode }) => (
  <KeyrackProvider publishableKey={PRODUCTION_KEY}>{children}</KeyrackProvider>
);

test('H01 the example that reads the session shows the active account', async () => {
  new FakeServer(session(['ada', 'bob']));
  const { container } = render(<SessionSummary />, { wrapper });
  expect(container.textContent).toBe('');
  await pass();
  expect(container.textContent).toBe('ada@example.com');
});

test('H01 the example that switches accounts switches', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  render(<AccountSwitcher />, { wrapper });
  await pass();
  fireEvent.click(screen.getByText('bob@example.com'));
  await pass();
  expect(server.session.active_signin?.id).toBe('sin_bob');
});

test('H01 the example that calls a backend sends a token', async () => {
  const server = new FakeServer(session(['ada']));
  render(<PrivateRequestButton />, { wrapper });
  await pass();
  fireEvent.click(screen.getByText('Call private API'));
  await pass();
  const call = server.requests.find(({ path }) => path === '/api/private');
  expect(call?.headers.Authorization).toBe('Bearer token 1 of sin_ada');
});

test('H02 the examples and test/types.tsx compile, and the compiler refuses what they expect it to', () => {
  vi.useRealTimers();
  const project = process.env['REACT'] === '18' ? 'tsconfig.react-18.json' : 'tsconfig.json';
  const { stdout, status } = spawnSync('npx', ['tsc', '-p', project], { encoding: 'utf8' });
  expect(stdout).toBe('');
  expect(status).toBe(0);
}, 60_000);

test('H02 the loading branch has getToken and refetch and no method that changes something', async () => {
  const server = new FakeServer();
  server.hold('GET', '/session');
  const { hook } = await open();
  expect(hook.loading).toBe(true);
  expect(hook.getToken).toBeTypeOf('function');
  expect(hook.refetch).toBeTypeOf('function');
  expect([hook.session, hook.signOut, hook.switchSignIn, hook.exchangeTicket]).toEqual(Array(4).fill(undefined));
});

test('H03 status, isRefetching, stale and endReason are on both branches', async () => {
  const server = new FakeServer({ ...session([]), end_reason: 'idle' });
  const { release } = server.hold('GET', '/session');
  const tab = await open();
  const fresh = { isRefetching: false, stale: false };
  expect(tab.hook).toMatchObject({ status: 'loading', endReason: null, ...fresh });
  release();
  await pass();
  expect(tab.hook).toMatchObject({ status: 'signed-out', endReason: 'idle', ...fresh });
  server.change(session(['ada'], 2));
  await outcome(tab.hook.refetch());
  expect(tab.hook).toMatchObject({ status: 'signed-in', endReason: null, ...fresh });
});

test('H03 isRefetching is true from the call of refetch until its answer', async () => {
  const server = new FakeServer(session(['ada']));
  const tab = await open();
  expect(tab.hook.isRefetching).toBe(false);
  const { release } = server.hold('GET', '/session');
  void tab.hook.refetch();
  await pass();
  expect(tab.hook.isRefetching).toBe(true);
  release();
  await pass();
  expect(tab.hook.isRefetching).toBe(false);
});

test('H04 active_signin is null when nobody is active, and a sign-in has its user', async () => {
  const server = new FakeServer(session([]));
  const tab = await open();
  expect(tab.loaded.session.active_signin).toBeNull();
  server.change(session(['ada'], 2));
  await outcome(tab.hook.refetch());
  expect(tab.loaded.session.active_signin?.user.email_address).toBe('ada@example.com');
});

test('H05 a refresh that brings the same revision renders nobody, and everything stays the same object', async () => {
  const server = new FakeServer(session(['ada']));
  const tab = await open();
  const { hook } = tab;
  const renderings = tab.shown.length;
  await outcome(hook.refetch());
  await pass(30_000);
  expect(server.count('GET /session')).toBe(3);
  expect(tab.shown.length).toBe(renderings);
  expect(tab.hook).toBe(hook);
});

test('H05 methods stay the same over every change of the session', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const tab = await open();
  const before = tab.loaded;
  await outcome(before.switchSignIn('sin_bob'));
  server.change({ end_reason: null });
  await outcome(before.refetch());
  const after = tab.loaded;
  expect(after.session).not.toBe(before.session);
  for (const name of ['refetch', 'getToken', 'switchSignIn', 'signOut', 'exchangeTicket'] as const) {
    expect(after[name]).toBe(before[name]);
  }
});

test('H25 a ticket is exchanged in one request, whose answer has the session', async () => {
  const server = new FakeServer(session(['ada']));
  const tab = await open();
  const sent = server.requests.length;
  server.once('POST', '/session/ticket/exchange', () => {
    const { signins } = session(['ada', 'bob']);
    const { data } = server.change({ signins, active_signin: signins[1] ?? null });
    return { data: { success: true, message: '', session_id: 'ses_1', session: data } };
  });
  await outcome(tab.loaded.exchangeTicket('tkt_bob', 'a verifier'));
  expect(tab.loaded.session.active_signin?.id).toBe('sin_bob');
  expect(server.requests.at(-1)?.body).toEqual({ ticket: 'tkt_bob', code_verifier: 'a verifier' });
  expect(server.requests.slice(sent).map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /session/ticket/exchange',
  ]);
});

test('H25 a ticket that opens nothing rejects with its own code and leaves everything as it was', async () => {
  const server = new FakeServer(session(['ada']));
  const tab = await open();
  const before = tab.loaded.session;
  for (const code of ['ticket_used', 'ticket_expired', 'ticket_not_found', 'ticket_elsewhere']) {
    server.refuse('POST', '/session/ticket/exchange', 400, code);
    await expect(tab.loaded.exchangeTicket('tkt_bob')).rejects.toMatchObject({ name: 'KeyrackError', code });
  }
  expect(tab.loaded.session).toBe(before);
});

test('a hook without a provider says what is missing', () => {
  expectNoise();
  expect(() => render(<SessionSummary />)).toThrow('<KeyrackProvider');
});
