/** The forms for getting in, as somebody with a keyboard and a screen reader meets them. */
import { ForgotPasswordForm, MagicLink, SignInForm, SignUpForm, UiWordsProvider, UserButton, WaitlistForm } from '@keyrack/react/ui';
import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { FakeServer } from './fake-server.js';
import { session, signInAttempt, signUpAttempt } from './fixtures.js';
import { button, click } from './hands.js';
import { pass } from './harness.js';
import { base64url, fakePasskeys } from './passkey-browser.js';
import { alerts, send, title, within } from './ways.js';

const buttons = (): (string | null)[] => screen.getAllByRole('button').map(({ textContent }) => textContent);

/** The next request to a path leaves the attempt at a step, or completes it. */
function leads(server: FakeServer, path: string, ...[id, step, fields]: Parameters<typeof signInAttempt>): void {
  server.once('POST', path, () => {
    if (step === '') server.signInAs('ada');
    return server.change({ signin_attempts: [signInAttempt(id, step, fields)] });
  });
}

const lastBody = (server: FakeServer): unknown => server.requests.at(-1)?.body;

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
  server.once('POST', '/auth/passkey/login/begin', () => ({ data: options }));
  await click(button('Use a passkey'));
  expect(screen.getByRole('status').textContent).toBe('No passkey was chosen. Try again, or use another way.');
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
