/** What the owner of an account does to it, for that account and no other. */
import { expect, test } from 'vitest';
import { FakeServer } from './fake-server.js';
import { session } from './fixtures.js';
import { outcome, pass } from './harness.js';
import { changes, last, openOwn, type Own } from './own.js';

const calls: readonly (readonly [string, string, (own: Own) => Promise<unknown>, object])[] = [
  ['update', '/me', ({ user }) => user.update({ first_name: 'Augusta' }), { first_name: 'Augusta' }],
  ['verifyEmail', '/me/email-addresses/eml_1/attempt-verification', ({ user }) => user.verifyEmail('eml_1', '123456'), { code: '123456' }],
  ['makeEmailPrimary', '/me/email-addresses/eml_1/make-primary', ({ user }) => user.makeEmailPrimary('eml_1'), {}],
  ['removeEmail', '/me/email-addresses/eml_1/delete', ({ user }) => user.removeEmail('eml_1'), {}],
  ['verifyPhone', '/me/phone-numbers/phn_1/attempt-verification', ({ user }) => user.verifyPhone('phn_1', '1'), { code: '1' }],
  ['makePhonePrimary', '/me/phone-numbers/phn_1/make-primary', ({ user }) => user.makePhonePrimary('phn_1'), {}],
  ['removePhone', '/me/phone-numbers/phn_1/delete', ({ user }) => user.removePhone('phn_1'), {}],
  ['setPassword', '/me/update-password', ({ user }) => user.setPassword('new', 'old'), { current_password: 'old', new_password: 'new' }],
  ['removePassword', '/me/remove-password', ({ user }) => user.removePassword('old'), { current_password: 'old' }],
  ['setPicture(null)', '/me', ({ user }) => user.setPicture(null), { remove_profile_picture: true }],
  [
    'verify of an authenticator',
    '/me/authenticator/attempt-verification',
    ({ ways }) => ways.verify('aut_1', ['1', '2']),
    { authenticator_id: 'aut_1', codes: ['1', '2'] },
  ],
  ['remove of an authenticator', '/me/authenticator/aut_1/delete', ({ ways }) => ways.remove('aut_1'), {}],
];

test.for(calls)('H50 %s is done for the account that is shown, and shown when it resolves', async ([, path, call, body]) => {
  const server = new FakeServer(session(['ada', 'bob']));
  const { own } = await openOwn(server);
  changes(server, path, 'Augusta');
  await outcome(call(own));
  expect(last(server, path)?.body).toEqual(body);
  expect(last(server, path)?.path).toContain('scope=sin_ada.-.-');
  expect(own.user.user?.first_name).toBe('Augusta');
  server.refuse('POST', path, 403, 'reauthentication_required');
  await expect(outcome(call(own))).rejects.toMatchObject({ code: 'reauthentication_required' });
});

test('H50 an address that is added gets its code at once', async () => {
  const server = new FakeServer(session(['ada']));
  const { own } = await openOwn(server);
  changes(server, '/me/email-addresses', 'Ada', { id: 'eml_2', email: 'a@example.com' });
  server.once('POST', '/me/email-addresses/eml_2/prepare-verification', () => ({ data: {} }));
  expect(await outcome(own.user.addEmail('a@example.com'))).toMatchObject({ id: 'eml_2' });
  expect(server.count('POST /me/email-addresses/eml_2/prepare-verification')).toBe(1);
});

test('H50 a change that waits behind a switch is not made for the other account', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const { own } = await openOwn(server);
  if (own.hook.loading) throw new Error('not loaded');
  const switching = own.hook.switchSignIn('sin_bob');
  const changing = own.user.update({ first_name: 'Eve' });
  await expect(outcome(changing)).rejects.toMatchObject({ code: 'session_changed' });
  await outcome(switching);
  expect(server.count('POST /me')).toBe(0);
});

test('H50 the account that is deleted is gone when that resolves', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const { own } = await openOwn(server);
  server.once('POST', '/me/account/delete', () => {
    const [, bob] = server.session.signins;
    server.change({ signins: bob ? [bob] : [], active_signin: bob ?? null });
    return { data: {} };
  });
  await outcome(own.user.deleteAccount());
  expect(own.hook.session?.active_signin?.id).toBe('sin_bob');
});

test('H50 a deletion resolves with when it is due', async () => {
  const server = new FakeServer(session(['ada']));
  const { own } = await openOwn(server);
  server.once('POST', '/me/account/delete', () => {
    server.change({ signins: [], active_signin: null });
    return { data: { deletion_due_at: '2026-12-24T00:00:00.000Z' } };
  });
  expect(await outcome(own.user.deleteAccount('secret'))).toEqual({ deletion_due_at: '2026-12-24T00:00:00.000Z' });
  expect(last(server, '/me/account/delete')?.body).toEqual({ password: 'secret' });
});

/** The next request to a path is done, changes the user so, and its answer does not come back. */
function loses(server: FakeServer, path: string, fields: object): void {
  server.once('POST', path, () => {
    const { active_signin: active } = server.session;
    if (active) server.change({ active_signin: { ...active, user: { ...active.user, ...fields } } });
    throw new TypeError('Failed to fetch');
  });
}

