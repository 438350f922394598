/** @keyrack/react/testing, used as an application uses it. */
import {
  KeyrackError,
  SignedIn,
  SignedOut,
  useDeployment,
  useSession,
  type UseSession,
  useSessionList,
  useSignIn,
  useSignUp,
  useUser,
} from '@keyrack/react';
import { devServer, TestKeyrack, TestKeyrackProvider, testDeployment, testSession } from '@keyrack/react/testing';
import { act, fireEvent, render, screen } from '@testing-library/react';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import AccountSwitcher from './examples/account-switcher.js';
import PrivateRequestButton from './examples/private-request-button.js';
import { outcome, pass } from './harness.js';

const two = () => testSession([{ email_address: 'ada@example.com' }, { email_address: 'bob@example.com' }]);

function open(keyrack: TestKeyrack, children: React.ReactNode = null) {
  const seen: { hook?: UseSession } = {};
  const Page = () => {
    seen.hook = useSession();
    return <p>{seen.hook.session?.active_signin?.user.email_address ?? seen.hook.status}</p>;
  };
  const view = render(
    <TestKeyrackProvider keyrack={keyrack}>
      <Page />
      {children}
    </TestKeyrackProvider>,
  );
  return { ...view, hook: () => seen.hook as UseSession };
}

test('H41 components show the session at their first rendering, and nothing leaves the test', async () => {
  vi.stubGlobal('fetch', () => expect.fail('a request'));
  vi.stubGlobal('BroadcastChannel', () => expect.fail('a channel'));
  const { container } = open(new TestKeyrack({ session: two() }));
  expect(container.textContent).toBe('ada@example.com');
  await pass(120_000);
  expect(vi.getTimerCount()).toBe(0);
  expect(localStorage.length).toBe(0);
});

test('H41 what a chooser remembers goes with its test', async () => {
  const List = () => <p>{useSessionList().ended?.map(({ name }) => name).join()}</p>;
  const keyrack = new TestKeyrack({ session: two() });
  const { container } = open(keyrack, <List />);
  const { signins } = two();
  await act(() => keyrack.setSession({ ...two(), signins: signins.slice(1), active_signin: null, end_reason: 'idle' }));
  expect(container.textContent).toContain('Ada');
  expect(localStorage.length).toBe(0);
});

test('H41 calls are recorded, and do what they do against a server', async () => {
  const keyrack = new TestKeyrack({ session: two() });
  render(
    <TestKeyrackProvider keyrack={keyrack}>
      <AccountSwitcher />
      <PrivateRequestButton />
    </TestKeyrackProvider>,
  );
  const sent: unknown[] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => sent.push([url, init.headers]));
  fireEvent.click(screen.getByText('bob@example.com'));
  await pass();
  fireEvent.click(screen.getByText('Call private API'));
  await pass();
  expect(keyrack.calls).toEqual([
    { method: 'switchSignIn', args: ['sin_2'] },
    { method: 'getToken', args: [] },
  ]);
  expect(keyrack.session?.active_signin?.id).toBe('sin_2');
  expect(sent).toEqual([['/api/private', { Authorization: 'Bearer test-token-1.sin_2.default' }]]);
});

test('H41 a token is recorded each time, also when it is the one that was kept', async () => {
  const keyrack = new TestKeyrack({ session: two() });
  const { hook } = open(keyrack);
  const first = await outcome(hook().getToken('hasura'));
  expect(await outcome(hook().getToken('hasura'))).toBe(first);
  expect(keyrack.calls).toEqual(Array(2).fill({ method: 'getToken', args: ['hasura'] }));
  await outcome(hook().signOut?.() ?? Promise.reject());
  await expect(outcome(hook().getToken())).rejects.toMatchObject({ code: 'no_session' });
});

test('H41 without a session it is loading, until there is one', async () => {
  const keyrack = new TestKeyrack();
  const { container, hook } = open(keyrack);
  expect(container.textContent).toBe('loading');
  keyrack.failNext('refetch', new KeyrackError('network', 'No network.'));
  await outcome(hook().refetch());
  expect(hook()).toMatchObject({ loading: true, status: 'failed', error: { code: 'network' } });
  await act(() => keyrack.setSession(two()));
  expect(container.textContent).toBe('ada@example.com');
});

