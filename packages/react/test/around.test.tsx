/** The hooks beside useSession, and the components. */
import {
  KeyrackProvider,
  type KeyrackProviderProps,
  SignedIn,
  SignedOut,
  useDeployment,
  type UseDeployment,
  useSession,
  useUser,
  type UseUser,
} from '@keyrack/react';
import { render } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { FakeServer, PRODUCTION_KEY } from './fake-server.js';
import { deployment, session } from './fixtures.js';
import { expectNoise, outcome, pass, renderAsServer, setHidden } from './harness.js';

type Props = Partial<KeyrackProviderProps>;
const provided = (children: React.ReactNode, props: Props = {}) => (
  <KeyrackProvider publishableKey={PRODUCTION_KEY} {...props}>
    {children}
  </KeyrackProvider>
);

/** What a hook returned at each rendering. */
function record<T>(useHook: () => T): { Component: () => null; all: T[]; last: () => T } {
  const all: T[] = [];
  const Component = () => {
    all.push(useHook());
    return null;
  };
  return { Component, all, last: () => all.at(-1) as T };
}

test('H22 useUser shows the user of exactly the session that useSession shows, at every rendering', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const both = record(() => ({ hook: useSession(), user: useUser() }));
  render(provided(<both.Component />));
  await pass();
  await outcome(both.last().hook.switchSignIn?.('sin_bob') ?? Promise.reject());
  server.change(session(['bob', 'ada'], 9));
  await outcome(both.last().user.refetch());
  await outcome(both.last().hook.signOut?.() ?? Promise.reject());
  for (const { hook, user } of both.all) {
    expect(user.loading).toBe(hook.loading);
    expect(user.user).toBe(hook.loading ? undefined : (hook.session.active_signin?.user ?? null));
  }
  expect(new Set(both.all.map(({ user }) => user.user?.id))).toEqual(new Set([undefined, 'usr_ada', 'usr_bob']));
});

test('H10 useUser has the error of a failed load and of a failed refresh, and keeps the user', async () => {
  const server = new FakeServer(session(['ada']));
  server.unreachable('GET', '/session');
  const user = record<UseUser>(useUser);
  render(provided(<user.Component />));
  await pass();
  expect(user.last()).toMatchObject({ loading: true, error: { code: 'network' } });
  await outcome(user.last().refetch());
  expect(user.last()).toMatchObject({ loading: false, error: undefined, user: { id: 'usr_ada' } });
  server.unreachable('GET', '/session');
  await outcome(user.last().refetch());
  expect(user.last()).toMatchObject({ loading: false, error: { code: 'network' }, user: { id: 'usr_ada' } });
});

test('H05 useUser and useDeployment return the same objects and render nobody while nothing changes', async () => {
  new FakeServer(session(['ada']));
  const shown = record(() => [useUser(), useDeployment()] as const);
  render(provided(<shown.Component />));
  await pass();
  const [user, settings] = shown.last();
  const renderings = shown.all.length;
  await outcome(user.refetch());
  await pass(60_000);
  expect(shown.all.length).toBe(renderings);
  expect(shown.last()).toEqual([user, settings]);
});

test('useDeployment makes one request for any number of components, and none for those that come later', async () => {
  const server = new FakeServer();
  const settings = record(useDeployment);
  const page = (count: number) => provided(Array.from({ length: count }, (_, i) => <settings.Component key={i} />));
  const { rerender } = render(page(100));
  expect(settings.last()).toMatchObject({ loading: true, error: undefined });
  expect(settings.last().deployment).toBeUndefined();
  await pass();
  rerender(page(200));
  await pass(120_000);
  expect(server.count('GET /deployment')).toBe(1);
  expect(settings.last()).toMatchObject({ loading: false, deployment: { ui_settings: { app_name: 'Ledger' } } });
});

test('useDeployment and the URL after a sign-out share the request', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  server.afterSignOutAll = '/bye';
  const navigate = vi.fn();
  const shown = record(() => ({ hook: useSession(), settings: useDeployment() }));
  render(provided(<shown.Component />, { navigate }));
  await pass();
  await outcome(shown.last().hook.signOut?.() ?? Promise.reject());
  expect(navigate).toHaveBeenCalledWith('/bye');
  expect(server.count('GET /deployment')).toBe(1);
});

