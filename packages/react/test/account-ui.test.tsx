/** One's own account on one page, as its owner with a keyboard and a screen reader meets it. */
import type { CurrentUser } from '@keyrack/react';
import { act, fireEvent, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { FakeServer } from './fake-server.js';
import { signIn } from './fixtures.js';
import { button, click, lists } from './hands.js';
import { pass } from './harness.js';
import { ada, becomes, last, openAccount } from './own-page.js';
import { alerts, send } from './ways.js';

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
  expect(screen.getByText('ada@work.example is confirmed.')).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByRole('region', { name: 'Email addresses' }));
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

test('a picture that is too large is not sent', async () => {
  const server = new FakeServer(ada());
  await openAccount(server);
  const field = screen.getByLabelText(/^Picture/);
  const file = new File([new Uint8Array(513 * 1024)], 'me.png', { type: 'image/png' });
  // jsdom lets nobody choose a file.
  vi.spyOn(FormData.prototype, 'get').mockImplementation((name) => (name === 'picture' ? file : ''));
  await act(async () => void fireEvent.submit(field.closest('form') as HTMLFormElement));
  await pass();
  expect(alerts()).toEqual(['Choose a PNG, JPEG or WebP of at most 512 KiB.']);
  expect(server.count('POST')).toBe(0);
});

test('a number is added on the page, proved, made primary and removed', async () => {
  const NUMBER = { id: 'phn_1', phone_number: '1701234567', country_code: '+49', verified: false, verified_at: '', created_at: '', updated_at: '' };
  const server = new FakeServer(ada());
  await openAccount(server, 'Addresses and numbers', { phone_number: { enabled: true, required: false } });
  becomes(server, '/me/phone-numbers', { user_phone_numbers: [NUMBER] as unknown as CurrentUser['user_phone_numbers'] }, NUMBER);
  server.once('POST', '/me/phone-numbers/phn_1/prepare-verification', () => ({ data: {} }));
  await send({ 'Phone number': '+49 (170) 1234567' });
  expect(last(server, '/me/phone-numbers?')).toMatchObject({ phone_number: '+491701234567' });
  expect(screen.getByText('A code is on its way to +49 1701234567.')).toBeTruthy();
  becomes(server, '/me/phone-numbers/phn_1/attempt-verification', {
    user_phone_numbers: [{ ...NUMBER, verified: true }] as unknown as CurrentUser['user_phone_numbers'],
  });
  await send({ Code: '123456' });
  expect(screen.getByText('+49 1701234567 is confirmed.')).toBeTruthy();
  becomes(server, '/me/phone-numbers/phn_1/make-primary', { primary_phone_number_id: 'phn_1' });
  await click(button('Make +49 1701234567 the primary one'));
  becomes(server, '/me/phone-numbers/phn_1/delete', { user_phone_numbers: [], primary_phone_number_id: null });
  await click(button('Remove +49 1701234567'));
  await click(button('Remove +49 1701234567: are you sure?'));
  expect(lists()['Phone numbers']).toEqual([]);
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

test('before an account is deleted, and after, it is said until when that can be taken back, and how', async () => {
  const server = new FakeServer(ada());
  await openAccount(server, 'Your data');
  expect(screen.getByText(/only after a while. Until then, signing in to it takes that back/)).toBeTruthy();
  await send({ [`You are signed out everywhere. Type ada@example.com to go on.`]: 'ada@example' });
  expect(alerts()).toEqual(['That is not ada@example.com.']);
  server.once('POST', '/me/account/delete', () => {
    const [, bob] = server.session.signins;
    server.change({ signins: bob ? [bob] : [], active_signin: bob ?? null });
    return { data: { deletion_due_at: '2026-12-24T12:00:00.000Z' } };
  });
  await send({ [`You are signed out everywhere. Type ada@example.com to go on.`]: 'ada@example.com' });
  expect(screen.getByText(/^The account will be deleted for good on .*2026.* Until then, signing in to it takes that back\.$/)).toBeTruthy();
});

test('whoever is not signed in is told so', async () => {
  await openAccount(new FakeServer());
  expect(screen.getByText('Nobody is signed in.')).toBeTruthy();
});
