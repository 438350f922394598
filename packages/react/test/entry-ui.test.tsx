/** The form for signing in, as somebody with a keyboard and a screen reader meets it. */
import { SignInForm } from '@keyrack/react/ui';
import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { buttons, lastBody, leads } from './entry.js';
import { FakeServer } from './fake-server.js';
import { session, signInAttempt } from './fixtures.js';
import { button, click } from './hands.js';
import { pass } from './harness.js';
import { base64url, fakePasskeys } from './passkey-browser.js';
import { alerts, send, title, within } from './ways.js';

test('a password signs in; what is missing is said at its field, and a refusal aloud', async () => {
  const server = new FakeServer();
  let done = 0;
  await within(<SignInForm onDone={() => (done += 1)} forgotPasswordUrl="/forgot" />);
  expect(title()).toBe('Sign in');
  expect(document.activeElement).toBe(screen.getByLabelText('Email address'));
  expect(buttons()).toEqual(['Sign in']);
  expect(screen.getByRole('link').getAttribute('href')).toBe('/forgot');
  await send({ 'Email address': 'ada', Password: '' });
  expect(alerts()).toEqual(['That is not an email address.', 'Please fill this in.']);
  expect(document.activeElement).toBe(screen.getByLabelText('Email address'));
  expect(server.count('POST')).toBe(0);
  server.refuse('POST', '/auth/signin', 401, 'INVALID_CREDENTIALS');
  await send({ 'Email address': 'ada@example.com', Password: 'wrong' });
  expect(alerts()).toEqual(['Refused: INVALID_CREDENTIALS']);
  await send({ Password: 'right' });
  expect(done).toBe(1);
});

test('every way that the deployment offers can be chosen, what was typed is kept, and the focus goes to its field', async () => {
  const server = new FakeServer();
  const factors = { email_otp: true, email_magic_link: true, phone_otp: true };
  await within(<SignInForm identifier="ada@example.com" redirectUrl="https://app.example/x" />, { factors });
  expect(buttons()).toEqual(['Sign in', 'Get a code by mail', 'Get a link by mail', 'Get a code by text message']);
  await click(button('Get a code by mail'));
  expect(screen.getByLabelText('Email address')).toMatchObject({ value: 'ada@example.com' });
  expect(document.activeElement).toBe(screen.getByLabelText('Email address'));
  await click(button('Get a code by text message'));
  expect(screen.getByLabelText('Phone number')).toMatchObject({ value: '' });
  await send({ 'Phone number': '0171 123456' });
  expect(alerts()).toEqual(['That is not a phone number. Begin with the country code, such as +44.']);
  leads(server, '/auth/signin', 'sia_1', 'verify_phone_otp', { email: '' });
  await send({ 'Phone number': '+49 (171) 123-4567' });
  expect(server.requests.at(-2)?.body).toEqual({ strategy: 'phone_otp', phone: '+491711234567' });
  expect(title()).toBe('Check your phone');
});

test('where there is no password the first way is the deployment’s', async () => {
  const server = new FakeServer();
  await within(<SignInForm redirectUrl="https://app.example/x" />, {
    factors: { email_password: false, email_otp: true, email_magic_link: true },
    first_factor: 'email_magic_link',
  });
  expect(buttons()).toEqual(['Send a link', 'Get a code by mail']);
  leads(server, '/auth/signin', 'sia_1', 'verify_email_link');
  await send({ 'Email address': 'ada@example.com' });
  expect(lastBody(server)).toMatchObject({ strategy: 'magic_link', redirect_uri: 'https://app.example/x' });
  expect(screen.getByText(/A link is on its way to ada@example.com/)).toBeTruthy();
});

test('who waits for a link is in as soon as it was opened in another tab', async () => {
  const server = new FakeServer({ ...session([]), id: 'ses_1', revision: 1, signin_attempts: [signInAttempt('sia_1', 'verify_email_link')] });
  let done = 0;
  await within(<SignInForm attemptId="sia_1" onDone={() => (done += 1)} />);
  await pass();
  server.signInAs('ada');
  server.push({ signin_attempts: [signInAttempt('sia_1', '')] });
  await pass(200);
  expect(done).toBe(1);
});

