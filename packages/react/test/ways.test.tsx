/** Signing in in every way and through every step, against a scripted server. */
import { KeyrackProvider, type UseMagicLink, useMagicLink, type UseSession, useSession } from '@keyrack/react';
import { render } from '@testing-library/react';
import { expect, test } from 'vitest';
import { FakeServer, PRODUCTION_KEY } from './fake-server.js';
import { emptySession, session, signInAttempt, signUpAttempt } from './fixtures.js';
import { outcome, pass } from './harness.js';
import { openWays } from './open-ways.js';

/** The next sign-in leaves an attempt at a step. */
function leaves(server: FakeServer, ...args: Parameters<typeof signInAttempt>): void {
  server.once('POST', '/auth/signin', () =>
    server.change({ signin_attempts: [...server.session.signin_attempts, signInAttempt(...args)] }),
  );
}

/** The next answer to a path moves the attempt to another step, or completes it with a sign-in. */
function moves(server: FakeServer, path: string, ...[id, step, fields]: Parameters<typeof signInAttempt>): void {
  server.once('POST', path, () => {
    if (step === '') server.signInAs('ada');
    return server.change({ signin_attempts: [signInAttempt(id, step, fields)] });
  });
}

const sent = (server: FakeServer): unknown[] => server.requests.slice(1).map(({ path, body }) => [path, body]);

test.for([
  [{ strategy: 'email_otp', email: 'ada@example.com' }, 'verify_email_otp', 'email_otp'],
  [{ strategy: 'phone_otp', phone: '1701234567', phone_country_code: '+49' }, 'verify_phone_otp', 'phone_otp'],
  [{ strategy: 'magic_link', email: 'ada@example.com' }, 'verify_email_link', 'magic_link'],
  [{ strategy: 'plain_email', email: 'ada@example.com', password: 'x' }, 'verify_email', 'email_otp'],
] as const)('H26 %j begins an attempt, and what answers its step is on its way when create resolves', async ([wanted, step, by]) => {
  const server = new FakeServer();
  const ways = await openWays();
  leaves(server, 'sia_1', step);
  expect(await outcome(ways.signIn.create(wanted))).toBe(false);
  expect(ways.signIn.attempt).toMatchObject({ id: 'sia_1', current_step: step });
  expect(sent(server)).toEqual([
    ['/auth/signin', wanted],
    ['/auth/prepare-verification', { attempt_identifier: 'sia_1', identifier_type: 'signin', strategy: by }],
  ]);
  moves(server, '/auth/attempt-verification', 'sia_1', '');
  expect(await outcome(ways.signIn.verify('123456'))).toBe(true);
  expect(server.requests.at(-1)?.body).toEqual({ attempt_identifier: 'sia_1', identifier_type: 'signin', verification_code: '123456' });
  expect(ways.hook.session?.active_signin?.id).toBe('sin_ada');
  expect(ways.signIn.attempt).toMatchObject({ id: 'sia_1', completed: true });
});

test('H26 where the mailed link leads to is asked for with the link, and is no part of the sign-in', async () => {
  const server = new FakeServer();
  const ways = await openWays();
  leaves(server, 'sia_1', 'verify_email_link');
  await outcome(ways.signIn.create({ strategy: 'magic_link', email: 'ada@example.com', redirect_uri: 'https://app.example/x' }));
  expect(server.requests.at(-2)?.body).toEqual({ strategy: 'magic_link', email: 'ada@example.com' });
  expect(server.requests.at(-1)?.body.redirect_uri).toBe('https://app.example/x');
});

test('H26 several steps in a row: each one that needs a code gets it once, a second factor waits for a choice', async () => {
  const server = new FakeServer();
  const ways = await openWays();
  leaves(server, 'sia_1', 'verify_email');
  await outcome(ways.signIn.signIn({ email: 'ada@example.com', password: 'x' }));
  moves(server, '/auth/attempt-verification', 'sia_1', 'verify_phone');
  expect(await outcome(ways.signIn.verify('1'))).toBe(false);
  expect(server.requests.at(-1)?.body).toMatchObject({ strategy: 'phone_otp' });
  moves(server, '/auth/attempt-verification', 'sia_1', 'verify_second_factor', { available_2fa_methods: ['authenticator', 'phone_otp'] });
  await outcome(ways.signIn.verify('2'));
  expect(server.requests.at(-1)?.path).toBe('/auth/attempt-verification');
  await outcome(ways.signIn.prepare({ strategy: 'phone_otp', last_digits: '4567' }));
  expect(server.requests.at(-1)?.body).toMatchObject({ strategy: 'phone_otp', last_digits: '4567' });
  moves(server, '/auth/attempt-verification', 'sia_1', 'complete_profile', { missing_fields: ['username'] });
  await outcome(ways.signIn.verify('3', 'phone_otp'));
  expect(server.requests.at(-1)?.body).toMatchObject({ verification_code: '3', method: 'phone_otp' });
  moves(server, '/auth/complete-profile', 'sia_1', '');
  expect(await outcome(ways.signIn.completeProfile({ username: 'ada' }))).toBe(true);
  expect(server.requests.at(-1)?.body).toEqual({ attempt_id: 'sia_1', username: 'ada' });
  expect(server.count('POST /auth/prepare-verification')).toBe(3);
});

