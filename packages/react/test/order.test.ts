import type { Session } from '@keyrack/react';
import { expect, test } from 'vitest';
import { type Arrived, type Held, settle } from '../src/order.js';
import { emptySession, session } from './fixtures.js';
import { FakeServer } from './fake-server.js';
import { open, outcome, pass } from './harness.js';

const ada = session(['ada'], 5);
const bob = session(['bob'], 5);

function arrived(from: Arrived['from'], sent: number, what: Session): Arrived {
  return { session: what, sent, from };
}

const held: Held = { session: ada, sent: 10 };

test.for(['read', 'mutation', 'broadcast'] as const)('H13 an older revision by %s is dropped', (from) => {
  expect(settle(held, arrived(from, 11, session(['bob'], 4))).session).toBe(ada);
});

test.for(['read', 'mutation', 'broadcast'] as const)('H13 a newer revision by %s wins, whenever sent', (from) => {
  const next = session(['bob'], 6);
  expect(settle(held, arrived(from, 1, next)).session).toBe(next);
});

test('H13 at an equal revision a read changes nothing', () => {
  expect(settle(held, arrived('read', 11, bob)).session).toBe(ada);
});

test.for(['mutation', 'broadcast'] as const)('H13 at an equal revision a %s overwrites', (from) => {
  expect(settle(held, arrived(from, 1, bob)).session).toBe(bob);
});

test('H13 between two sessions the request that was sent later wins, the empty session included', () => {
  const other = { ...session(['bob'], 1), id: 'ses_2' };
  expect(settle(held, arrived('read', 9, other)).session).toBe(ada);
  expect(settle(held, arrived('read', 11, other)).session).toBe(other);
  expect(settle(held, arrived('mutation', 9, emptySession())).session).toBe(ada);
  const empty = emptySession();
  expect(settle(held, arrived('mutation', 11, empty)).session).toBe(empty);
});

test('H13 a request that found the session unchanged vouches for it against those sent before', () => {
  const vouched = settle(held, arrived('read', 12, session(['ada'], 5)));
  expect(vouched).toEqual({ session: ada, sent: 12 });
  expect(settle(vouched, arrived('read', 11, emptySession())).session).toBe(ada);
});

test('H13 a broadcast vouches for no request', () => {
  const told = settle(held, arrived('broadcast', 0, session(['bob'], 6)));
  expect(told.sent).toBe(10);
});

test('H05 an answer that says the same keeps the object', () => {
  expect(settle(held, arrived('mutation', 11, structuredClone(ada))).session).toBe(ada);
});

test('H13 whatever the order of arrival, the newest of five answers is shown in the end', () => {
  const answers = [5, 6, 7, 8, 9].map((revision) => arrived('read', revision, session(['ada'], revision)));
  for (const order of permutations(answers)) {
    const end = order.reduce<Held | undefined>((now, next) => settle(now, next), undefined);
    expect(end?.session.revision).toBe(9);
  }
});

test('H13 answers that overtake each other on the way never bring an older account back', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const tab = await open();
  const slow = server.hold('GET', '/session');
  void tab.hook.refetch();
  await pass();
  await outcome(tab.loaded.switchSignIn('sin_bob'));
  slow.release();
  await pass();
  expect(tab.shown.slice(-2)).toEqual(['ada@example.com', 'bob@example.com']);
});

test('H13 a read that found no session, sent before the sign-in and answered after it, is dropped', async () => {
  const server = new FakeServer();
  const tab = await open();
  const slow = server.hold('GET', '/session');
  void tab.hook.refetch();
  await pass();
  server.once('POST', '/session/switch-sign-in', () => server.signInAs('ada'));
  await outcome(tab.loaded.switchSignIn('sin_ada'));
  slow.release();
  await pass();
  expect(tab.loaded.session.active_signin?.id).toBe('sin_ada');
});

test('H13 a read asked for during a mutation is sent after it, so that it cannot contradict it', async () => {
  const server = new FakeServer();
  const tab = await open();
  let answer: (() => void) | undefined;
  server.once('POST', '/session/switch-sign-in', () => {
    return new Promise((resolve) => (answer = () => resolve(server.signInAs('ada'))));
  });
  const { switchSignIn, refetch } = tab.loaded;
  void switchSignIn('sin_ada');
  void refetch();
  await pass();
  expect(server.count('GET /session')).toBe(1);
  answer?.();
  await pass();
  const paths = server.requests.map(({ path }) => path);
  expect(paths).toEqual(['/session', '/session/switch-sign-in', '/session']);
  expect(tab.loaded.session.active_signin?.id).toBe('sin_ada');
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}