test('H41 setSession shows what changed elsewhere, whatever its revision', async () => {
  const keyrack = new TestKeyrack({ session: two() });
  const { container } = open(keyrack);
  await act(() => keyrack.setSession(testSession([{ email_address: 'eve@example.com' }])));
  expect(container.textContent).toBe('eve@example.com');
  await act(() => keyrack.setSession(testSession([], { end_reason: 'idle' })));
  expect(container.textContent).toBe('signed-out');
  await act(() => keyrack.setSession(two()));
  expect(container.textContent).toBe('ada@example.com');
  expect(keyrack.calls).toEqual([]);
});

test('H41 failNext lets one call fail, and leaves everything as it was', async () => {
  const keyrack = new TestKeyrack({ session: two() });
  const { hook } = open(keyrack);
  keyrack.failNext('switchSignIn', new KeyrackError('network', 'No network.'));
  keyrack.failNext('getToken', new KeyrackError('template_not_found', 'No such template.', 404));
  await expect(outcome(hook().switchSignIn?.('sin_2') ?? Promise.resolve())).rejects.toMatchObject({ code: 'network' });
  await expect(outcome(hook().getToken())).rejects.toMatchObject({ code: 'template_not_found' });
  expect(keyrack.session?.active_signin?.id).toBe('sin_1');
  await outcome(hook().switchSignIn?.('sin_2') ?? Promise.reject());
  expect(keyrack.session?.active_signin?.id).toBe('sin_2');
  keyrack.failNext('refetch', new KeyrackError('timeout', 'Too late.'));
  await outcome(hook().refetch());
  expect(hook()).toMatchObject({ stale: true, error: { code: 'timeout' } });
});

test('H41 every method of a session does what it does against a server', async () => {
  const keyrack = new TestKeyrack({ session: two() });
  const { hook } = open(keyrack);
  const active = () => hook().session?.active_signin;
  const { switchOrganization, switchWorkspace, signOut, exchangeTicket, switchSignIn } = hook();
  if (!switchOrganization || !switchWorkspace || !signOut || !exchangeTicket || !switchSignIn) expect.fail('loading');
  await outcome(switchOrganization('org_1'));
  await outcome(switchWorkspace('wsp_1'));
  expect(active()?.active_organization_membership_id).toBe('org_1');
  expect(active()?.active_workspace_membership_id).toBe('wsp_1');
  await outcome(switchOrganization());
  expect([active()?.active_organization_membership_id, active()?.active_workspace_membership_id]).toEqual([null, null]);
  await expect(outcome(switchSignIn('sin_9'))).rejects.toMatchObject({ code: 'sign_in_not_found', status: 404 });
  await expect(outcome(signOut('sin_9'))).rejects.toMatchObject({ code: 'sign_in_not_found' });
  await expect(outcome(exchangeTicket('t'))).rejects.toMatchObject({ code: 'ticket_not_found', status: 404 });
  await outcome(signOut('sin_1'));
  expect([active()?.id, hook().endReason]).toEqual(['sin_2', 'signed_out']);
  await outcome(signOut());
  expect(hook()).toMatchObject({ status: 'signed-out', session: { id: '', signins: [] } });
  await expect(outcome(switchOrganization())).rejects.toMatchObject({ code: 'signed_out', status: 401 });
});

test('H41 a post-sign-out URL is recorded, or given to navigate', async () => {
  const deployment = testDeployment({ ui_settings: { after_sign_out_all_page_url: '/bye' } });
  const keyrack = new TestKeyrack({ session: two(), deployment });
  const { hook } = open(keyrack);
  await outcome(hook().signOut?.() ?? Promise.reject());
  expect(keyrack.calls).toEqual([
    { method: 'signOut', args: [] },
    { method: 'navigate', args: ['/bye'] },
  ]);
  const navigate = vi.fn();
  const other = new TestKeyrack({ session: two(), deployment });
  const Out = () => <button onClick={() => void useOut.current?.()}>Out</button>;
  const useOut: { current?: (() => Promise<void>) | undefined } = {};
  const Reads = () => {
    useOut.current = useSession().signOut as () => Promise<void>;
    return <Out />;
  };
  render(
    <TestKeyrackProvider keyrack={other} navigate={navigate}>
      <Reads />
    </TestKeyrackProvider>,
  );
  fireEvent.click(screen.getByText('Out'));
  await pass();
  expect(navigate).toHaveBeenCalledWith('/bye');
});

test('H41 the other hooks and components work below it', async () => {
  const keyrack = new TestKeyrack({ session: two(), deployment: testDeployment({ ui_settings: { app_name: 'Ledger' } }) });
  const Others = () => (
    <i>
      {[useUser().user?.id, useDeployment().deployment?.ui_settings.app_name, useSessionList().signins?.length].join()}
    </i>
  );
  const { container, hook } = open(
    keyrack,
    <>
      <Others />
      <SignedIn>in</SignedIn>
      <SignedOut>out</SignedOut>
    </>,
  );
  expect(container.textContent).toBe('ada@example.comusr_1,Ledger,2in');
  await outcome(hook().signOut?.() ?? Promise.reject());
  expect(container.textContent).toBe('signed-out,Ledger,0out');
});