test('H26 a sign-in that says first who it is waits for the password, and sends nothing for it', async () => {
  const server = new FakeServer();
  const ways = await openWays();
  leaves(server, 'sia_1', 'verify_password');
  expect(await outcome(ways.signIn.create({ strategy: 'plain_email', email: 'ada@example.com' }))).toBe(false);
  expect(server.requests.at(-1)).toMatchObject({ path: '/auth/signin', body: { strategy: 'plain_email', email: 'ada@example.com', ask_password: true } });
  server.refuse('POST', '/auth/attempt-verification', 401, 'INVALID_CREDENTIALS');
  await expect(outcome(ways.signIn.verifyPassword('wrong'))).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
  moves(server, '/auth/attempt-verification', 'sia_1', '');
  expect(await outcome(ways.signIn.verifyPassword(' as it was set '))).toBe(true);
  expect(server.requests.at(-1)?.body).toEqual({ attempt_identifier: 'sia_1', identifier_type: 'signin', password: ' as it was set ' });
  expect(server.count('POST /auth/prepare-verification')).toBe(0);
});

test('H26 a wrong code rejects, sends no other one and stays at its step', async () => {
  const server = new FakeServer({ ...session([]), signin_attempts: [signInAttempt('sia_1', 'verify_email_otp')] });
  const ways = await openWays();
  server.refuse('POST', '/auth/attempt-verification', 400, 'INVALID_CODE');
  await expect(outcome(ways.signIn.verify('0'))).rejects.toMatchObject({ code: 'INVALID_CODE' });
  expect(ways.signIn.attempt).toMatchObject({ current_step: 'verify_email_otp' });
  expect(server.count('POST /auth/prepare-verification')).toBe(0);
});

test('H26 a reload goes on with the latest attempt that waits, or with the one that the link names', async () => {
  const attempts = [signInAttempt('sia_1', 'verify_email'), signInAttempt('sia_2', 'verify_phone'), signInAttempt('sia_3', '')];
  new FakeServer({ ...session([]), signin_attempts: attempts });
  expect((await openWays()).signIn.attempt?.id).toBe('sia_2');
  expect((await openWays('sia_1')).signIn.attempt?.id).toBe('sia_1');
  const gone = await openWays('sia_9');
  expect(gone.signIn.attempt).toBeNull();
  await expect(outcome(gone.signIn.prepare())).rejects.toMatchObject({ code: 'session_changed' });
});

test('H26 an attempt that another tab begins does not take the place of this one', async () => {
  const server = new FakeServer();
  const ways = await openWays();
  leaves(server, 'sia_1', 'verify_email_otp');
  await outcome(ways.signIn.create({ strategy: 'email_otp', email: 'ada@example.com' }));
  server.change({ signin_attempts: [...server.session.signin_attempts, signInAttempt('sia_2', 'verify_phone')] });
  await outcome(ways.hook.refetch());
  expect(ways.signIn.attempt?.id).toBe('sia_1');
  moves(server, '/auth/attempt-verification', 'sia_1', '');
  await outcome(ways.signIn.verify('1'));
  expect(server.requests.at(-1)?.body.attempt_identifier).toBe('sia_1');
});

test('H26 startOver leaves what waits aside, until another one begins', async () => {
  const server = new FakeServer({ ...session([]), signin_attempts: [signInAttempt('sia_1', 'verify_email')] });
  const ways = await openWays();
  ways.signIn.startOver();
  await pass();
  expect(ways.signIn.attempt).toBeNull();
  leaves(server, 'sia_2', 'verify_email_otp');
  await outcome(ways.signIn.create({ strategy: 'email_otp', email: 'bob@example.com' }));
  expect(ways.signIn.attempt?.id).toBe('sia_2');
});

test('H20 an attempt whose answer was lost goes on when it is there, and its code is sent once', async () => {
  const server = new FakeServer();
  const ways = await openWays();
  server.once('POST', '/auth/signin', () => {
    server.change({ signin_attempts: [signInAttempt('sia_1', 'verify_email_otp')] });
    throw new TypeError('Failed to fetch');
  });
  expect(await outcome(ways.signIn.create({ strategy: 'email_otp', email: 'ada@example.com' }))).toBe(false);
  expect(ways.signIn.attempt?.id).toBe('sia_1');
  expect(server.count('POST /auth/prepare-verification')).toBe(1);
});