test('H50 backup codes whose answer was lost are never taken for seen', async () => {
  const server = new FakeServer(session(['ada']));
  const { own } = await openOwn(server);
  loses(server, '/me/backup-codes/regenerate', { backup_codes_generated: true });
  await expect(outcome(own.ways.makeBackupCodes())).rejects.toMatchObject({ code: 'network' });
  changes(server, '/me/backup-codes/regenerate', 'Ada', ['AAAA']);
  expect(await outcome(own.ways.makeBackupCodes())).toEqual(['AAAA']);
});

test('H50 backup codes that came are there, although the session could not be read afterwards', async () => {
  const server = new FakeServer(session(['ada']));
  const { own } = await openOwn(server);
  changes(server, '/me/backup-codes/regenerate', 'Ada', ['AAAA']);
  server.unreachable('GET', '/session', 2);
  expect(await outcome(own.ways.makeBackupCodes())).toEqual(['AAAA']);
});

const NEW = { is_primary: false, verified: false, verified_at: '', verification_strategy: '', created_at: '', updated_at: '' };

test.for([
  ['email', '/me/email-addresses', { user_email_addresses: [{ ...NEW, id: 'new_1', email: 'a@example.com' }] }, ({ user }: Own) => user.addEmail('a@example.com')],
  ['phone', '/me/phone-numbers', { user_phone_numbers: [{ ...NEW, id: 'new_1', phone_number: '1701234567', country_code: '+49' }] }, ({ user }: Own) => user.addPhone('1701234567', '+49')],
] as const)('H50 %s: what was added although the answer was lost gets its code, and is what the call resolves with', async ([, path, fields, call]) => {
  const server = new FakeServer(session(['ada']));
  const { own } = await openOwn(server);
  loses(server, path, fields);
  server.once('POST', `${path}/new_1/prepare-verification`, () => ({ data: {} }));
  expect(await outcome<{ readonly id: string }>(call(own))).toMatchObject({ id: 'new_1' });
  expect(server.count(`POST ${path}/new_1/prepare-verification`)).toBe(1);
});

test('H50 an address whose request was lost, with what it would have done, is not taken for added', async () => {
  const server = new FakeServer(session(['ada']));
  const { own } = await openOwn(server);
  server.unreachable('POST', '/me/email-addresses');
  await expect(outcome(own.user.addEmail('a@example.com'))).rejects.toMatchObject({ code: 'network' });
});

test('H50 a number that is added gets its code at once, and is sent as it was typed', async () => {
  const server = new FakeServer(session(['ada']));
  const { own } = await openOwn(server);
  changes(server, '/me/phone-numbers', 'Ada', { id: 'phn_2' });
  server.once('POST', '/me/phone-numbers/phn_2/prepare-verification', () => ({ data: {} }));
  expect(await outcome(own.user.addPhone('1701234567', '+49'))).toMatchObject({ id: 'phn_2' });
  expect(last(server, '/me/phone-numbers?')?.body).toEqual({ phone_number: '1701234567', country_code: '+49' });
  expect(server.count('POST /me/phone-numbers/phn_2/prepare-verification')).toBe(1);
});

test('H50 a picture is sent as text, and what is stored is handed over', async () => {
  const server = new FakeServer(session(['ada']));
  const { own } = await openOwn(server);
  changes(server, '/me/profile-picture', 'Ada');
  const setting = own.user.setPicture(new Blob(['abc'], { type: 'image/png' }));
  // Files are read beside everything else.
  for (let turn = 0; turn < 10 && !last(server, '/me/profile-picture'); turn += 1) await pass(10);
  await outcome(setting);
  expect(last(server, '/me/profile-picture')?.body).toEqual({ file: 'YWJj' });
  server.once('GET', '/me/export', () => ({ data: { user: { id: 'usr_ada' } } }));
  expect(await outcome(own.user.exportData())).toEqual({ user: { id: 'usr_ada' } });
  expect(server.requests.at(-1)?.path).toContain('scope=sin_ada.-.-');
});

test('all other sign-ins are ended, and the list is read again', async () => {
  const server = new FakeServer(session(['ada']));
  const { own } = await openOwn(server);
  server.once('POST', '/me/signins/signout-others', () => ({ data: { ended: 2 } }));
  server.once('GET', '/me/signins', () => ({ data: [] }));
  await outcome(own.signIns.signOutOthers?.() ?? Promise.reject(new Error('not loaded')));
  expect(own.signIns.signins).toEqual([]);
  expect(last(server, '/me/signins/signout-others')?.path).toContain('scope=sin_ada.-.-');
});

test('sign-ins elsewhere are listed, and one that is ended is read away', async () => {
  const server = new FakeServer(session(['ada']));
  const { own } = await openOwn(server);
  expect(own.signIns.signins?.map(({ id }) => id)).toEqual(['sin_ada']);
  server.once('POST', '/me/signins/sin_ada/signout', () => ({ data: {} }));
  server.once('GET', '/me/signins', () => ({ data: [] }));
  await outcome(own.signIns.signOut?.('sin_ada') ?? Promise.reject(new Error('not loaded')));
  expect(own.signIns.signins).toEqual([]);
});
