import { KeyrackProvider, type UsePasskeys, usePasskeys, type UseSession, useSession, type UseSignIn, useSignIn } from '@keyrack/react';
import { render } from '@testing-library/react';
import { expect, test } from 'vitest';
import { FakeServer, PRODUCTION_KEY } from './fake-server.js';
import { session, signInAttempt } from './fixtures.js';
import { outcome, pass } from './harness.js';
import { base64url, fakePasskeys } from './passkey-browser.js';

interface Keys {
  hook: UseSession;
  signIn: UseSignIn;
  passkeys: UsePasskeys;
}

async function openKeys(): Promise<Keys> {
  const keys = {} as Keys;
  function Page() {
    Object.assign(keys, { hook: useSession(), signIn: useSignIn(), passkeys: usePasskeys() });
    return null;
  }
  render(
    <KeyrackProvider publishableKey={PRODUCTION_KEY}>
      <Page />
    </KeyrackProvider>,
  );
  await pass();
  return keys;
}

const question = { options: { publicKey: { challenge: base64url('dare?>'), allowCredentials: [{ type: 'public-key', id: base64url('key') }] } } };

function begins(server: FakeServer, path = '/auth/passkey/login/begin'): void {
  server.once('POST', path, () => ({ data: question }));
}

const posted = (server: FakeServer, path: string): unknown => server.requests.find((one) => one.path === path)?.body;

test('H26 a passkey signs in: what the server asks reaches the device, and its answer the server', async () => {
  const server = new FakeServer();
  const fake = fakePasskeys();
  const keys = await openKeys();
  begins(server);
  server.once('POST', '/auth/passkey/login/finish', () => server.signInAs('ada'));
  expect(await outcome(keys.signIn.signInWithPasskey())).toBe(true);
  expect(fake.asked).toEqual([{ challenge: 'dare?>', allow: ['key'] }]);
  expect(posted(server, '/auth/passkey/login/finish')).toEqual({
    id: 'a2V5',
    rawId: 'a2V5',
    type: 'public-key',
    clientDataJSON: 'ZGF0YQ',
    authenticatorData: 'YXV0aA',
    signature: 'Pz8-',
    userHandle: 'YWRh',
  });
  expect(keys.hook.session?.active_signin?.id).toBe('sin_ada');
});

test('H26 a passkey offered below a field shows nothing as busy until one is chosen', async () => {
  const server = new FakeServer();
  const fake = fakePasskeys();
  const keys = await openKeys();
  begins(server);
  server.once('POST', '/auth/passkey/login/finish', () => server.signInAs('ada'));
  const { signal } = new AbortController();
  let wasBusy = false;
  const choosing = keys.signIn.signInWithPasskey({ autofill: true, signal }).then(() => (wasBusy = true));
  expect(keys.signIn.loading).toBe(false);
  await outcome(choosing);
  expect(wasBusy).toBe(true);
  expect(fake.asked[0]).toMatchObject({ mediation: 'conditional', signal: { aborted: false } });
});

test('H26 what is listed below a field is taken back before a window asks: browsers answer one question at a time', async () => {
  const server = new FakeServer();
  const fake = fakePasskeys();
  const keys = await openKeys();
  begins(server);
  fake.waits = true;
  const listed = expect(keys.signIn.signInWithPasskey({ autofill: true })).rejects.toMatchObject({ code: 'passkey_cancelled' });
  await pass();
  begins(server);
  server.once('POST', '/auth/passkey/login/finish', () => server.signInAs('ada'));
  expect(await outcome(keys.signIn.signInWithPasskey())).toBe(true);
  await outcome(listed);
  expect(fake.asked).toMatchObject([{ mediation: 'conditional', signal: { aborted: true } }, {}]);
  expect(server.count('POST /auth/passkey/login/finish')).toBe(1);
});

