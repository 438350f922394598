import {
  KeyrackProvider,
  type UseSession,
  useSession,
  type UseSignIn,
  useSignIn,
  type UseSignUp,
  useSignUp,
} from '@keyrack/react';
import { render } from '@testing-library/react';
import { expect, test } from 'vitest';
import { FakeServer, PRODUCTION_KEY } from './fake-server.js';
import { session, signUpAttempt } from './fixtures.js';
import { outcome, pass } from './harness.js';

const ADA = { email: 'ada@example.com', password: 'correct horse' };

interface Forms {
  hook: UseSession;
  signIn: UseSignIn;
  signUp: UseSignUp;
}

async function openForms(): Promise<Forms> {
  const forms = {} as Forms;
  function Page() {
    Object.assign(forms, { hook: useSession(), signIn: useSignIn(), signUp: useSignUp() });
    return null;
  }
  render(
    <KeyrackProvider publishableKey={PRODUCTION_KEY}>
      <Page />
    </KeyrackProvider>,
  );
  await pass();
  return forms;
}

test('H20 signIn resolves when the hook shows the new account beside the others', async () => {
  const server = new FakeServer(session(['bob']));
  const forms = await openForms();
  await outcome(forms.signIn.signIn(ADA));
  expect(forms.hook.session?.active_signin?.user.email_address).toBe('ada@example.com');
  expect(forms.hook.session?.signins.length).toBe(2);
  expect(server.requests.at(-1)?.body).toEqual({ strategy: 'plain_email', ...ADA });
  expect(server.count('GET /session')).toBe(1);
});

test('H20 a wrong password rejects, is in error, changes nothing, and the next try clears it', async () => {
  const server = new FakeServer(session(['bob']));
  const forms = await openForms();
  const { session: before } = forms.hook;
  server.refuse('POST', '/auth/signin', 401, 'INVALID_CREDENTIALS');
  await expect(outcome(forms.signIn.signIn(ADA))).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS', status: 401 });
  expect(forms.signIn).toMatchObject({ loading: false, error: { code: 'INVALID_CREDENTIALS' } });
  expect(forms.hook.session).toBe(before);
  const slow = server.hold('POST', '/auth/signin');
  const again = forms.signIn.signIn(ADA);
  await pass();
  expect(forms.signIn).toMatchObject({ loading: true, error: undefined });
  slow.release();
  await outcome(again);
  expect(forms.signIn).toMatchObject({ loading: false, error: undefined });
});

test('H20 signIn waits for the first load', async () => {
  const server = new FakeServer();
  const first = server.hold('GET', '/session');
  const forms = await openForms();
  const signingIn = forms.signIn.signIn(ADA);
  await pass();
  expect(server.count('POST')).toBe(0);
  first.release();
  await outcome(signingIn);
  expect(forms.hook.status).toBe('signed-in');
});

test('H20 a sign-in that was lost on its way rejects, though another tab signs somebody else in meanwhile', async () => {
  const server = new FakeServer(session(['eve']));
  const forms = await openForms();
  server.once('POST', '/auth/signin', () => {
    server.signInAs('bob');
    throw new TypeError('Failed to fetch');
  });
  await expect(outcome(forms.signIn.signIn(ADA))).rejects.toMatchObject({ code: 'network' });
  expect(forms.hook.session?.active_signin?.id).toBe('sin_bob');
});

test('H20 what becomes of a step is not shown any more once another is under way', async () => {
  const server = new FakeServer(session(['eve']));
  const forms = await openForms();
  server.refuse('POST', '/auth/signin', 401, 'INVALID_CREDENTIALS');
  const slow = server.hold('POST', '/auth/signin');
  const wrong = expect(forms.signIn.signIn(ADA)).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
  const right = forms.signIn.signIn(ADA);
  await outcome(wrong);
  expect(forms.signIn).toMatchObject({ loading: true, error: undefined });
  slow.release();
  await outcome(right);
  expect(forms.signIn).toMatchObject({ loading: false, error: undefined });
});

test('H20 a sign-in whose answer was lost resolves when the account is there, and rejects when it is not', async () => {
  const server = new FakeServer(session(['bob']));
  const forms = await openForms();
  server.unreachable('POST', '/auth/signin');
  await expect(outcome(forms.signIn.signIn(ADA))).rejects.toMatchObject({ code: 'network' });
  server.lose('POST', '/auth/signin');
  await outcome(forms.signIn.signIn(ADA));
  expect(forms.hook.session?.active_signin?.id).toBe('sin_ada');
});

