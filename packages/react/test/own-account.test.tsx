/** What the owner of an account does to it, for that account and no other. */
import {
  KeyrackProvider,
  type UseAuthenticators,
  useAuthenticators,
  type UseReauthentication,
  useReauthentication,
  type UserLoaded,
  type UseSession,
  useSession,
  useUser,
  type UseUserSignIns,
  useUserSignIns,
} from '@keyrack/react';
import { render } from '@testing-library/react';
import { expect, test } from 'vitest';
import { FakeServer, PRODUCTION_KEY, type Recorded } from './fake-server.js';
import { session, signIn } from './fixtures.js';
import { outcome, pass } from './harness.js';

interface Own {
  hook: UseSession;
  user: UserLoaded;
  ways: UseAuthenticators;
  signIns: UseUserSignIns;
  again: UseReauthentication;
}

async function openOwn(server: FakeServer): Promise<{ own: Own; unmount: () => void }> {
  const own = {} as Own;
  const mine = (): void => server.once('GET', '/me/signins', () => ({ data: [signIn('ada')] }));
  mine();
  function Page() {
    Object.assign(own, {
      hook: useSession(),
      user: useUser(),
      ways: useAuthenticators(),
      signIns: useUserSignIns(),
      again: useReauthentication(),
    });
    return null;
  }
  const { unmount } = render(
    <KeyrackProvider publishableKey={PRODUCTION_KEY}>
      <Page />
    </KeyrackProvider>,
  );
  await pass();
  return { own, unmount };
}

/** The next request to a path changes the user whom the session shows. */
function changes(server: FakeServer, path: string, first_name: string, data: unknown = {}): void {
  server.once('POST', path, () => {
    const { active_signin: active } = server.session;
    if (!active) return { status: 401, code: 'signed_out' };
    const next = { ...active, user: { ...active.user, first_name } };
    server.change({ active_signin: next, signins: server.session.signins.map((one) => (one.id === next.id ? next : one)) });
    return { data };
  });
}

const last = (server: FakeServer, path: string): Recorded | undefined =>
  server.requests.filter((one) => one.method === 'POST' && one.path.startsWith(path)).at(-1);

const calls: readonly (readonly [string, string, (own: Own) => Promise<unknown>, object])[] = [
  ['update', '/me', ({ user }) => user.update({ first_name: 'Augusta' }), { first_name: 'Augusta' }],
  ['verifyEmail', '/me/email-addresses/eml_1/attempt-verification', ({ user }) => user.verifyEmail('eml_1', '123456'), { code: '123456' }],
  ['makeEmailPrimary', '/me/email-addresses/eml_1/make-primary', ({ user }) => user.makeEmailPrimary('eml_1'), {}],
  ['removeEmail', '/me/email-addresses/eml_1/delete', ({ user }) => user.removeEmail('eml_1'), {}],
  ['verifyPhone', '/me/phone-numbers/phn_1/attempt-verification', ({ user }) => user.verifyPhone('phn_1', '1'), { code: '1' }],
  ['makePhonePrimary', '/me/phone-numbers/phn_1/make-primary', ({ user }) => user.makePhonePrimary('phn_1'), {}],
  ['removePhone', '/me/phone-numbers/phn_1/delete', ({ user }) => user.removePhone('phn_1'), {}],
  ['setPassword', '/me/update-password', ({ user }) => user.setPassword('new', 'old'), { current_password: 'old', new_password: 'new' }],
  ['removePassword', '/me/remove-password', ({ user }) => user.removePassword('old'), { current_password: 'old' }],
  ['setPicture(null)', '/me', ({ user }) => user.setPicture(null), { remove_profile_picture: true }],
  [
    'verify of an authenticator',
    '/me/authenticator/attempt-verification',
    ({ ways }) => ways.verify('aut_1', ['1', '2']),
    { authenticator_id: 'aut_1', codes: ['1', '2'] },
  ],
  ['remove of an authenticator', '/me/authenticator/aut_1/delete', ({ ways }) => ways.remove('aut_1'), {}],
];

test.for(calls)('H50 %s is done for the account that is shown, and shown when it resolves', async ([, path, call, body]) => {
  const server = new FakeServer(session(['ada', 'bob']));
  const { own } = await openOwn(server);
  changes(server, path, 'Augusta');
  await outcome(call(own));
  expect(last(server, path)?.body).toEqual(body);
  expect(last(server, path)?.path).toContain('scope=sin_ada.-.-');
  expect(own.user.user?.first_name).toBe('Augusta');
  server.refuse('POST', path, 403, 'reauthentication_required');
  await expect(outcome(call(own))).rejects.toMatchObject({ code: 'reauthentication_required' });
});

