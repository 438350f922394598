/** What protects one's own account, and the proof that its owner is there, as somebody with a screen reader meets it. */
import { act, fireEvent, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { FakeServer } from './fake-server.js';
import { button, click, lists, tab } from './hands.js';
import { pass } from './harness.js';
import { ada, becomes, last, openAccount, withUser } from './own-page.js';
import { fakePasskeys } from './passkey-browser.js';
import { alerts, send } from './ways.js';

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
  expect(document.activeElement).toBe(screen.getByRole('region', { name: 'Authenticator apps' }));
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
  // They are seen this once: another tab does not take them away, and closing the page is asked about.
  await click(tab('Profile'));
  await click(tab('Security'));
  expect(lists()['Backup codes']).toEqual(['AAAA-BBBB', 'CCCC-DDDD']);
  expect(window.dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(false);
  await click(button('I have kept them'));
  expect(screen.queryByText('AAAA-BBBB')).toBeNull();
  expect(button('Make new backup codes')).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByRole('region', { name: 'Backup codes' }));
  expect(window.dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(true);
});

test('where nothing can be copied, that is said with what to do', async () => {
  const server = new FakeServer(ada());
  Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
  await openAccount(server, 'Security');
  becomes(server, '/me/backup-codes/regenerate', { backup_codes_generated: true }, ['AAAA-BBBB']);
  await click(button('Make backup codes'));
  await click(button('Copy'));
  expect(alerts()).toEqual(['Copying did not work. Download the codes, or write them down.']);
});

test('backup codes whose answer was lost are said to be lost, and can be made again', async () => {
  const server = new FakeServer(ada());
  await openAccount(server, 'Security');
  server.once('POST', '/me/backup-codes/regenerate', () => {
    const { active_signin, signins } = withUser(server.session, { backup_codes_generated: true });
    server.change({ active_signin, signins });
    throw new TypeError('Failed to fetch');
  });
  await click(button('Make backup codes'));
  expect(alerts()).toEqual(['The server could not be reached. Try again.']);
  expect(button('Make new backup codes')).toBeTruthy();
});

test('when a second factor is asked for is chosen first, and saved then', async () => {
  const server = new FakeServer(ada({ second_factor_policy: 'optional' }));
  await openAccount(server, 'Security');
  const choice = screen.getByRole('combobox', { name: 'Ask for a second factor at sign-in' });
  await act(async () => void fireEvent.change(choice, { target: { value: 'enforced' } }));
  await pass();
  expect(server.count('POST /me')).toBe(0);
  becomes(server, '/me', { second_factor_policy: 'enforced' });
  await act(async () => void fireEvent.submit(choice.closest('form') as HTMLFormElement));
  await pass();
  expect(last(server, '/me?')).toEqual({ second_factor_policy: 'enforced' });
  expect(screen.getByText('Saved.')).toBeTruthy();
});

test('a code that proves it is sent when that is asked for and no sooner, says where to, and can be had again', async () => {
  const server = new FakeServer(ada());
  await openAccount(server, 'Security');
  server.once('POST', '/me/backup-codes/regenerate', () => ({ status: 403, code: 'reauthentication_required', methods: ['email_otp', 'backup_code', 'password'] }));
  await click(button('Make backup codes'));
  const dialog = screen.getByRole('dialog', { name: 'Is it you?' });
  expect(document.activeElement).toBe(dialog.querySelector('input'));
  const choice = screen.getByRole('combobox', { name: 'Prove it once more to change this.' });
  await act(async () => choice.focus());
  for (const value of ['email_otp', 'backup_code', 'email_otp']) await act(async () => void fireEvent.change(choice, { target: { value } }));
  await pass();
  expect(document.activeElement).toBe(choice);
  expect(server.count('POST /session/reauthenticate')).toBe(0);
  server.once('POST', '/session/reauthenticate/prepare', () => ({ data: { method: 'email_otp', otp_sent: true, masked_address: 'a•••@example.com' } }));
  await click(button('Send a code'));
  expect(screen.getByText('A code is on its way to a•••@example.com.')).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByLabelText('Code'));
  await pass(61_000);
  server.once('POST', '/session/reauthenticate/prepare', () => ({ data: { method: 'email_otp', otp_sent: true, masked_address: 'a•••@example.com' } }));
  await click(button('Send a new code'));
  expect(server.count('POST /session/reauthenticate/prepare')).toBe(2);
  server.once('POST', '/session/reauthenticate', () => server.change({}));
  becomes(server, '/me/backup-codes/regenerate', { backup_codes_generated: true }, ['AAAA-BBBB']);
  await send({ Code: '12 34-56' });
  expect(last(server, '/session/reauthenticate?')).toEqual({ method: 'email_otp', verification_code: '123456' });
  expect(dialog.isConnected).toBe(false);
  expect(screen.getByText('AAAA-BBBB')).toBeTruthy();
});

test('a wrong code of an app is said to be one of the app', async () => {
  const server = new FakeServer(ada());
  await openAccount(server, 'Security');
  server.once('POST', '/me/backup-codes/regenerate', () => ({ status: 403, code: 'reauthentication_required', methods: ['authenticator'] }));
  await click(button('Make backup codes'));
  expect(screen.getByText('Authenticator app')).toBeTruthy();
  expect(screen.getByText('Type the six digits that your authenticator app shows.')).toBeTruthy();
  server.refuse('POST', '/session/reauthenticate', 400, 'INVALID_CODE');
  await send({ Code: '000000' });
  expect(alerts()).toEqual(['That code is wrong. Wait for the next one that the app shows.']);
});

test('passkeys are renamed and removed, and the focus stays with them', async () => {
  const server = new FakeServer(ada());
  fakePasskeys();
  const laptop = { id: 'pky_1', name: 'Laptop', created_at: '2026-11-24T08:00:00.000Z', last_used_at: null };
  let listed: object[] = [laptop];
  for (const _ of [1, 2, 3]) server.once('GET', '/me/passkeys', () => ({ data: listed }));
  await openAccount(server, 'Security', { passkey: { enabled: true, allow_autofill: false, prompt_registration_on_auth: false } });
  expect(lists()['Passkeys']).toEqual(['Laptop']);
  await click(button('Rename Laptop'));
  server.once('POST', '/me/passkeys/pky_1', () => ({ data: {} }));
  const phone = { ...laptop, name: 'Phone' };
  listed = [phone];
  await send({ 'Name of the passkey': 'Phone' });
  expect(last(server, '/me/passkeys/pky_1?')).toEqual({ name: 'Phone' });
  expect(lists()['Passkeys']).toEqual(['Phone']);
  expect(screen.getByRole('list', { name: 'Passkeys' }).contains(document.activeElement)).toBe(true);
  await click(button('Remove Phone'));
  listed = [];
  becomes(server, '/me/passkeys/pky_1/delete', { has_passkeys: false });
  await click(button('Remove Phone: are you sure?'));
  expect(server.count('POST /me/passkeys/pky_1/delete')).toBe(1);
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
