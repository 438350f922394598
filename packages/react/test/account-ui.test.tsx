/** One's own account on one page, as its owner with a keyboard and a screen reader meets it. */
import type { CurrentUser, Session } from '@keyrack/react';
import { useSession } from '@keyrack/react';
import { ManageAccount } from '@keyrack/react/ui';
import { screen } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { FakeServer } from './fake-server.js';
import { session, signIn } from './fixtures.js';
import { button, click, lists, tab } from './hands.js';
import { pass } from './harness.js';
import { alerts, send, within } from './ways.js';

beforeEach(() => {
  // jsdom has dialogs, and cannot open them.
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
  };
});

const MAIL = { is_primary: false, verified: true, verified_at: '', verification_strategy: 'otp', created_at: '', updated_at: '' };

/** Ada's session, Bob's beside it. */
function ada(fields: Partial<CurrentUser> = {}): Session {
  const start = session(['ada', 'bob']);
  return withUser(start, {
    user_email_addresses: [
      { ...MAIL, id: 'eml_1', email: 'ada@example.com', is_primary: true },
      { ...MAIL, id: 'eml_2', email: 'ada@work.example', verified: false },
    ],
    ...fields,
  });
}

function withUser(session: Session, fields: Partial<CurrentUser>): Session {
  const { active_signin: active } = session;
  if (!active) return session;
  const next = { ...active, user: { ...active.user, ...fields } };
  return { ...session, active_signin: next, signins: session.signins.map((one) => (one.id === next.id ? next : one)) };
}

/** The next request to a path changes the user so. */
function becomes(server: FakeServer, path: string, fields: Partial<CurrentUser>, data: unknown = {}): void {
  server.once('POST', path, () => {
    const { active_signin, signins } = withUser(server.session, fields);
    server.change({ active_signin, signins });
    return { data };
  });
}

function Page() {
  const { switchSignIn } = useSession();
  return (
    <>
      <button onClick={() => switchSignIn?.('sin_bob')}>elsewhere</button>
      <ManageAccount />
    </>
  );
}

async function openAccount(server: FakeServer, part?: string, given: Parameters<typeof within>[1] = {}): Promise<void> {
  server.once('GET', '/me/signins', () => ({ data: [signIn('ada'), { ...signIn('ada'), id: 'sin_9', browser: 'Firefox' }] }));
  server.once('GET', '/me/passkeys', () => ({ data: [] }));
  await within(<Page />, given);
  if (part) await click(tab(part));
}

const last = (server: FakeServer, path: string): unknown => server.requests.filter((one) => one.path.startsWith(path)).at(-1)?.body;

test('only what was changed of the profile is sent', async () => {
  const server = new FakeServer(ada());
  await openAccount(server);
  becomes(server, '/me', { first_name: 'Augusta' });
  await send({ 'First name optional': 'Augusta' });
  expect(last(server, '/me?')).toEqual({ first_name: 'Augusta' });
  expect(screen.getByText('Saved.')).toBeTruthy();
});

test('an address is added, proved by its code, made primary and removed', async () => {
  const server = new FakeServer(ada());
  await openAccount(server, 'Addresses and numbers');
  expect(lists()['Email addresses']).toEqual(['ada@example.com', 'ada@work.example']);
  server.once('POST', '/me/email-addresses/eml_2/prepare-verification', () => ({ data: {} }));
  await click(button('Confirm ada@work.example'));
  expect(screen.getByText('A code is on its way to ada@work.example.')).toBeTruthy();
  server.refuse('POST', '/me/email-addresses/eml_2/attempt-verification', 400, 'INVALID_CODE');
  await send({ Code: '000000' });
  expect(alerts()).toContain('Refused: INVALID_CODE');
  const proved = server.session.active_signin?.user.user_email_addresses.map((one) => ({ ...one, verified: true })) ?? [];
  becomes(server, '/me/email-addresses/eml_2/attempt-verification', { user_email_addresses: proved });
  await send({ Code: '123 456' });
  expect(last(server, '/me/email-addresses/eml_2/attempt')).toEqual({ code: '123456' });
  expect(screen.getByRole('form', { name: 'Add an address' })).toBeTruthy();
  becomes(server, '/me/email-addresses/eml_2/make-primary', {});
  await click(button('Make ada@work.example the primary one'));
  expect(server.count('POST /me/email-addresses/eml_2/make-primary')).toBe(1);
  await click(button('Remove ada@work.example'));
  expect(server.count('POST /me/email-addresses/eml_2/delete')).toBe(0);
  server.refuse('POST', '/me/email-addresses/eml_2/delete', 400, 'NO_ALTERNATIVE_AUTH_METHOD');
  await click(button('Remove ada@work.example: are you sure?'));
  expect(alerts()).toContain('Refused: NO_ALTERNATIVE_AUTH_METHOD');
});

