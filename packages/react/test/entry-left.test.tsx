/** What is left of a sign-in that a passkey, a mailed link or a new password has begun, and codes that could not be sent. */
import type { SigninAttempt } from '@keyrack/react';
import { ForgotPasswordForm, MagicLink, SignInForm, SignUpForm } from '@keyrack/react/ui';
import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { lastBody, leads } from './entry.js';
import { FakeServer } from './fake-server.js';
import { session, signInAttempt, signUpAttempt } from './fixtures.js';
import { button, click } from './hands.js';
import { pass } from './harness.js';
import { base64url, fakePasskeys } from './passkey-browser.js';
import { alerts, send, title, within } from './ways.js';

const PASSKEY = { passkey: { enabled: true, allow_autofill: false, prompt_registration_on_auth: false } };

/** A server, a mailed link that this browser asked for, and what confirming it leaves. */
function withLink(...attempts: readonly SigninAttempt[]): FakeServer {
  const server = new FakeServer({ ...session([]), signin_attempts: [signInAttempt('sia_1', 'verify_email_link')] });
  server.once('POST', '/auth/magic-link', () => ({ data: { state: 'open', same_browser: true } }));
  server.once('POST', '/auth/verify-magic-link', () => {
    if (attempts.some(({ id, completed }) => id === 'sia_1' && completed)) server.signInAs('ada');
    return server.change({ signin_attempts: [...attempts] });
  });
  return server;
}

/** The form for a forgotten password, at the new one. */
async function atNewPassword(server: FakeServer, onDone?: () => void): Promise<void> {
  await within(<ForgotPasswordForm {...(onDone && { onDone })} />);
  server.once('POST', '/auth/forgot-password', () => ({ data: {} }));
  await send({ 'Email address': 'ada@example.com' });
  server.once('POST', '/auth/forgot-password', () => ({ data: { token: 'proof' } }));
  await send({ Code: '123456' });
}

test('whoever starts over after a new password is asked for an address again', async () => {
  const server = new FakeServer();
  await atNewPassword(server);
  leads(server, '/auth/reset-password', 'sia_1', 'verify_second_factor', { available_2fa_methods: ['authenticator'] });
  await send({ 'New password': 'battery staple' });
  expect(title()).toBe('One more proof');
  await click(button('Start over'));
  expect(title()).toBe('Forgot your password?');
});

test('whoever starts over after a mailed link, or lets it expire, is told that it is over', async () => {
  const server = withLink(signInAttempt('sia_1', 'complete_profile', { missing_fields: ['first_name'] }));
  await within(<MagicLink token="t" attempt="sia_1" footer={<a href="/sign-in">Back</a>} />);
  await click(button('Sign in'));
  expect(title()).toBe('Almost there');
  server.push({ signin_attempts: [] });
  await pass(200);
  expect(title()).toBe('This link does not work');
  expect(screen.getByRole('link', { name: 'Back' })).toBeTruthy();
});

test('H27 a new password leaves a step: its code is on its way when that is shown', async () => {
  const server = new FakeServer();
  await atNewPassword(server);
  leads(server, '/auth/reset-password', 'sia_1', 'verify_phone');
  await send({ 'New password': 'battery staple' });
  expect(title()).toBe('Check your phone');
  expect(lastBody(server)).toMatchObject({ attempt_identifier: 'sia_1', strategy: 'phone_otp' });
});

test('H28 a mailed link leaves a step: its code is on its way when that is shown', async () => {
  const server = withLink(signInAttempt('sia_1', 'verify_phone'));
  await within(<MagicLink token="t" attempt="sia_1" />);
  await click(button('Sign in'));
  expect(title()).toBe('Check your phone');
  expect(server.requests.find(({ path }) => path === '/auth/prepare-verification')?.body).toMatchObject({ attempt_identifier: 'sia_1', strategy: 'phone_otp' });
});

test('H28 a confirmed link is done although another sign-in was begun after it', async () => {
  withLink(signInAttempt('sia_1', ''), signInAttempt('sia_2', 'verify_email_otp', { email: 'bob@example.com' }));
  let done = 0;
  await within(<MagicLink token="t" attempt="sia_1" onDone={() => (done += 1)} />);
  await click(button('Sign in'));
  expect(done).toBe(1);
});