test('H22 a sign-in empties the token cache', async () => {
  const server = new FakeServer(session(['bob']));
  const forms = await openForms();
  await outcome(forms.hook.getToken());
  await outcome(forms.signIn.signIn(ADA));
  expect(await outcome(forms.hook.getToken())).toBe('token 2 of sin_ada');
  expect(server.count('GET /session/token')).toBe(2);
});

test('a sign-up is created, its code is sent, and the code signs the account in', async () => {
  const server = new FakeServer(session(['bob']));
  const forms = await openForms();
  expect(forms.signUp.attempt).toBeNull();
  await outcome(forms.signUp.create({ ...ADA, first_name: 'Ada', last_name: 'L' }));
  expect(forms.signUp.attempt).toMatchObject({ id: 'sat_1', email: 'ada@example.com' });
  await outcome(forms.signUp.verify('123456'));
  expect(forms.signUp.attempt).toBeNull();
  expect(forms.hook.session?.active_signin?.id).toBe('sin_ada');
  const which = { attempt_identifier: 'sat_1', identifier_type: 'signup' };
  expect(server.requests.slice(1).map(({ method, path, body }) => [method, path, body])).toEqual([
    ['POST', '/auth/signup', { ...ADA, first_name: 'Ada', last_name: 'L' }],
    ['POST', '/auth/prepare-verification', { ...which, strategy: 'email_otp' }],
    ['POST', '/auth/attempt-verification', { ...which, verification_code: '123456' }],
  ]);
});

test('a sign-up goes on after a reload, with the last attempt that is not completed', async () => {
  const done = { ...signUpAttempt('sat_3', 'eve@example.com'), completed: true };
  const attempts = [signUpAttempt('sat_1', 'old@example.com'), signUpAttempt('sat_2', 'ada@example.com'), done];
  const server = new FakeServer({ ...session([]), signup_attempts: attempts });
  const forms = await openForms();
  expect(forms.signUp.attempt?.id).toBe('sat_2');
  expect(await outcome(forms.signUp.prepare())).toMatchObject({ otp_sent: true });
  expect(server.requests.at(-1)?.body.attempt_identifier).toBe('sat_2');
});

test('a wrong code rejects and the attempt stays', async () => {
  const server = new FakeServer({ ...session([]), signup_attempts: [signUpAttempt('sat_1', 'ada@example.com')] });
  const forms = await openForms();
  server.refuse('POST', '/auth/attempt-verification', 400, 'INVALID_CODE');
  await expect(outcome(forms.signUp.verify('000000'))).rejects.toMatchObject({ code: 'INVALID_CODE' });
  expect(forms.signUp.error?.code).toBe('INVALID_CODE');
  expect(forms.signUp.attempt?.id).toBe('sat_1');
});

test('the attempt is not shown before its code is on its way', async () => {
  const server = new FakeServer();
  const forms = await openForms();
  const slow = server.hold('POST', '/auth/prepare-verification');
  const creating = forms.signUp.create(ADA);
  await pass();
  expect(server.count('POST')).toBe(2);
  expect(forms.signUp.attempt).toBeNull();
  slow.release();
  await outcome(creating);
  expect(forms.signUp.attempt?.id).toBe('sat_1');
});

test('when the code could not be sent, create rejects and prepare can be called again', async () => {
  const server = new FakeServer();
  const forms = await openForms();
  server.unreachable('POST', '/auth/prepare-verification');
  await expect(outcome(forms.signUp.create(ADA))).rejects.toMatchObject({ code: 'network' });
  expect(forms.signUp.attempt?.id).toBe('sat_1');
  expect(await outcome(forms.signUp.prepare())).toMatchObject({ otp_sent: true });
});

test('a refused sign-up sends no code', async () => {
  const server = new FakeServer();
  const forms = await openForms();
  server.refuse('POST', '/auth/signup', 400, 'password_too_short');
  await expect(outcome(forms.signUp.create(ADA))).rejects.toMatchObject({ code: 'password_too_short' });
  expect(server.count('POST /auth/prepare-verification')).toBe(0);
});