test('nobody asks for the deployment until something needs it', async () => {
  const server = new FakeServer(session(['ada']));
  const user = record(useUser);
  render(provided(<user.Component />));
  await pass(60_000);
  expect(server.count('GET /deployment')).toBe(0);
});

test('useDeployment tries again with growing pauses, at once by refetch(), and not while hidden or gone', async () => {
  const server = new FakeServer();
  server.unreachable('GET', '/deployment', 20);
  const settings = record<UseDeployment>(useDeployment);
  const { unmount } = render(provided(<settings.Component />));
  await pass();
  expect(settings.last()).toMatchObject({ loading: true, error: { code: 'network' } });
  const tried: number[] = [];
  for (const pause of [999, 1, 1_999, 1, 3_999, 1]) {
    await pass(pause);
    tried.push(server.count('GET /deployment'));
  }
  expect(tried).toEqual([1, 2, 2, 3, 3, 4]);
  await outcome(settings.last().refetch());
  expect(server.count('GET /deployment')).toBe(5);
  setHidden(true);
  await pass(120_000);
  expect(server.count('GET /deployment')).toBe(5);
  setHidden(false);
  await pass(16_000);
  expect(server.count('GET /deployment')).toBe(6);
  unmount();
  await pass(120_000);
  expect(server.count('GET /deployment')).toBe(6);
});

test('H11 a captive portal is no deployment, and a failed refetch keeps the one that is shown', async () => {
  const server = new FakeServer();
  server.once('GET', '/deployment', () => ({ data: { welcome: 'to the hotel' } }));
  const settings = record<UseDeployment>(useDeployment);
  render(provided(<settings.Component />));
  await pass();
  expect(settings.last()).toMatchObject({ loading: true, error: { code: 'network' } });
  await pass(1_000);
  const { deployment: kept } = settings.last();
  expect(kept?.ui_settings.app_name).toBe('Ledger');
  server.unreachable('GET', '/deployment');
  await outcome(settings.last().refetch());
  expect(settings.last()).toMatchObject({ loading: false, error: { code: 'network' } });
  expect(settings.last().deployment).toBe(kept);
});

test('initialDeployment is there at the first rendering, on a server too, and costs no request', async () => {
  const server = new FakeServer();
  const Name = () => <p>{useDeployment().deployment?.ui_settings.app_name}</p>;
  const page = provided(<Name />, { initialDeployment: deployment({ app_name: 'Atlas' }) });
  expect(renderAsServer(page)).toBe('<p>Atlas</p>');
  expect(render(page).container.textContent).toBe('Atlas');
  await pass(60_000);
  expect(server.count('GET /deployment')).toBe(0);
});

test('SignedIn and SignedOut show their children for their half, and neither while loading', async () => {
  const server = new FakeServer(session(['ada']));
  const { release } = server.hold('GET', '/session');
  const hook = record(useSession);
  const page = provided(
    <>
      <hook.Component />
      <SignedIn>in</SignedIn>
      <SignedOut>out</SignedOut>
    </>,
  );
  expect(renderAsServer(page)).toBe('');
  const { container } = render(page);
  await pass();
  expect(container.textContent).toBe('');
  release();
  await pass();
  expect(container.textContent).toBe('in');
  await outcome(hook.last().signOut?.() ?? Promise.reject());
  expect(container.textContent).toBe('out');
});

test('H12 SignedIn keeps its children mounted over a refetch, a failure and a switch', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const hook = record(useSession);
  const { container } = render(
    provided(
      <SignedIn>
        <hook.Component />
        <input />
      </SignedIn>,
    ),
  );
  await pass();
  const input = container.querySelector('input');
  server.unreachable('GET', '/session');
  await outcome(hook.last().refetch());
  await outcome(hook.last().switchSignIn?.('sin_bob') ?? Promise.reject());
  expect(container.querySelector('input')).toBe(input);
  expect(input).not.toBeNull();
});

test.for([
  ['useUser', () => useUser()],
  ['useDeployment', () => useDeployment()],
  ['SignedIn', () => SignedIn({})],
] as const)('%s without a provider says what is missing', ([, useIt]) => {
  expectNoise();
  const Page = () => String(useIt());
  expect(() => render(<Page />)).toThrow('<KeyrackProvider');
});