test('H28 what a confirmed link has left is shown, and not the step of another sign-in', async () => {
  const second = signInAttempt('sia_1', 'verify_second_factor', { available_2fa_methods: ['authenticator'] });
  withLink(second, signInAttempt('sia_2', 'verify_email_otp', { email: 'bob@example.com' }));
  await within(<MagicLink token="t" attempt="sia_1" />);
  await click(button('Sign in'));
  expect(title()).toBe('One more proof');
});

test.for([
  ['complete_profile', 'Almost there', 0],
  ['verify_phone', 'Check your phone', 1],
] as const)('H26 a passkey that leaves %s shows it, also after something else was left aside', async ([step, heading, codes]) => {
  const server = new FakeServer({ ...session([]), signin_attempts: [signInAttempt('sia_1', 'verify_email_otp')] });
  fakePasskeys();
  await within(<SignInForm />, PASSKEY);
  await click(button('Start over'));
  server.once('POST', '/auth/passkey/login/begin', () => ({ data: { options: { publicKey: { challenge: base64url('dare') } } } }));
  const left = signInAttempt('sia_2', step, { method: 'passkey', email: '', missing_fields: ['first_name'] });
  server.once('POST', '/auth/passkey/login/finish', () => server.change({ signin_attempts: [...server.session.signin_attempts, left] }));
  await click(button('Use a passkey'));
  await pass();
  expect(title()).toBe(heading);
  expect(server.count('POST /auth/prepare-verification')).toBe(codes);
});

test('a code that could not be sent is not said to be on its way, and can be asked for at once', async () => {
  const server = new FakeServer();
  await within(<SignInForm />, { factors: { email_password: false, email_otp: true }, first_factor: 'email_otp' });
  leads(server, '/auth/signin', 'sia_1', 'verify_email_otp');
  server.unreachable('POST', '/auth/prepare-verification');
  await send({ 'Email address': 'ada@example.com' });
  expect(title()).toBe('Check your mail');
  expect(alerts()).toEqual(['The code could not be sent. The server could not be reached. Try again.']);
  expect(screen.queryByText(/on its way/)).toBeNull();
  await click(button('Send a new code'));
  expect(server.count('POST /auth/prepare-verification')).toBe(2);
  expect(alerts()).toEqual([]);
  expect(screen.getByText('A code of six digits is on its way to ada@example.com')).toBeTruthy();
  expect(screen.getByText('You can ask for a new code in 60 s.')).toBeTruthy();
});

test('the same from one step of a sign-up to the next', async () => {
  const server = new FakeServer({ ...session([]), signup_attempts: [signUpAttempt('sat_1', 'ada@example.com')] });
  await within(<SignUpForm />);
  const next = { ...signUpAttempt('sat_1', 'ada@example.com'), current_step: 'verify_phone' as const };
  server.once('POST', '/auth/attempt-verification', () => server.change({ signup_attempts: [next] }));
  server.refuse('POST', '/auth/prepare-verification', 503, 'unavailable');
  await send({ Code: '123456' });
  expect(title()).toBe('Check your phone');
  expect(alerts()).toEqual(['The code could not be sent. Refused: unavailable']);
  await click(button('Send a new code'));
  expect(server.count('POST /auth/prepare-verification')).toBe(2);
});

test('somebody else’s half-finished sign-in can be left at every step', async () => {
  const steps = ['verify_password', 'verify_email', 'verify_second_factor', 'add_second_factor', 'complete_profile'] as const;
  for (const step of steps) {
    const server = new FakeServer({ ...session([]), signin_attempts: [signInAttempt('sia_1', step)] });
    server.once('POST', '/auth/prepare-verification', () => ({ data: { otp_url: 'otpauth://x', totp_secret: 'A' } }));
    const { unmount } = await within(<SignInForm />);
    await click(button('Start over'));
    expect(title(), step).toBe('Sign in');
    unmount();
  }
});

test('a sign-in of another tab does not take away a form that is being filled in', async () => {
  const server = new FakeServer({ ...session([]), id: 'ses_1', revision: 1 });
  await within(<SignInForm />);
  await pass();
  server.push({ signin_attempts: [signInAttempt('sia_9', 'verify_email_otp', { email: 'bob@example.com' })] });
  await pass(200);
  expect(title()).toBe('Sign in');
});