test('a change that asks for a fresh proof is done once that is given, and nothing is said of who gives up', async () => {
  const server = new FakeServer(ada());
  await openAccount(server, 'Security');
  const stale = () =>
    server.once('POST', '/me/update-password', () => ({ status: 403, code: 'reauthentication_required', methods: ['email_otp', 'password'] }));
  stale();
  await send({ 'Current password': 'old password', 'New password': 'new password' });
  expect(screen.getByRole('dialog', { name: 'Is it you?' })).toBeTruthy();
  await click(button('Cancel'));
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(alerts()).toEqual([]);
  stale();
  await send({ 'Current password': 'old password', 'New password': 'new password' });
  server.refuse('POST', '/session/reauthenticate', 401, 'INVALID_CREDENTIALS');
  await send({ 'Password': 'wrong' });
  expect(alerts()).toEqual(['Refused: INVALID_CREDENTIALS']);
  server.once('POST', '/session/reauthenticate', () => server.change({}));
  becomes(server, '/me/update-password', {});
  await send({ 'Password': 'right' });
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(screen.getByText('The password is changed. You are signed out everywhere else.')).toBeTruthy();
  expect(screen.getByLabelText('New password')).toMatchObject({ value: '' });
});

test('an authenticator is shown what it needs in the page itself, and counts after two codes', async () => {
  const server = new FakeServer(ada());
  await openAccount(server, 'Security');
  const set = { id: 'aut_1', otp_url: 'otpauth://totp/Keyrack:ada?secret=JBSWY3DPEHPK3PXP', totp_secret: 'JBSWY3DPEHPK3PXP', created_at: '' };
  server.once('POST', '/me/authenticator', () => ({ data: set }));
  await click(button('Add an authenticator app'));
  await vi.dynamicImportSettled();
  await pass();
  expect(screen.getByRole('img', { name: 'QR code for your authenticator app' }).querySelector('path')).toBeTruthy();
  expect(screen.getByText('JBSW Y3DP EHPK 3PXP')).toBeTruthy();
  expect(server.requests.every(({ path, body }) => !`${path}${JSON.stringify(body)}`.includes('JBSW'))).toBe(true);
  const own = { id: 'aut_1', created_at: '2026-11-24T08:00:00.000Z' };
  becomes(server, '/me/authenticator/attempt-verification', { authenticators: [own], user_authenticator: own });
  await send({ 'First code': '111 111', 'Next code': '222222' });
  expect(last(server, '/me/authenticator/attempt')).toEqual({ authenticator_id: 'aut_1', codes: ['111111', '222222'] });
  expect(lists()['Authenticator apps']?.length).toBe(1);
  expect(screen.getByText('The authenticator app is added.')).toBeTruthy();
});

test('backup codes are shown once', async () => {
  const server = new FakeServer(ada());
  const copied: string[] = [];
  Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text: string) => void copied.push(text) }, configurable: true });
  await openAccount(server, 'Security');
  becomes(server, '/me/backup-codes/regenerate', { backup_codes_generated: true }, ['AAAA-BBBB', 'CCCC-DDDD']);
  await click(button('Make backup codes'));
  expect(lists()['Backup codes']).toEqual(['AAAA-BBBB', 'CCCC-DDDD']);
  await click(button('Copy'));
  expect(copied).toEqual(['AAAA-BBBB\nCCCC-DDDD']);
  await click(button('I have kept them'));
  expect(screen.queryByText('AAAA-BBBB')).toBeNull();
  expect(button('Make new backup codes')).toBeTruthy();
});

test('what is shown of one account, backup codes too, is gone when another takes its place', async () => {
  const server = new FakeServer(ada());
  await openAccount(server, 'Security');
  becomes(server, '/me/backup-codes/regenerate', {}, ['AAAA-BBBB']);
  await click(button('Make backup codes'));
  expect(screen.getByText('AAAA-BBBB')).toBeTruthy();
  await click(button('elsewhere'));
  expect(screen.queryByText('AAAA-BBBB')).toBeNull();
  expect(document.body.textContent).not.toContain('ada@');
});

test('where the account is signed in, and how that is ended', async () => {
  const server = new FakeServer(ada());
  await openAccount(server, 'Where you are signed in');
  expect(lists()['Where you are signed in']).toEqual(['an unknown device', 'Firefox']);
  expect(screen.getByText('this browser')).toBeTruthy();
  await click(button('Sign out Firefox'));
  server.once('POST', '/me/signins/sin_9/signout', () => ({ data: {} }));
  server.once('GET', '/me/signins', () => ({ data: [signIn('ada')] }));
  await click(button('Sign out Firefox: are you sure?'));
  expect(lists()['Where you are signed in']).toEqual(['an unknown device']);
  expect(screen.queryByRole('button', { name: 'Sign out everywhere else' })).toBeNull();
});

test('the account is deleted only when its address was typed', async () => {
  const server = new FakeServer(ada());
  await openAccount(server, 'Your data');
  await send({ [`You are signed out everywhere. Type ada@example.com to go on.`]: 'ada@example' });
  expect(server.count('POST /me/account/delete')).toBe(0);
  server.once('POST', '/me/account/delete', () => {
    const [, bob] = server.session.signins;
    server.change({ signins: bob ? [bob] : [], active_signin: bob ?? null });
    return { data: {} };
  });
  await send({ [`You are signed out everywhere. Type ada@example.com to go on.`]: 'Ada@example.com' });
  expect(server.count('POST /me/account/delete')).toBe(1);
  expect(document.body.textContent).not.toContain('ada@');
});

test('whoever is not signed in is told so', async () => {
  await openAccount(new FakeServer());
  expect(screen.getByText('Nobody is signed in.')).toBeTruthy();
});