test('a sign-up with a second step has the code of that sent by itself', async () => {
  const server = new FakeServer({ ...emptySession(), id: 'ses_1', revision: 1, signup_attempts: [signUpAttempt('sat_1', 'ada@example.com')] });
  const ways = await openWays();
  server.once('POST', '/auth/attempt-verification', () =>
    server.change({ signup_attempts: [{ ...signUpAttempt('sat_1', 'ada@example.com'), current_step: 'verify_phone' }] }),
  );
  expect(await outcome(ways.signUp.verify('1'))).toBe(false);
  expect(server.requests.at(-1)?.body).toMatchObject({ identifier_type: 'signup', strategy: 'phone_otp' });
  expect(await outcome(ways.signUp.verify('2'))).toBe(true);
});

test('H27 a forgotten password: the address, its code, the new password, and the step that is left', async () => {
  const server = new FakeServer();
  const ways = await openWays();
  expect(ways.forgot.step).toBe('request');
  server.once('POST', '/auth/forgot-password', () => ({ data: {} }));
  await outcome(ways.forgot.request('ada@example.com'));
  expect(ways.forgot).toMatchObject({ step: 'code', email: 'ada@example.com' });
  server.refuse('POST', '/auth/forgot-password', 400, 'INVALID_CODE');
  await expect(outcome(ways.forgot.verify('1'))).rejects.toMatchObject({ code: 'INVALID_CODE' });
  expect(ways.forgot.step).toBe('code');
  server.once('POST', '/auth/forgot-password', ({ body }) => ({ data: { token: `proof of ${body.email} ${body.otp}` } }));
  await outcome(ways.forgot.verify('2'));
  expect(ways.forgot.step).toBe('password');
  server.refuse('POST', '/auth/reset-password', 400, 'password_too_short');
  await expect(outcome(ways.forgot.reset('x'))).rejects.toMatchObject({ code: 'password_too_short' });
  expect(ways.forgot.step).toBe('password');
  server.once('POST', '/auth/reset-password', () => server.change({ signin_attempts: [signInAttempt('sia_1', 'verify_second_factor')] }));
  expect(await outcome(ways.forgot.reset('a new long password'))).toBe(false);
  expect(server.requests.at(-1)?.body).toEqual({ token: 'proof of ada@example.com 2', password: 'a new long password' });
  expect(ways.forgot.step).toBe('done');
  expect(ways.signIn.attempt?.id).toBe('sia_1');
});

test('H27 nothing is reset before the address is proved', async () => {
  const server = new FakeServer();
  const ways = await openWays();
  await expect(outcome(ways.forgot.reset('a new long password'))).rejects.toMatchObject({ code: 'session_changed' });
  expect(server.count('POST')).toBe(0);
});

test('the waiting list takes an address and says which', async () => {
  const server = new FakeServer();
  const ways = await openWays();
  server.refuse('POST', '/waitlist/join', 400, 'invalid_email');
  await expect(outcome(ways.waitlist.join({ email: 'x' }))).rejects.toMatchObject({ code: 'invalid_email' });
  expect(ways.waitlist.joined).toBeNull();
  server.once('POST', '/waitlist/join', () => ({ data: { message: '', entry: {} } }));
  await outcome(ways.waitlist.join({ email: 'ada@example.com' }));
  expect(ways.waitlist.joined).toBe('ada@example.com');
});

test('H28 looking at a mailed link confirms nothing; confirming it signs in', async () => {
  const server = new FakeServer();
  let link: UseMagicLink | undefined;
  let hook: UseSession | undefined;
  function Page() {
    link = useMagicLink({ token: 'a b', attempt: 'sia_1' });
    hook = useSession();
    return null;
  }
  // Once when it is shown, and again once the session is there.
  for (const _ of [1, 2]) server.once('POST', '/auth/magic-link', () => ({ data: { state: 'open', same_browser: false } }));
  render(
    <KeyrackProvider publishableKey={PRODUCTION_KEY}>
      <Page />
    </KeyrackProvider>,
  );
  await pass();
  expect(link).toMatchObject({ loading: false, link: { same_browser: false } });
  expect(server.requests.at(-1)).toMatchObject({ path: '/auth/magic-link', body: { token: 'a b', attempt: 'sia_1' } });
  expect(server.count('POST /auth/verify-magic-link')).toBe(0);
  server.refuse('POST', '/auth/verify-magic-link', 409, 'confirm_required');
  await expect(outcome(link?.confirm?.() ?? Promise.resolve(false))).rejects.toMatchObject({ code: 'confirm_required' });
  const confirmed = () => server.requests.filter(({ path }) => path === '/auth/verify-magic-link').at(-1)?.body;
  expect(confirmed()).toEqual({ token: 'a b', attempt: 'sia_1' });
  moves(server, '/auth/verify-magic-link', 'sia_1', '');
  expect(await outcome(link?.confirm?.({ here: true }) ?? Promise.resolve(false))).toBe(true);
  expect(confirmed()).toEqual({ token: 'a b', attempt: 'sia_1', here: true });
  expect(hook?.session?.active_signin?.id).toBe('sin_ada');
});
