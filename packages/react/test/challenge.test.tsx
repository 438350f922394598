/** The proof of work that a deployment may ask for. */
import { SignInForm } from '@keyrack/react/ui';
import { expect, test, vi } from 'vitest';
import { FakeServer } from './fake-server.js';
import { session, signIn } from './fixtures.js';
import { outcome, pass } from './harness.js';
import { openWays } from './open-ways.js';
import { alerts, send, within } from './ways.js';

const ADA = { email: 'ada@example.com', password: 'x' };

/** How the two addresses of the challenge answer; everything else is the usual server's. */
function puzzles(answer: (url: string, init?: RequestInit) => Promise<Partial<Response>>): void {
  const usual = fetch;
  vi.stubGlobal('fetch', (url: string, init?: RequestInit) => (url.includes('/captcha/') ? answer(url, init) : usual(url, init)));
}

/** An answer of Cap's protocol. */
const cap = (json: object): Partial<Response> => ({ ok: true, status: 200, json: async () => json });

test('H29 a proof of work is made when the deployment asks for one, and used again until it asks anew', async () => {
  const server = new FakeServer();
  const ways = await openWays();
  const asked: unknown[] = [];
  puzzles(async (url, init) => {
    asked.push([url.replace(/.*captcha/, ''), init?.body ? JSON.parse(init.body as string) : undefined]);
    const json = url.endsWith('challenge')
      ? { challenge: { c: 3, s: 16, d: 2 }, token: '1013', expires: 0 }
      : { success: true, token: `proof ${asked.length}`, expires: 0 };
    return cap(json);
  });
  server.refuse('POST', '/auth/signin', 403, 'challenge_required');
  vi.useRealTimers();
  await ways.signIn.signIn(ADA);
  expect(asked).toEqual([
    ['/challenge', undefined],
    // As the widget of others solves it: http://docs of the protocol, token "1013".
    ['/redeem', { token: '1013', solutions: [6, 104, 463] }],
  ]);
  expect(server.requests.at(-1)?.body).toMatchObject({ ...ADA, challenge_token: 'proof 2' });
  await ways.signIn.signIn({ ...ADA, email: 'bob@example.com' });
  expect(server.requests.at(-1)?.body).toMatchObject({ challenge_token: 'proof 2' });
  expect(asked.length).toBe(2);
});

test('a deployment that asks for no proof of work is sent none', async () => {
  const server = new FakeServer(session(['bob']));
  const ways = await openWays();
  await outcome(ways.signIn.signIn(ADA));
  expect(server.requests.at(-1)?.body).toEqual({ strategy: 'plain_email', email: 'ada@example.com', password: 'x' });
  expect(signIn('ada').id).toBe(ways.hook.session?.active_signin?.id);
});

test.for([
  [503, 'network'],
  [429, 'challenge_unsolved'],
] as const)('H29 a challenge that is answered with %i rejects with %s, and the session goes on', async ([status, code]) => {
  const server = new FakeServer(session(['bob']));
  const ways = await openWays();
  puzzles(async () => ({ ok: false, status, json: async () => ({ errors: [{ code: 'unavailable' }] }) }));
  server.refuse('POST', '/auth/signin', 403, 'challenge_required');
  await expect(outcome(ways.signIn.signIn(ADA))).rejects.toMatchObject({ name: 'KeyrackError', code });
  await outcome(ways.signIn.signIn(ADA));
  expect(ways.hook.session?.active_signin?.id).toBe('sin_ada');
});

test('H29 a challenge that is never answered is given up, and the session goes on', async () => {
  const server = new FakeServer(session(['bob']));
  const ways = await openWays();
  const over = new AbortController();
  const limit = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => over.signal);
  puzzles((_, init) => new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))));
  server.refuse('POST', '/auth/signin', 403, 'challenge_required');
  const signing = expect(ways.signIn.signIn(ADA)).rejects.toMatchObject({ code: 'timeout' });
  await pass();
  expect(limit).toHaveBeenCalledWith(15_000);
  over.abort(new DOMException('late', 'TimeoutError'));
  await outcome(signing);
  if (ways.hook.loading) throw new Error('not loaded');
  await outcome(ways.hook.signOut());
  expect(ways.hook.session?.signins).toEqual([]);
});

test('while a proof is being made the form says so, and no longer once it is answered', async () => {
  const server = new FakeServer();
  await within(<SignInForm />);
  let answer!: (reply: Partial<Response>) => void;
  puzzles(() => new Promise((resolve) => (answer = resolve)));
  server.refuse('POST', '/auth/signin', 403, 'challenge_required');
  await send({ 'Email address': 'ada@example.com', Password: 'x' });
  expect(alerts()).toEqual(['Your browser is solving a task that keeps robots away. This can take a few seconds.']);
  answer({ ok: false, status: 429, json: async () => ({}) });
  await pass();
  expect(alerts()).toEqual(['The check for robots failed. Try again.']);
});
