/** Proving once more that the owner is there, and the call that waits for it. */
import { expect, test } from 'vitest';
import { FakeServer } from './fake-server.js';
import { session } from './fixtures.js';
import { outcome, pass } from './harness.js';
import { changes, last, openOwn } from './own.js';
import { base64url, fakePasskeys } from './passkey-browser.js';

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

test('H51 a passkey proves it, and its answer goes along', async () => {
  const server = new FakeServer(session(['ada']));
  const fake = fakePasskeys();
  const { own } = await openOwn(server);
  stale(server);
  const changing = own.again.run(() => own.user.update({ first_name: 'Augusta' }));
  await pass();
  const options = { publicKey: { challenge: base64url('dare'), allowCredentials: [{ id: base64url('key') }] } };
  server.once('POST', '/session/reauthenticate/prepare', () => ({ data: { method: 'passkey', options } }));
  server.once('POST', '/session/reauthenticate', () => server.change({}));
  changes(server, '/me', 'Augusta');
  await outcome(own.again.provePasskey());
  await outcome(changing);
  expect(fake.asked).toEqual([{ challenge: 'dare', allow: ['key'] }]);
  expect(last(server, '/session/reauthenticate?')?.body).toMatchObject({ method: 'passkey', credential: { id: 'a2V5' } });
  expect(last(server, '/session/reauthenticate/prepare')?.path).toContain('scope=sin_ada.-.-');
});

test('H51 when the answer of a proof is lost the call is made again: a code that was used would be wrong by then', async () => {
  const server = new FakeServer(session(['ada']));
  const { own } = await openOwn(server);
  stale(server);
  const changing = own.again.run(() => own.user.update({ first_name: 'Augusta' }));
  await pass();
  server.unreachable('POST', '/session/reauthenticate');
  changes(server, '/me', 'Augusta');
  await outcome(own.again.prove('email_otp', '123456'));
  await outcome(changing);
  expect(own.again.methods).toBeNull();
  expect(own.user.user?.first_name).toBe('Augusta');
});

test('H51 a call that is refused after the component has gone does not wait', async () => {
  const server = new FakeServer(session(['ada']));
  const { own, unmount } = await openOwn(server);
  const held = server.hold('POST', '/me');
  const refused = own.again.run(async () => {
    await own.user.update({}).catch(() => undefined);
    throw Object.assign(new Error('refused'), { code: 'reauthentication_required', errors: [] });
  });
  const changing = expect(refused).rejects.toMatchObject({ code: 'session_changed' });
  await pass();
  unmount();
  held.release();
  await outcome(changing);
});
