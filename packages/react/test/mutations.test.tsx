import { KeyrackProvider, useSession } from '@keyrack/react';
import { createRoot } from 'react-dom/client';
import { expect, test, vi } from 'vitest';
import { FakeServer, PRODUCTION_KEY } from './fake-server.js';
import { session } from './fixtures.js';
import { open, outcome, pass, passUncollected } from './harness.js';

test('H20 a mutation resolves when its answer is there, without a second request', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const tab = await open();
  await outcome(tab.loaded.switchSignIn('sin_bob'));
  expect(tab.loaded.session.active_signin?.id).toBe('sin_bob');
  expect(server.requests.map(({ method, path, body }) => [method, path, body])).toEqual([
    ['GET', '/session', {}],
    ['POST', '/session/switch-sign-in', { sign_in_id: 'sin_bob' }],
  ]);
});

test('H20 when it resolves the page shows the new account, also outside of act()', async () => {
  new FakeServer(session(['ada', 'bob']));
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false);
  vi.useRealTimers();
  const element = document.createElement('div');
  let hook: ReturnType<typeof useSession> | undefined;
  const Page = () => {
    hook = useSession();
    return hook.session?.active_signin?.user.email_address;
  };
  const root = createRoot(element);
  root.render(
    <KeyrackProvider publishableKey={PRODUCTION_KEY}>
      <Page />
    </KeyrackProvider>,
  );
  await vi.waitFor(() => expect(element.textContent).toBe('ada@example.com'), { timeout: 30_000 });
  await hook?.switchSignIn?.('sin_bob');
  expect(element.textContent).toBe('bob@example.com');
  root.unmount();
});

test('H20 a refusal rejects and leaves everything as it was', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const tab = await open();
  const { hook } = tab;
  const renderings = tab.shown.length;
  await expect(outcome(tab.loaded.switchSignIn('sin_x'))).rejects.toMatchObject({ code: 'sign_in_not_found' });
  await expect(outcome(tab.loaded.signOut('sin_x'))).rejects.toMatchObject({ status: 404 });
  expect(tab.hook).toBe(hook);
  expect(tab.shown.length).toBe(renderings);
  expect(server.count('GET /session')).toBe(1);
});

test.for([
  ['network', () => Promise.reject(new TypeError('Failed to fetch'))],
  ['a 502', () => Promise.resolve({ status: 502, html: '<h1>Bad gateway</h1>' })],
  ['a 500', () => Promise.resolve({ status: 500, code: 'INTERNAL' })],
] as const)('H20 after an answer lost by %s it reads once and resolves when the change is there', async ([, lost]) => {
  const server = new FakeServer(session(['ada', 'bob']));
  const tab = await open();
  server.once('POST', '/session/switch-sign-in', (_, usual) => {
    usual();
    return lost();
  });
  await outcome(tab.loaded.switchSignIn('sin_bob'));
  expect(tab.loaded.session.active_signin?.id).toBe('sin_bob');
  expect(tab.loaded).toMatchObject({ error: undefined, stale: false });
  expect(server.count('GET /session')).toBe(2);
});

test('H20 after a timeout it reads once and resolves when the change is there', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const tab = await open();
  server.hold('POST', '/session/sign-out');
  const done = tab.loaded.signOut('sin_ada');
  await pass(15_000);
  await outcome(done);
  expect(tab.loaded.session.signins.map(({ id }) => id)).toEqual(['sin_bob']);
});

test('H20 after a lost request it reads once and rejects, because the change is not there', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const tab = await open();
  server.unreachable('POST', '/session/switch-sign-in');
  await expect(outcome(tab.loaded.switchSignIn('sin_bob'))).rejects.toMatchObject({ code: 'network' });
  expect(tab.loaded).toMatchObject({ status: 'signed-in', stale: false });
  expect(tab.loaded.session.active_signin?.id).toBe('sin_ada');
  expect(server.count('GET /session')).toBe(2);
});

