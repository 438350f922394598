/** The forms for getting in and for one's own account, one state of them by the address, with a session that is made up. */
import type { CurrentUser, Deployment, Session, SigninAttempt, SignupAttempt } from '@keyrack/react';
import { TestKeyrack, TestKeyrackProvider, testDeployment, testSession } from '@keyrack/react/testing';
import { ForgotPasswordForm, MagicLink, ManageAccount, SignInForm, SignUpForm, UserButton, WaitlistForm } from '@keyrack/react/ui';
import '@keyrack/react/ui.css';
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import './page.css';

const LONG = 'A-rather-long-name-without-any-place-where-it-could-be-broken';
const NOW = '2026-11-24T08:00:00.000Z';
const FREE = { enabled: true, required: false };

const deployment: Deployment = testDeployment({
  restrictions: { waitlist_collect_names: true } as Deployment['restrictions'],
  auth_settings: {
    first_name: FREE,
    last_name: FREE,
    username: FREE,
    phone_number: FREE,
    password: { ...FREE, min_length: 8, max_length: 128 },
    passkey: { enabled: true, allow_autofill: false, prompt_registration_on_auth: false },
    first_factor: 'email_password',
    second_factor_policy: 'optional',
    auth_factors_enabled: {
      email_password: true,
      username_password: true,
      email_otp: true,
      email_magic_link: true,
      phone_otp: true,
      passkey: true,
      authenticator: true,
      backup_code: true,
    },
  } as Deployment['auth_settings'],
});

const address = (id: string, email: string, verified: boolean) => ({
  id,
  email,
  is_primary: id === 'eml_1',
  verified,
  verified_at: null,
  verification_strategy: 'otp',
  created_at: NOW,
  updated_at: NOW,
});

const user: Partial<CurrentUser> = {
  first_name: LONG,
  has_profile_picture: true,
  user_email_addresses: [
    address('eml_1', 'ada@example.com', true),
    address('eml_2', `${LONG}@example.com`, true),
    address('eml_3', 'ada@work.example', false),
  ],
  user_phone_numbers: [{ id: 'phn_1', phone_number: '2079460000', country_code: '+44', verified: true, verified_at: NOW }],
  authenticators: [{ id: 'aut_1', created_at: NOW }],
  has_passkeys: true,
};

function signIn(current_step: SigninAttempt['current_step']): Partial<Session> {
  const attempt = {
    id: 'sia_1',
    email: 'ada@example.com',
    current_step,
    completed: false,
    available_2fa_methods: ['authenticator', 'phone_otp', 'backup_code', 'passkey'],
    missing_fields: ['first_name', 'last_name', 'username', 'phone_number'],
    profile_completion_data: { first_name: 'Ada' },
  };
  return { signin_attempts: [attempt as unknown as SigninAttempt] };
}

function signUp(current_step: SignupAttempt['current_step']): Partial<Session> {
  const attempt = { id: 'sat_1', email: `${LONG}@example.com`, username: '', current_step, completed: false };
  return { signup_attempts: [attempt as unknown as SignupAttempt] };
}

const STATES: Readonly<Record<string, readonly [ReactNode, Session]>> = {
  start: [<SignInForm forgotPasswordUrl="/forgot" />, testSession()],
  email: [<SignInForm />, testSession([], signIn('verify_email_otp'))],
  link: [<SignInForm />, testSession([], signIn('verify_email_link'))],
  phone: [<SignInForm />, testSession([], signIn('verify_phone_otp'))],
  factor: [<SignInForm />, testSession([], signIn('verify_second_factor'))],
  enrol: [<SignInForm />, testSession([], signIn('add_second_factor'))],
  profile: [<SignInForm />, testSession([], signIn('complete_profile'))],
  'sign-up': [<SignUpForm />, testSession()],
  'sign-up-email': [<SignUpForm />, testSession([], signUp('verify_email'))],
  'sign-up-authenticator': [<SignUpForm />, testSession([], signUp('verify_authenticator'))],
  forgot: [<ForgotPasswordForm />, testSession()],
  reset: [<ForgotPasswordForm token="t" />, testSession()],
  waitlist: [<WaitlistForm />, testSession()],
  magic: [<MagicLink token="t" attempt="sia_1" />, testSession()],
  account: [<ManageAccount />, testSession([user, { email_address: 'bob@example.com' }])],
  button: [<UserButton accountUrl="/account" signInUrl="/sign-in" />, testSession([user, { email_address: 'bob@example.com' }])],
};

const [shown, session] = STATES[new URLSearchParams(location.search).get('state') ?? ''] ?? [null, testSession()];

const keyrack = new TestKeyrack({
  deployment,
  session,
  beside: {
    '/me/signins': [
      { ...session.signins[0], browser: 'Firefox', device: LONG, city: 'Rome', country: 'Italy' },
      { ...session.signins[0], id: 'sin_9', browser: 'Chromium' },
    ],
    '/me/passkeys': [{ id: 'pky_1', name: LONG, created_at: NOW, last_used_at: NOW, device_type: 'single_device', backed_up: false }],
    '/me/authenticator': {
      id: 'aut_2',
      otp_url: 'otpauth://totp/Example:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Example',
      totp_secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
    },
    '/me/backup-codes/regenerate': Array.from({ length: 12 }, (_, number) => `ABCD-${1000 + number}`),
    '/auth/magic-link': {
      state: 'open',
      same_browser: false,
      code: '424242',
      masked_email: 'a***@example.com',
      browser: 'Firefox',
      device: 'Linux',
      ip_address: '203.0.113.1',
      city: 'Rome',
      region: '',
      country: 'Italy',
      asked_at: NOW,
    },
    '/auth/prepare-verification': {
      otp_url: 'otpauth://totp/Example:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Example',
      totp_secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
    },
  },
});

createRoot(document.querySelector('#root') as HTMLElement).render(
  <TestKeyrackProvider keyrack={keyrack}>
    <main>
      <h1>Components</h1>
      {shown}
    </main>
  </TestKeyrackProvider>,
);