test.for([
  ['NotAllowedError', 'passkey_cancelled'],
  ['AbortError', 'passkey_cancelled'],
  ['SecurityError', 'passkey_unavailable'],
] as const)('a device that answers %s rejects with %s, and nothing is finished', async ([name, code]) => {
  const server = new FakeServer();
  const fake = fakePasskeys();
  const keys = await openKeys();
  fake.refusal = name;
  begins(server);
  await expect(outcome(keys.signIn.signInWithPasskey())).rejects.toMatchObject({ code });
  expect(server.count('POST /auth/passkey/login/finish')).toBe(0);
  expect(keys.signIn.error?.code).toBe(code);
});

test('H26 a passkey as the second factor answers the attempt that waits', async () => {
  const server = new FakeServer({ ...session([]), signin_attempts: [signInAttempt('sia_1', 'verify_second_factor')] });
  fakePasskeys();
  const keys = await openKeys();
  begins(server, '/auth/prepare-verification');
  server.once('POST', '/auth/attempt-verification', () => {
    server.signInAs('ada');
    return server.change({ signin_attempts: [signInAttempt('sia_1', '')] });
  });
  expect(await outcome(keys.signIn.verifyPasskey())).toBe(true);
  expect(posted(server, '/auth/attempt-verification')).toMatchObject({ attempt_identifier: 'sia_1', method: 'passkey', credential: { id: 'a2V5' } });
});

test('H26 a passkey is made as the second factor that the deployment asks for', async () => {
  const server = new FakeServer({ ...session([]), signin_attempts: [signInAttempt('sia_1', 'add_second_factor')] });
  const fake = fakePasskeys();
  const keys = await openKeys();
  const { challenge } = question.options.publicKey;
  const options = { publicKey: { challenge, user: { id: base64url('ada') }, excludeCredentials: [] } };
  server.once('POST', '/auth/prepare-verification', () => ({ data: { options } }));
  server.once('POST', '/auth/attempt-verification', () => {
    server.signInAs('ada');
    return server.change({ signin_attempts: [signInAttempt('sia_1', '')] });
  });
  expect(await outcome(keys.signIn.enrolPasskey())).toBe(true);
  expect(fake.asked).toEqual([{ challenge: 'dare?>', user: 'ada', exclude: [] }]);
  expect(posted(server, '/auth/prepare-verification')).toMatchObject({ strategy: 'passkey' });
  const credential = { response: { attestationObject: base64url('object') } };
  expect(posted(server, '/auth/attempt-verification')).toMatchObject({ attempt_identifier: 'sia_1', method: 'passkey', credential });
});

test('a passkey is made, registered, and the list and the session are read again', async () => {
  const server = new FakeServer(session(['ada']));
  const fake = fakePasskeys();
  server.once('GET', '/me/passkeys', () => ({ data: [] }));
  const keys = await openKeys();
  expect(keys.passkeys.passkeys).toEqual([]);
  const { challenge } = question.options.publicKey;
  const creation = { options: { publicKey: { challenge, user: { id: base64url('ada') }, excludeCredentials: [{ id: base64url('old') }] } } };
  server.once('POST', '/me/passkeys/register/begin', () => ({ data: creation }));
  server.once('POST', '/me/passkeys/register/finish', () => ({ data: {} }));
  server.once('GET', '/me/passkeys', () => ({ data: [{ id: 'pky_1', name: 'Laptop' }] }));
  await outcome(keys.passkeys.register?.('Laptop') ?? Promise.reject(new Error('not loaded')));
  expect(fake.asked).toEqual([{ challenge: 'dare?>', user: 'ada', exclude: ['old'] }]);
  const finish = server.requests.find(({ path }) => path.startsWith('/me/passkeys/register/finish'));
  expect(finish?.path).toContain('scope=sin_ada.-.-');
  expect(finish?.body).toMatchObject({ name: 'Laptop', response: { attestationObject: base64url('object'), transports: ['internal'] } });
  expect(keys.passkeys.passkeys).toEqual([{ id: 'pky_1', name: 'Laptop' }]);
});
