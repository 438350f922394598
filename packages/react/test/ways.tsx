/** Deployments with other ways in than a password, for tests of the ready forms. */
import { type AuthSettings, type Deployment, KeyrackProvider } from '@keyrack/react';
import { act, fireEvent, render, type RenderResult, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { PRODUCTION_KEY } from './fake-server.js';
import { deployment } from './fixtures.js';
import { pass } from './harness.js';
// What the forms load when it is needed is here before: no clock of a test waits for a disk.
import '../src/ui/account/contacts.js';
import '../src/ui/account/data.js';
import '../src/ui/account/profile.js';
import '../src/ui/account/reauthenticate.js';
import '../src/ui/account/security.js';
import '../src/ui/account/sign-ins.js';
import '../src/ui/entry/left.js';
import '../src/ui/entry/passkey-offer.js';
import '../src/ui/entry/passkey-prompt.js';
import '../src/ui/entry/sign-up-steps.js';
import '../src/ui/entry/steps.js';

const OFF = { enabled: false, required: false };
const FREE = { enabled: true, required: false };
const PASSWORD = { ...FREE, min_length: 8, max_length: 128, require_lowercase: false, require_uppercase: false, require_number: false, require_special: false };
const FACTORS = {
  email_password: true,
  username_password: false,
  email_magic_link: false,
  email_otp: false,
  phone_otp: false,
  web3_wallet: false,
  backup_code: true,
  authenticator: true,
  sso: false,
  passkey: false,
};

interface Settings extends Partial<Omit<AuthSettings, 'auth_factors_enabled'>> {
  readonly factors?: Partial<AuthSettings['auth_factors_enabled']>;
}

/** A deployment in which people sign in so. */
export function settings({ factors, ...fields }: Settings = {}): Deployment {
  const auth_settings = {
    first_name: FREE,
    last_name: FREE,
    username: OFF,
    phone_number: OFF,
    password: PASSWORD,
    passkey: { enabled: false, allow_autofill: false, prompt_registration_on_auth: false },
    first_factor: 'email_password',
    second_factor_policy: 'optional',
    auth_factors_enabled: { ...FACTORS, ...factors },
    ...fields,
  };
  return { ...deployment(), auth_settings, restrictions: { waitlist_collect_names: true } } as unknown as Deployment;
}

/** Renders something in such a deployment. */
export async function within(children: ReactNode, given: Settings = {}): Promise<RenderResult> {
  const page = render(
    <KeyrackProvider publishableKey={PRODUCTION_KEY} initialDeployment={settings(given)}>
      {children}
    </KeyrackProvider>,
  );
  await pass();
  // What is loaded later is shown a turn after it has come.
  await pass();
  return page;
}

/** Types into fields by their labels, and sends the form that they are in. */
export async function send(values: Readonly<Record<string, string>>): Promise<void> {
  let last: HTMLElement | undefined;
  for (const [label, value] of Object.entries(values)) {
    [last] = screen.getAllByLabelText(label);
    await act(async () => void fireEvent.change(last as HTMLElement, { target: { value } }));
  }
  const form = last?.closest('form') as HTMLFormElement;
  await act(async () => void fireEvent.submit(form));
  await pass();
}

/** The title of the step. */
export const title = (): string | null => screen.getByRole('heading', { level: 2 }).textContent;

/** Everything that is said in alert regions. */
export const alerts = (): string[] =>
  screen
    .queryAllByRole('alert')
    .map(({ textContent }) => textContent ?? '')
    .filter(Boolean);