test('H41 the flows sign in and sign up, recorded by their steps', async () => {
  const keyrack = new TestKeyrack({ session: testSession() });
  const flows = {} as { signIn: ReturnType<typeof useSignIn>; signUp: ReturnType<typeof useSignUp> };
  const Forms = () => {
    Object.assign(flows, { signIn: useSignIn(), signUp: useSignUp() });
    return null;
  };
  const { container } = open(keyrack, <Forms />);
  keyrack.failNext('signIn', new KeyrackError('INVALID_CREDENTIALS', 'Wrong.', 401));
  const credentials = { email: 'ada@example.com', password: 'x' };
  await expect(outcome(flows.signIn.signIn(credentials))).rejects.toMatchObject({ status: 401 });
  expect(flows.signIn.error?.code).toBe('INVALID_CREDENTIALS');
  await outcome(flows.signIn.signIn(credentials));
  expect(container.textContent).toBe('ada@example.com');
  await outcome(flows.signUp.create({ email: 'bob@example.com', password: 'correct horse' }));
  expect(flows.signUp.attempt?.email).toBe('bob@example.com');
  await outcome(flows.signUp.verify('123456'));
  expect(container.textContent).toBe('bob@example.com');
  expect(keyrack.calls.map(({ method }) => method)).toEqual(['signIn', 'signIn', 'create', 'prepare', 'verify']);
  expect(keyrack.calls[0]?.args).toEqual([{ strategy: 'plain_email', ...credentials }]);
  await expect(outcome(flows.signUp.verify('123456'))).rejects.toMatchObject({ code: 'session_changed' });
});

test('H41 two of them share nothing', async () => {
  const [one, other] = [new TestKeyrack({ session: two() }), new TestKeyrack({ session: two() })];
  await outcome(open(one).hook().signOut?.() ?? Promise.reject());
  expect(open(other).hook().status).toBe('signed-in');
  expect(other.calls).toEqual([]);
});

test('H41 a session is complete, and different where a test says so', () => {
  expect(testSession()).toMatchObject({ id: '', revision: 0, active_signin: null, signins: [] });
  const { active_signin, signins } = testSession([{}, { id: 'usr_x', has_passkeys: true }]);
  expect(active_signin).toBe(signins[0]);
  expect(signins).toMatchObject([
    { id: 'sin_1', user_id: 'usr_1', user: { email_address: 'ada@example.com' } },
    { id: 'sin_2', user_id: 'usr_x', user: { email_address: 'user2@example.com', has_passkeys: true } },
  ]);
});

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

test('H41 devServer speaks of the clock and the captured mail as keyrack dev does', async () => {
  vi.useRealTimers();
  const asked: Asked[] = [];
  const mails = [null, '111111', '222222', null].map((code, index) => ({ id: `${index}`, to: 'a+b@example.com', code }));
  const http = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { method, url, headers } = request;
    asked.push({ method, url, type: headers['content-type'], body });
    const isKnown = url?.startsWith('/dev/outbox') || (url === '/dev/clock' && !body.includes('-1'));
    response.statusCode = isKnown ? 200 : 404;
    const messages = url?.endsWith('nobody') ? [] : mails;
    response.end(JSON.stringify(url?.startsWith('/dev/outbox') ? { messages } : { now_ms: 1_000 + body.length }));
  });
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
  const server = devServer(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
  expect(await server.now()).toBe(1_000);
  expect(await server.advance(60_000)).toBe(1_020);
  await expect(server.advance(-1)).rejects.toThrow('POST /dev/clock: 404');
  expect(await server.messages()).toEqual(mails);
  expect(await server.code('a+b@example.com')).toBe('222222');
  await expect(server.code('nobody')).rejects.toThrow('No message to nobody has a code.');
  await server.clearMessages();
  expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET /dev/clock',
    'POST /dev/clock',
    'POST /dev/clock',
    'GET /dev/outbox',
    'GET /dev/outbox?to=a%2Bb%40example.com',
    'GET /dev/outbox?to=nobody',
    'DELETE /dev/outbox',
  ]);
  expect(asked[1]).toMatchObject({ type: 'application/json', body: '{"advance_ms":60000}' });
  await new Promise((closed) => http.close(closed));
});
