/** What README.md shows is what stands in test/readme, which is compiled and run. */
import { fireEvent, render, screen, within } from '@testing-library/react';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as keyrack from '@keyrack/react';
import * as scope from '@keyrack/react/scope';
import * as testing from '@keyrack/react/testing';
import { expect, test, vi } from 'vitest';
import { FakeServer, PRODUCTION_KEY } from './fake-server.js';
import { session } from './fixtures.js';
import { open, pass } from './harness.js';
import App from './readme/app.js';
import { readInScope } from './readme/read-in-scope.js';
import { readSession } from './readme/read-session.js';
import Team from './readme/team.js';
import WayIn from './readme/way-in.js';
import { show, twoAccounts } from './teams.js';

const README = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const FILES = readdirSync(join(import.meta.dirname, 'readme'));

test('every block of code in the README is a file here, word for word', () => {
  const blocks = [...README.matchAll(/```tsx?\n([^]*?)```/g)].map(([, code]) => code);
  const files = FILES.map((name) => readFileSync(join(import.meta.dirname, 'readme', name), 'utf8'));
  expect(new Set(blocks)).toEqual(new Set(files));
});

test('the README names everything that the package exports, and every key of useSession', async () => {
  const words = new Set(README.match(/\w+/g));
  expect(Object.keys({ ...keyrack, ...scope, ...testing }).filter((name) => !/^test(User|SignIn|Deployment)$/.test(name))).toSatisfy(
    (names: string[]) => names.every((name) => words.has(name)),
  );
  new FakeServer(session(['ada']));
  const keys = Object.keys((await open()).hook);
  expect(keys.length).toBeGreaterThan(10);
  expect(keys.filter((key) => !words.has(key))).toEqual([]);
});

test('the first example shows a way in while nobody is signed in, and then a way out', async () => {
  const server = new FakeServer();
  const { container } = render(<App />);
  expect(container.textContent).toBe('');
  await pass();
  expect(container.querySelector('a')?.textContent).toBe('Sign in');
  server.signInAs('ada');
  await pass(30_000);
  fireEvent.click(screen.getByText('ada@example.com'));
  await pass();
  expect(container.querySelector('a')?.textContent).toBe('Sign in');
});

test('the form signs up with the mailed code, and in with the password, and says what was refused', async () => {
  const server = new FakeServer();
  render(
    <keyrack.KeyrackProvider publishableKey={PRODUCTION_KEY}>
      <WayIn />
    </keyrack.KeyrackProvider>,
  );
  await pass();
  const fill = (name: string, value: string) => fireEvent.change(screen.getByLabelText(name), { target: { value } });
  const press = async (button: string) => (fireEvent.click(screen.getByText(button)), await pass());
  const account = { email: 'ada@example.com', password: 'correct horse' };
  for (const [name, value] of Object.entries(account)) fill(name, value);
  await press('Create account');
  fill('code', '123456');
  server.refuse('POST', '/auth/attempt-verification', 400, 'INVALID_CODE');
  await press('Verify');
  expect(screen.getByRole('alert').textContent).toBe('Refused: INVALID_CODE');
  await press('Verify');
  expect(server.session.active_signin?.user.email_address).toBe('ada@example.com');
  await press('Sign in');
  const posts = server.requests.filter(({ method }) => method === 'POST').map(({ path, body }) => [path, body]);
  const attempt = { attempt_identifier: 'sat_1', identifier_type: 'signup' };
  expect(posts).toEqual([
    ['/auth/signup', account],
    ['/auth/prepare-verification', { ...attempt, strategy: 'email_otp' }],
    ['/auth/attempt-verification', { ...attempt, verification_code: '123456' }],
    ['/auth/attempt-verification', { ...attempt, verification_code: '123456' }],
    ['/auth/signin', { ...account, strategy: 'plain_email' }],
  ]);
});

test('the team page, which the front page of the repository shows too, is for who acts in an organization', async () => {
  const front = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');
  expect(front).toContain(readFileSync(join(import.meta.dirname, 'readme/team.tsx'), 'utf8'));
  const server = twoAccounts();
  await show(<Team />);
  expect(screen.queryByText(/^Bills/)).toBeNull();
  fireEvent.click(within(screen.getByRole('list', { name: 'Choose an organization' })).getByRole('button', { name: /org_a/ }));
  await pass();
  expect(server.session.active_signin?.active_organization_membership_id).toBe('mem_org_a');
  expect(screen.getByRole('tablist', { name: 'org_a' })).toBeTruthy();
  expect(screen.getByText('Bills of org_a')).toBeTruthy();
  // There she is a member like others.
  server.scope('org_b', null);
  await pass(30_000);
  expect(screen.getByRole('tablist', { name: 'org_b' })).toBeTruthy();
  expect(screen.queryByText(/^Bills/)).toBeNull();
});

test('the README names every field of an account that has ended', () => {
  const fields: Record<keyof keyrack.EndedAccount, true> = {
    user_id: true,
    name: true,
    email_address: true,
    username: true,
    profile_picture_url: true,
    end_reason: true,
    ended_at: true,
  };
  const item = /`ended` are accounts[^]*?`forget/.exec(README)?.[0];
  expect(Object.keys(fields).filter((name) => !item?.includes(`\`${name}\``))).toEqual([]);
});

test('readSession hands the cookie on and gives the session, or null when there is no answer', async () => {
  vi.useRealTimers();
  const asked: IncomingHttpHeaders[] = [];
  let status = 200;
  const http = createServer(({ headers }, response) => {
    asked.push(headers);
    response.writeHead(status).end(JSON.stringify({ status, message: 'ok', data: session(['ada']), errors: null }));
  });
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
  const address = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  expect(await readSession(address, '__Host-keyrack=ses_1.a')).toEqual(session(['ada']));
  expect(asked[0]).toMatchObject({ cookie: '__Host-keyrack=ses_1.a', accept: 'application/vnd.keyrack.1+json' });
  status = 503;
  expect(await readSession(address, null)).toBeNull();
  await new Promise((closed) => http.close(closed));
  expect(await readSession(address, null)).toBeNull();
});

test('H40 readInScope gives the session as the tab sees it with a token, or null when the scope is gone', async () => {
  vi.useRealTimers();
  const asked: (string | undefined)[] = [];
  let status = 200;
  const http = createServer(({ url, headers }, response) => {
    asked.push(`${url} ${headers.cookie}`);
    const isToken = url?.startsWith('/session/token');
    const data = isToken ? { token: 'a token' } : session(['ada', 'bob']);
    response.writeHead(isToken ? status : 200).end(JSON.stringify({ status, message: 'ok', data, errors: null }));
  });
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
  const address = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const seen = await readInScope(address, 'c=1', 'sin_bob.mem_a.-');
  expect([seen && scope.scopeOf(seen.session), seen?.token]).toEqual(['sin_bob.mem_a.-', 'a token']);
  expect(asked).toEqual(['/session c=1', '/session/token?scope=sin_bob.mem_a.- c=1']);
  // Of a text that is none no token is asked for.
  for (const wrong of ['sin_cyd.-.-', 'x', '']) expect(await readInScope(address, 'c=1', wrong)).toBeNull();
  expect(asked.filter((line) => line?.includes('token'))).toHaveLength(1);
  status = 403;
  expect(await readInScope(address, 'c=1', 'sin_bob.mem_a.-')).toBeNull();
  await new Promise((closed) => http.close(closed));
  expect(await readInScope(address, 'c=1', 'sin_bob.mem_a.-')).toBeNull();
});