test('a sign-up stays with its own attempt, whatever another tab begins, and is done when another tab finishes it', async () => {
  const server = new FakeServer({ ...session([]), signup_attempts: [signUpAttempt('sat_1', 'ada@example.com')] });
  let done = 0;
  await within(<SignUpForm onDone={() => (done += 1)} />);
  const other = signUpAttempt('sat_2', 'bob@example.com');
  server.push({ signup_attempts: [signUpAttempt('sat_1', 'ada@example.com'), other] });
  await pass(200);
  expect(screen.getByText(/on its way to ada@example.com/)).toBeTruthy();
  server.refuse('POST', '/auth/attempt-verification', 400, 'INVALID_CODE');
  await send({ Code: '123456' });
  expect(lastBody(server)).toMatchObject({ attempt_identifier: 'sat_1' });
  server.signInAs('ada');
  server.push({ signup_attempts: [{ ...signUpAttempt('sat_1', 'ada@example.com'), completed: true, current_step: '' }, other] });
  await pass(200);
  expect(done).toBe(1);
});

test('a sign-up that is begun anew keeps what was typed in', async () => {
  new FakeServer({ ...session([]), signup_attempts: [{ ...signUpAttempt('sat_1', 'ada@example.com'), first_name: 'Ada' }] });
  await within(<SignUpForm />);
  await click(button('Use another address'));
  expect(title()).toBe('Create an account');
  expect(screen.getByLabelText('First name optional')).toMatchObject({ value: 'Ada' });
  expect(document.activeElement).toBe(screen.getByLabelText('Email address'));
});

test('H27 a mailed link is looked at before a password is chosen, and whose it is is said', async () => {
  const server = new FakeServer();
  server.once('POST', '/auth/reset-password/validate', () => ({ data: { valid: true, email: 'ada@example.com' } }));
  await within(<ForgotPasswordForm token="t" />);
  expect(title()).toBe('Choose a new password');
  expect(screen.getByText('ada@example.com')).toBeTruthy();
  expect(document.querySelector('[autocomplete=username]')).toMatchObject({ value: 'ada@example.com' });
  expect(server.requests.every(({ path }) => !path.includes('=t'))).toBe(true);
  leads(server, '/auth/reset-password', 'sia_1', '');
  await send({ 'New password': 'battery staple' });
  expect(server.requests.find(({ path }) => path === '/auth/reset-password')?.body).toEqual({ token: 't', password: 'battery staple' });
});

test('H27 a mailed link that is over says so before anything is typed, and another mail can be had', async () => {
  const server = new FakeServer();
  server.once('POST', '/auth/reset-password/validate', () => ({ data: { valid: false, email: null } }));
  await within(<ForgotPasswordForm token="t" />);
  expect(title()).toBe('Forgot your password?');
  expect(alerts()).toEqual(['That link or code was used, or has expired. Ask for another mail.']);
  server.once('POST', '/auth/forgot-password', () => ({ data: {} }));
  await send({ 'Email address': 'ada@example.com' });
  expect(title()).toBe('Check your mail');
});

test('H27 what expires while the password is chosen leads back to another mail, with the address', async () => {
  const server = new FakeServer();
  await atNewPassword(server);
  server.refuse('POST', '/auth/reset-password', 400, 'reset_expired');
  await send({ 'New password': 'battery staple' });
  expect(title()).toBe('Forgot your password?');
  expect(alerts()).toEqual(['That link or code was used, or has expired. Ask for another mail.']);
  expect(screen.getByLabelText('Email address')).toMatchObject({ value: 'ada@example.com' });
});

test('H27 a link that cannot be looked at is looked at again, and nothing is said of it meanwhile', async () => {
  const server = new FakeServer();
  server.unreachable('POST', '/auth/reset-password/validate', 2);
  await within(<ForgotPasswordForm token="t" />);
  expect(screen.queryByRole('heading', { level: 2 })).toBeNull();
  expect(alerts()).toEqual(['The server could not be reached. Try again.']);
  server.once('POST', '/auth/reset-password/validate', () => ({ data: { valid: true, email: 'ada@example.com' } }));
  for (let second = 0; second < 4; second += 1) await pass(1_000);
  expect(title()).toBe('Choose a new password');
});

test('a mailed link that cannot be looked at says what went wrong, and nothing of the link', async () => {
  const server = new FakeServer();
  server.refuse('POST', '/auth/magic-link', 429, 'too_many_attempts');
  await within(<MagicLink token="t" attempt="sia_1" />);
  expect(alerts()).toEqual(['Refused: too_many_attempts']);
  server.refuse('POST', '/auth/magic-link', 404, 'link_not_valid');
  await click(button('Try again'));
  expect(title()).toBe('This link does not work');
});