test('H20 when the reading fails too it rejects and the session stays', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const tab = await open();
  server.lose('POST', '/session/sign-out');
  server.unreachable('GET', '/session');
  await expect(outcome(tab.loaded.signOut())).rejects.toMatchObject({ code: 'network' });
  expect(tab.loaded).toMatchObject({ status: 'signed-in', stale: true });
});

test('H20 when the reading fails too it rejects, even if what is shown looks like what was asked for', async () => {
  const server = new FakeServer(session(['ada']));
  const tab = await open();
  server.unreachable('POST', '/session/switch-organization');
  server.unreachable('GET', '/session');
  await expect(outcome(tab.loaded.switchOrganization())).rejects.toMatchObject({ code: 'network' });
});

test('H21 mutations are sent one after another, in the order called', async () => {
  const server = new FakeServer(session(['ada', 'bob', 'eve']));
  const tab = await open();
  const first = server.hold('POST', '/session/switch-sign-in');
  const both = Promise.all([tab.loaded.switchSignIn('sin_bob'), tab.loaded.switchSignIn('sin_eve')]);
  await pass();
  expect(server.count('POST')).toBe(1);
  first.release();
  await passUncollected();
  await both;
  expect(server.requests.slice(1).map(({ body }) => body.sign_in_id)).toEqual(['sin_bob', 'sin_eve']);
  expect(tab.shown.slice(-2)).toEqual(['bob@example.com', 'eve@example.com']);
});

test('H21 one that is refused does not keep the next one from being sent', async () => {
  new FakeServer(session(['ada', 'bob']));
  const tab = await open();
  const refused = tab.loaded.switchSignIn('sin_x');
  refused.catch(() => undefined);
  await outcome(tab.loaded.switchSignIn('sin_bob'));
  await expect(refused).rejects.toMatchObject({ status: 404 });
  expect(tab.loaded.session.active_signin?.id).toBe('sin_bob');
});

test('H21 signOut goes before those that wait, and they reject with session_changed', async () => {
  const server = new FakeServer(session(['ada', 'bob', 'eve']));
  const tab = await open();
  const { switchSignIn, signOut } = tab.loaded;
  const running = server.hold('POST', '/session/switch-sign-in');
  const started = switchSignIn('sin_bob');
  const waits = [switchSignIn('sin_eve'), switchSignIn('sin_ada')].map((one) =>
    expect(one).rejects.toMatchObject({ code: 'session_changed' }),
  );
  const out = signOut();
  await Promise.all(waits);
  running.release();
  await outcome(Promise.all([started, out]));
  expect(server.requests.filter(({ method }) => method === 'POST').map(({ path }) => path)).toEqual([
    '/session/switch-sign-in',
    '/session/sign-out',
  ]);
  expect(tab.loaded.status).toBe('signed-out');
});

test('H21 a sign-out does not drop another one that waits', async () => {
  const server = new FakeServer(session(['ada', 'bob', 'eve']));
  const tab = await open();
  const running = server.hold('POST', '/session/switch-sign-in');
  const { switchSignIn, signOut } = tab.loaded;
  const all = Promise.all([switchSignIn('sin_eve'), signOut('sin_ada'), signOut('sin_bob')]);
  await pass();
  running.release();
  await outcome(all);
  expect(tab.loaded.session.signins.map(({ id }) => id)).toEqual(['sin_eve']);
});

test('H22 the data of one account is never shown under another, not for one rendering', async () => {
  new FakeServer(session(['ada', 'bob']));
  const pairs = new Set<string>();
  const tab = await open();
  for (const id of ['sin_bob', 'sin_ada', 'sin_bob']) {
    await outcome(tab.loaded.switchSignIn(id));
    const { active_signin } = tab.loaded.session;
    pairs.add(`${active_signin?.id} ${active_signin?.user.id}`);
  }
  await outcome(tab.loaded.signOut());
  expect(pairs).toEqual(new Set(['sin_bob usr_bob', 'sin_ada usr_ada']));
  expect(tab.shown.slice(-4)).toEqual(['bob@example.com', 'ada@example.com', 'bob@example.com', 'nobody']);
  expect(tab.loaded.session.signins).toEqual([]);
});