test('a code: wrong ones are said at the field, another one can be had after a minute, and the right one leads on', async () => {
  const server = new FakeServer({ ...session([]), signin_attempts: [signInAttempt('sia_1', 'verify_email_otp')] });
  let done = 0;
  await within(<SignInForm onDone={() => (done += 1)} />);
  expect(title()).toBe('Check your mail');
  expect(document.activeElement).toBe(screen.getByLabelText('Code'));
  server.refuse('POST', '/auth/attempt-verification', 400, 'INVALID_CODE');
  await send({ Code: '12 34-56' });
  expect(lastBody(server)).toMatchObject({ verification_code: '123456' });
  expect(alerts()).toEqual(['Refused: INVALID_CODE']);
  expect(screen.getByLabelText('Code').getAttribute('aria-invalid')).toBe('true');
  const again = button('Send a new code');
  await click(again);
  expect(server.count('POST /auth/prepare-verification')).toBe(0);
  expect(screen.getByText('You can ask for a new code in 60 s.')).toBeTruthy();
  await pass(61_000);
  await click(again);
  expect(server.count('POST /auth/prepare-verification')).toBe(1);
  expect(screen.getByText(/it is on its way/)).toBeTruthy();
  expect(document.activeElement).toBe(button('Send a new code'));
  await click(button('Send a new code'));
  expect(server.count('POST /auth/prepare-verification')).toBe(1);
  leads(server, '/auth/attempt-verification', 'sia_1', '');
  await send({ Code: '123456' });
  expect(done).toBe(1);
});

test('whoever starts over is asked from the beginning', async () => {
  new FakeServer({ ...session([]), signin_attempts: [signInAttempt('sia_1', 'verify_email_otp')] });
  await within(<SignInForm />);
  await click(button('Start over'));
  expect(title()).toBe('Sign in');
});

test('passkeys are offered below the field, and by a button', async () => {
  const server = new FakeServer();
  const fake = fakePasskeys();
  Object.assign(PublicKeyCredential, { isConditionalMediationAvailable: async () => true });
  const options = { options: { publicKey: { challenge: base64url('dare') } } };
  server.once('POST', '/auth/passkey/login/begin', () => ({ data: options }));
  fake.refusal = 'AbortError';
  let done = 0;
  await within(<SignInForm onDone={() => (done += 1)} />, { passkey: { enabled: true, allow_autofill: true, prompt_registration_on_auth: false } });
  expect(fake.asked).toMatchObject([{ mediation: 'conditional' }]);
  expect(screen.getByLabelText('Email address').getAttribute('autocomplete')).toBe('username webauthn');
  fake.refusal = 'NotAllowedError';
  fake.waits = true;
  for (const _ of [1, 2]) server.once('POST', '/auth/passkey/login/begin', () => ({ data: options }));
  await click(button('Use a passkey'));
  await pass();
  expect(screen.getByRole('status').textContent).toBe('No passkey was chosen. Try again, or use another way.');
  // The window took the list back: it is there again.
  expect(fake.asked.slice(1)).toMatchObject([{}, { mediation: 'conditional', signal: { aborted: false } }]);
  server.once('POST', '/auth/passkey/login/begin', () => ({ data: options }));
  server.once('POST', '/auth/passkey/login/finish', () => server.signInAs('ada'));
  await click(button('Use a passkey'));
  expect(done).toBe(1);
});

test('whoever has signed in without a passkey is offered one, where the deployment wants that, and may say no', async () => {
  const server = new FakeServer();
  fakePasskeys();
  let done = 0;
  await within(<SignInForm onDone={() => (done += 1)} />, { passkey: { enabled: true, allow_autofill: false, prompt_registration_on_auth: true } });
  server.once('GET', '/me/passkeys', () => ({ data: [] }));
  await send({ 'Email address': 'ada@example.com', Password: 'right' });
  expect(title()).toBe('Sign in faster next time');
  expect(done).toBe(0);
  server.refuse('POST', '/me/passkeys/register/begin', 403, 'passkeys_disabled');
  await click(button('Add a passkey'));
  expect(screen.getByRole('status').textContent).toBe('Refused: passkeys_disabled');
  await click(button('Not now'));
  expect(done).toBe(1);
});
