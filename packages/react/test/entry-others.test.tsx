/** Signing up, a forgotten password, mailed links and what stands around them, as somebody with a screen reader meets it. */
import { ForgotPasswordForm, MagicLink, SignInForm, SignUpForm, UiWordsProvider, UserButton, WaitlistForm } from '@keyrack/react/ui';
import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { lastBody, leads } from './entry.js';
import { FakeServer } from './fake-server.js';
import { session, signUpAttempt } from './fixtures.js';
import { button, click } from './hands.js';
import { pass } from './harness.js';
import { alerts, send, title, within } from './ways.js';

test('a sign-up asks for what the deployment wants, and goes through its steps', async () => {
  const server = new FakeServer();
  let done = 0;
  const phone_number = { enabled: true, required: true };
  await within(<SignUpForm onDone={() => (done += 1)} inviteToken="inv" />, { phone_number });
  await send({ 'Email address': 'ada@example.com', Password: 'short' });
  expect(alerts()).toEqual(['Please fill this in.', 'That is too short. Use at least 8 characters.']);
  server.once('POST', '/auth/signup', () => server.change({ signup_attempts: [signUpAttempt('sat_1', 'ada@example.com')] }));
  await send({ 'Phone number': '+44 20 7946 0000', Password: 'long enough' });
  expect(server.requests.at(-2)?.body).toMatchObject({ phone_number: '+442079460000', invite_token: 'inv', password: 'long enough' });
  expect(title()).toBe('Check your mail');
  const next = { ...signUpAttempt('sat_1', 'ada@example.com'), current_step: 'verify_phone' as const };
  server.once('POST', '/auth/attempt-verification', () => server.change({ signup_attempts: [next] }));
  await send({ Code: '123456' });
  expect(title()).toBe('Check your phone');
  const last = { ...next, current_step: 'verify_authenticator' as const };
  server.once('POST', '/auth/attempt-verification', () => server.change({ signup_attempts: [last] }));
  server.once('POST', '/auth/prepare-verification', () => ({ data: { otp_url: 'otpauth://totp/x?secret=ABCDEFGH', totp_secret: 'ABCDEFGH' } }));
  await send({ Code: '654321' });
  await pass();
  expect(title()).toBe('Protect your account');
  expect(screen.getByText('ABCD EFGH')).toBeTruthy();
  await send({ Code: '111111' });
  expect(done).toBe(1);
});

test('a username that somebody else got is asked for again, with the code that is still good', async () => {
  const server = new FakeServer({ ...session([]), signup_attempts: [signUpAttempt('sat_1', 'ada@example.com')] });
  await within(<SignUpForm />);
  server.refuse('POST', '/auth/attempt-verification', 400, 'USERNAME_EXISTS');
  await send({ Code: '123456' });
  await send({ Username: 'ada2', Code: '123456' });
  expect(lastBody(server)).toMatchObject({ username: 'ada2', verification_code: '123456' });
});

test('a forgotten password is got over by a code, and a second factor is still asked for', async () => {
  const server = new FakeServer();
  let done = 0;
  await within(<ForgotPasswordForm onDone={() => (done += 1)} />);
  server.once('POST', '/auth/forgot-password', () => ({ data: {} }));
  await send({ 'Email address': 'ada@example.com' });
  expect(screen.getByText(/If ada@example.com has an account/)).toBeTruthy();
  server.once('POST', '/auth/forgot-password', () => ({ data: { token: 'proof' } }));
  await send({ Code: '123456' });
  expect(title()).toBe('Choose a new password');
  server.refuse('POST', '/auth/reset-password', 400, 'password_breached');
  await send({ 'New password': 'correct horse' });
  expect(screen.getByLabelText('New password').getAttribute('aria-invalid')).toBe('true');
  leads(server, '/auth/reset-password', 'sia_1', 'verify_second_factor', { available_2fa_methods: ['authenticator'] });
  await send({ 'New password': 'battery staple' });
  expect(title()).toBe('One more proof');
  leads(server, '/auth/attempt-verification', 'sia_1', '');
  await send({ Code: '123456' });
  expect(done).toBe(1);
});

test('a mailed link of another browser shows who asked and the code, and signs in here only when asked to', async () => {
  const server = new FakeServer();
  const shown = { state: 'open', same_browser: false, code: '424242', browser: 'Firefox', device: 'Linux', city: 'Rome', country: 'Italy', asked_at: '2026-11-24T08:00:00.000Z' };
  // Once when it is shown, and again once the session is there.
  for (const _ of [1, 2]) server.once('POST', '/auth/magic-link', () => ({ data: shown }));
  let done = 0;
  await within(<MagicLink token="t" attempt="sia_1" onDone={() => (done += 1)} />);
  expect(title()).toBe('This link was asked for elsewhere');
  expect(screen.getByText(/by Firefox on Linux, Rome, Italy/)).toBeTruthy();
  expect(screen.getByText('424242')).toBeTruthy();
  expect(server.count('POST /auth/verify-magic-link')).toBe(0);
  leads(server, '/auth/verify-magic-link', 'sia_1', '');
  await click(button('Sign in here instead'));
  expect(server.requests.find(({ path }) => path === '/auth/verify-magic-link')?.body).toMatchObject({ here: true });
  expect(done).toBe(1);
});

test.for([['used'], ['expired']] as const)('a mailed link that is %s says so', async ([state]) => {
  const server = new FakeServer();
  for (const _ of [1, 2]) server.once('POST', '/auth/magic-link', () => ({ data: { state, same_browser: true } }));
  await within(<MagicLink token="t" attempt="sia_1" />);
  expect(title()).toBe('This link does not work');
  expect(screen.queryByRole('button')).toBeNull();
});

test('the waiting list takes an address and says so', async () => {
  const server = new FakeServer();
  await within(<WaitlistForm />);
  server.once('POST', '/waitlist/join', () => ({ data: {} }));
  await send({ 'First name optional': 'Ada', 'Email address': 'ada@example.com' });
  expect(lastBody(server)).toMatchObject({ email: 'ada@example.com', first_name: 'Ada' });
  expect(title()).toBe('You are on the list');
  expect(document.activeElement).toBe(screen.getByRole('heading'));
});

test('the forms speak the words that they are given', async () => {
  new FakeServer();
  await within(
    <UiWordsProvider words={{ signInTitle: 'Anmelden', fieldEmail: 'Mailadresse' }}>
      <SignInForm />
    </UiWordsProvider>,
  );
  expect(title()).toBe('Anmelden');
  expect(screen.getByLabelText('Mailadresse')).toBeTruthy();
});

test('the user button switches, leads on, and signs out', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  await within(<UserButton accountUrl="/account" signInUrl="/sign-in" />);
  await click(button('Account: ada'));
  expect(screen.getAllByRole('link').map((link) => link.getAttribute('href'))).toEqual(['/account', '/sign-in']);
  await click(button('Switch to bob'));
  expect(document.activeElement).toBe(button('Account: bob'));
  await click(button('Account: bob'));
  await click(button('Sign out'));
  expect(server.session.active_signin?.id).toBe('sin_ada');
  await click(button('Account: ada'));
  expect(screen.queryByRole('button', { name: 'Sign out of all accounts' })).toBeNull();
  await click(button('Sign out'));
  expect(screen.queryByRole('button')).toBeNull();
});