test('H24 signOut(id) of the active sign-in shows whom the server made active, or nobody', async () => {
  new FakeServer(session(['ada', 'bob']));
  const tab = await open();
  await outcome(tab.loaded.signOut('sin_ada'));
  expect(tab.loaded.session.active_signin?.id).toBe('sin_bob');
  await outcome(tab.loaded.signOut('sin_bob'));
  expect(tab.loaded).toMatchObject({ status: 'signed-out', endReason: 'signed_out' });
});

test('H24 then the tab goes where the deployment says, through navigate, once the hook shows it', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  server.afterSignOutOne = '/one';
  server.afterSignOutAll = 'https://example.com/bye';
  const visits: string[] = [];
  const tab = await open({ navigate: (url) => visits.push(`${url} ${tab.shown.at(-1)}`) });
  expect(server.count('GET /deployment')).toBe(0);
  for (const id of ['sin_ada', undefined]) {
    const out = tab.loaded.signOut(id);
    await passUncollected();
    await out;
  }
  expect(visits).toEqual(['/one bob@example.com', 'https://example.com/bye nobody']);
  expect(server.count('GET /deployment')).toBe(1);
});

test('H24 without a URL, and when the deployment does not answer, it goes nowhere', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const navigate = vi.fn();
  const tab = await open({ navigate });
  server.unreachable('GET', '/deployment');
  await outcome(tab.loaded.signOut('sin_ada'));
  await outcome(tab.loaded.signOut());
  expect(server.count('GET /deployment')).toBe(2);
  expect(navigate).not.toHaveBeenCalled();
});

test('H24 a deployment that does not answer keeps nobody waiting, and is followed when it does', async () => {
  const server = new FakeServer(session(['ada']));
  server.afterSignOutAll = '/bye';
  const slow = server.hold('GET', '/deployment');
  const navigate = vi.fn();
  const tab = await open({ navigate });
  const done = vi.fn();
  void tab.loaded.signOut().then(done);
  await pass(999);
  expect([tab.loaded.status, done.mock.calls.length]).toEqual(['signed-out', 0]);
  await pass(1);
  expect([done.mock.calls.length, navigate.mock.calls.length]).toEqual([1, 0]);
  slow.release();
  await pass();
  expect(navigate).toHaveBeenCalledExactlyOnceWith('/bye');
});

test('H24 settings that come after the next sign-in lead nobody away', async () => {
  const server = new FakeServer(session(['ada']));
  server.afterSignOutAll = '/bye';
  const slow = server.hold('GET', '/deployment');
  const navigate = vi.fn();
  const tab = await open({ navigate });
  const done = tab.loaded.signOut();
  await pass(1_000);
  await outcome(done);
  server.signInAs('bob');
  await outcome(tab.loaded.refetch());
  slow.release();
  await pass();
  expect(navigate).not.toHaveBeenCalled();
});

test('H24 when navigate throws, the sign-out rejects with that, and is done all the same', async () => {
  const server = new FakeServer(session(['ada']));
  server.afterSignOutAll = '/bye';
  const navigate = () => {
    throw new Error('no such route');
  };
  const tab = await open({ navigate });
  await expect(outcome(tab.loaded.signOut())).rejects.toThrow('no such route');
  expect(tab.loaded.status).toBe('signed-out');
});

test('H24 a sign-out that was refused leads nowhere', async () => {
  const server = new FakeServer(session(['ada']));
  server.afterSignOutOne = '/one';
  const navigate = vi.fn();
  const tab = await open({ navigate });
  await expect(outcome(tab.loaded.signOut('sin_x'))).rejects.toMatchObject({ status: 404 });
  expect(navigate).not.toHaveBeenCalled();
});