test('H50 an address that is added gets its code at once', async () => {
  const server = new FakeServer(session(['ada']));
  const { own } = await openOwn(server);
  changes(server, '/me/email-addresses', 'Ada', { id: 'eml_2', email: 'a@example.com' });
  server.once('POST', '/me/email-addresses/eml_2/prepare-verification', () => ({ data: {} }));
  expect(await outcome(own.user.addEmail('a@example.com'))).toMatchObject({ id: 'eml_2' });
  expect(server.count('POST /me/email-addresses/eml_2/prepare-verification')).toBe(1);
});

test('H50 a change that waits behind a switch is not made for the other account', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const { own } = await openOwn(server);
  if (own.hook.loading) throw new Error('not loaded');
  const switching = own.hook.switchSignIn('sin_bob');
  const changing = own.user.update({ first_name: 'Eve' });
  await expect(outcome(changing)).rejects.toMatchObject({ code: 'session_changed' });
  await outcome(switching);
  expect(server.count('POST /me')).toBe(0);
});

test('H50 the account that is deleted is gone when that resolves', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const { own } = await openOwn(server);
  server.once('POST', '/me/account/delete', () => {
    const [, bob] = server.session.signins;
    server.change({ signins: bob ? [bob] : [], active_signin: bob ?? null });
    return { data: {} };
  });
  await outcome(own.user.deleteAccount());
  expect(own.hook.session?.active_signin?.id).toBe('sin_bob');
});

test('sign-ins elsewhere are listed, and one that is ended is read away', async () => {
  const server = new FakeServer(session(['ada']));
  const { own } = await openOwn(server);
  expect(own.signIns.signins?.map(({ id }) => id)).toEqual(['sin_ada']);
  server.once('POST', '/me/signins/sin_ada/signout', () => ({ data: {} }));
  server.once('GET', '/me/signins', () => ({ data: [] }));
  await outcome(own.signIns.signOut?.('sin_ada') ?? Promise.reject(new Error('not loaded')));
  expect(own.signIns.signins).toEqual([]);
});

/** The next change asks for a fresh proof; what becomes of the one after that is told. */
function stale(server: FakeServer): void {
  server.once('POST', '/me', () => ({ status: 403, code: 'reauthentication_required' }));
}

test('H51 a call that is refused waits for the proof and is repeated', async () => {
  const server = new FakeServer(session(['ada']));
  const { own } = await openOwn(server);
  stale(server);
  const changing = own.again.run(() => own.user.update({ first_name: 'Augusta' }));
  await pass();
  expect(own.again.methods).toEqual([]);
  server.refuse('POST', '/session/reauthenticate', 401, 'INVALID_CREDENTIALS');
  await expect(outcome(own.again.prove('password', 'wrong'))).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
  expect(own.again.methods).not.toBeNull();
  server.once('POST', '/session/reauthenticate', () => server.change({}));
  changes(server, '/me', 'Augusta');
  await outcome(own.again.prove('password', 'right'));
  await outcome(changing);
  expect(last(server, '/session/reauthenticate')?.body).toEqual({ method: 'password', password: 'right' });
  expect(last(server, '/session/reauthenticate')?.path).toContain('scope=sin_ada.-.-');
  expect(own.again.methods).toBeNull();
  expect(own.user.user?.first_name).toBe('Augusta');
});

test('H51 who gives up gets the refusal', async () => {
  const server = new FakeServer(session(['ada']));
  const { own } = await openOwn(server);
  stale(server);
  const changing = expect(own.again.run(() => own.user.update({}))).rejects.toMatchObject({ code: 'reauthentication_required' });
  await pass();
  own.again.cancel();
  await outcome(changing);
  expect(own.again.methods).toBeNull();
});

test('H51 another account is never asked for the proof of this one, nor is the call repeated for it', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const { own } = await openOwn(server);
  stale(server);
  const changing = expect(own.again.run(() => own.user.update({}))).rejects.toMatchObject({ code: 'session_changed' });
  await pass();
  expect(own.again.methods).not.toBeNull();
  if (own.hook.loading) throw new Error('not loaded');
  await outcome(own.hook.switchSignIn('sin_bob'));
  expect(own.again.methods).toBeNull();
  await outcome(changing);
  expect(server.count('POST /me?')).toBe(1);
});

test('H51 a component that goes leaves no call waiting', async () => {
  const server = new FakeServer(session(['ada']));
  const { own, unmount } = await openOwn(server);
  stale(server);
  const changing = expect(own.again.run(() => own.user.update({}))).rejects.toMatchObject({ code: 'session_changed' });
  await pass();
  unmount();
  await changing;
});
