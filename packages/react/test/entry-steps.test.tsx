/** What a sign-in asks for after its beginning, as somebody with a keyboard and a screen reader meets it. */
import { SignInForm } from '@keyrack/react/ui';
import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { buttons, lastBody, leads } from './entry.js';
import { FakeServer } from './fake-server.js';
import { session, signInAttempt } from './fixtures.js';
import { button, click } from './hands.js';
import { alerts, send, title, within } from './ways.js';

test('the second factor: the best one first, others by choice, and a number is named before it is sent anything', async () => {
  const factors = ['phone_otp', 'backup_code', 'authenticator'];
  const waits = signInAttempt('sia_1', 'verify_second_factor', { available_2fa_methods: factors });
  const server = new FakeServer({ ...session([]), signin_attempts: [waits] });
  let done = 0;
  await within(<SignInForm onDone={() => (done += 1)} />);
  expect(title()).toBe('One more proof');
  expect(screen.getByText(/your authenticator app shows/)).toBeTruthy();
  server.refuse('POST', '/auth/attempt-verification', 400, 'INVALID_CODE');
  await send({ Code: '000000' });
  expect(lastBody(server)).toMatchObject({ method: 'authenticator' });
  await click(button('Use another way'));
  expect(buttons()).toEqual(['Authenticator app', 'Text message', 'Backup code', 'Start over']);
  await click(button('Text message'));
  expect(server.count('POST /auth/prepare-verification')).toBe(0);
  await send({ 'Last four digits of the number': '4567' });
  expect(lastBody(server)).toMatchObject({ strategy: 'phone_otp', last_digits: '4567' });
  expect(screen.getByLabelText('Code')).toBe(document.activeElement);
  await click(button('Use another way'));
  await click(button('Backup code'));
  leads(server, '/auth/attempt-verification', 'sia_1', '');
  await send({ Code: 'ABCD-EFGH' });
  expect(lastBody(server)).toMatchObject({ method: 'backup_code', verification_code: 'ABCD-EFGH' });
  expect(done).toBe(1);
});

test('an account without a second factor that works here is told so', async () => {
  const waits = signInAttempt('sia_1', 'verify_second_factor', { available_2fa_methods: ['passkey'] });
  new FakeServer({ ...session([]), signin_attempts: [waits] });
  await within(<SignInForm />);
  expect(alerts()).toEqual(['Your account needs a second proof, and has none that works here. Ask whoever runs this application.']);
});

test('a sign-in that was left before its password is gone on with: whose it is, and the one field', async () => {
  const server = new FakeServer({ ...session([]), signin_attempts: [signInAttempt('sia_1', 'verify_password')] });
  await within(<SignInForm />);
  expect(title()).toBe('Enter your password');
  expect(screen.getByText('ada@example.com')).toBeTruthy();
  expect(screen.getByLabelText('Password')).toBe(document.activeElement);
  server.refuse('POST', '/auth/attempt-verification', 401, 'INVALID_CREDENTIALS');
  await send({ Password: 'wrong' });
  expect(alerts().join('')).not.toBe('');
  leads(server, '/auth/attempt-verification', 'sia_1', '');
  await send({ Password: ' as it was set ' });
  expect(lastBody(server)).toMatchObject({ password: ' as it was set ' });
});

test('where a second factor is enforced an authenticator is set up by two codes that follow each other', async () => {
  const server = new FakeServer({ ...session([]), signin_attempts: [signInAttempt('sia_1', 'add_second_factor')] });
  server.once('POST', '/auth/prepare-verification', () => ({ data: { otp_url: 'otpauth://totp/ada', totp_secret: 'ABCDEFGH' } }));
  let done = 0;
  await within(<SignInForm onDone={() => (done += 1)} />);
  expect(title()).toBe('Protect your account');
  expect(screen.getByText('ABCD EFGH')).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByLabelText('First code'));
  await send({ 'First code': '123 456', 'Next code': '' });
  expect(screen.getByLabelText('Next code').getAttribute('aria-invalid')).toBe('true');
  expect(server.count('POST /auth/attempt-verification')).toBe(0);
  leads(server, '/auth/attempt-verification', 'sia_1', '');
  await send({ 'First code': '123 456', 'Next code': '654 321' });
  expect(lastBody(server)).toEqual({ attempt_identifier: 'sia_1', identifier_type: 'signin', codes: ['123456', '654321'] });
  expect(done).toBe(1);
});

test('the profile is completed with what is missing and nothing else', async () => {
  const waits = signInAttempt('sia_1', 'complete_profile', {
    missing_fields: ['first_name', 'phone_number'],
    profile_completion_data: { first_name: 'Ada' },
  });
  const server = new FakeServer({ ...session([]), signin_attempts: [waits] });
  await within(<SignInForm />);
  expect(screen.getByLabelText('First name')).toMatchObject({ value: 'Ada' });
  expect(screen.queryByLabelText('Last name')).toBeNull();
  leads(server, '/auth/complete-profile', 'sia_1', '');
  await send({ 'Phone number': '+44 20 7946 0000' });
  expect(lastBody(server)).toEqual({ attempt_id: 'sia_1', first_name: 'Ada', phone_number: '+442079460000' });
});

test('a number that nobody can prove is replaced at its step, and the code of the new one is typed there', async () => {
  const server = new FakeServer({ ...session([]), signin_attempts: [signInAttempt('sia_1', 'verify_phone')] });
  await within(<SignInForm />);
  await click(button('Use another number'));
  expect(screen.getByLabelText('Phone number')).toBe(document.activeElement);
  await send({ 'Phone number': 'mine' });
  expect(alerts().join('')).toContain('not a phone number');
  leads(server, '/auth/complete-profile', 'sia_1', 'verify_phone');
  await send({ 'Phone number': '+44 20 7946 0001' });
  expect(lastBody(server)).toEqual({ attempt_id: 'sia_1', phone_number: '+442079460001' });
  expect(title()).toBe('Check your phone');
  expect(screen.getByLabelText('Code')).toBe(document.activeElement);
});