test('H20 a sign-up whose answer was lost goes on when the attempt is there', async () => {
  const server = new FakeServer();
  const forms = await openForms();
  server.lose('POST', '/auth/signup');
  await outcome(forms.signUp.create(ADA));
  expect(forms.signUp.attempt?.id).toBe('sat_1');
  expect(server.count('POST /auth/prepare-verification')).toBe(1);
});

test('H20 a code whose answer was lost counts when the attempt is completed', async () => {
  const server = new FakeServer({ ...session([]), signup_attempts: [signUpAttempt('sat_1', 'ada@example.com')] });
  const forms = await openForms();
  server.lose('POST', '/auth/attempt-verification');
  await outcome(forms.signUp.verify('123456'));
  expect(forms.hook.session?.active_signin?.id).toBe('sin_ada');
});

test('without an attempt there is nothing to verify', async () => {
  const server = new FakeServer();
  const forms = await openForms();
  await expect(outcome(forms.signUp.verify('123456'))).rejects.toMatchObject({ code: 'session_changed' });
  expect(server.count('POST')).toBe(0);
});

test('somebody signs in with a username in place of the address', async () => {
  const server = new FakeServer(session(['bob']));
  const forms = await openForms();
  server.once('POST', '/auth/signin', () => server.signInAs('ada'));
  await outcome(forms.signIn.signIn({ username: 'ada.l', password: 'correct horse' }));
  expect(forms.hook.session?.active_signin?.id).toBe('sin_ada');
  expect(server.requests.at(-1)?.body).toEqual({
    strategy: 'plain_username',
    username: 'ada.l',
    password: 'correct horse',
  });
});

test('the types take one identifier, not two and not none', () => {
  const { signIn } = {} as UseSignIn;
  const compiledOnly = () => [
    signIn({ email: 'ada@example.com', password: 'x' }),
    signIn({ username: 'ada', password: 'x' }),
    // @ts-expect-error two of them
    signIn({ email: 'ada@example.com', username: 'ada', password: 'x' }),
    // @ts-expect-error none of them
    signIn({ password: 'x' }),
  ];
  expect(compiledOnly).toBeTypeOf('function');
});

test('a sign-up sends its username', async () => {
  const server = new FakeServer();
  const forms = await openForms();
  await outcome(forms.signUp.create({ ...ADA, username: 'ada.l' }));
  expect(server.requests.find(({ path }) => path === '/auth/signup')?.body).toEqual({ ...ADA, username: 'ada.l' });
});

test('when somebody else got the username, the same code is sent again with another one', async () => {
  const server = new FakeServer({ ...session([]), signup_attempts: [signUpAttempt('sat_1', 'ada@example.com')] });
  const forms = await openForms();
  server.refuse('POST', '/auth/attempt-verification', 400, 'USERNAME_EXISTS');
  await expect(outcome(forms.signUp.verify('123456'))).rejects.toMatchObject({ code: 'USERNAME_EXISTS' });
  expect(forms.signUp.attempt?.id).toBe('sat_1');
  await outcome(forms.signUp.verify('123456', { username: 'ada.l' }));
  expect(server.requests.at(-1)?.body).toEqual({
    attempt_identifier: 'sat_1',
    identifier_type: 'signup',
    verification_code: '123456',
    username: 'ada.l',
  });
  expect(forms.hook.session?.active_signin?.id).toBe('sin_ada');
});

test('checkUsername says whether a username is free and leaves the flow as it is', async () => {
  const server = new FakeServer();
  const forms = await openForms();
  const path = '/auth/identifier-availability';
  server.once('GET', path, () => ({ data: { exists: true } }));
  expect(await outcome(forms.signUp.checkUsername('a&b'))).toBe(false);
  expect(server.requests.at(-1)).toMatchObject({ method: 'GET', path: `${path}?type=username&identifier=a%26b` });
  server.once('GET', path, () => ({ data: { exists: false } }));
  expect(await outcome(forms.signUp.checkUsername('ada'))).toBe(true);
  server.refuse('GET', path, 400, 'invalid_username');
  await expect(outcome(forms.signUp.checkUsername('a'))).rejects.toMatchObject({ code: 'invalid_username' });
  expect(forms.signUp).toMatchObject({ loading: false, error: undefined });
});
