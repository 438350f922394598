import { beforeEach, expect, test, vi } from 'vitest';
import { Issuer, signer, until } from './issuer.js';

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});

const event = (name: string, id: string, ...revocations: readonly [string, number][]): string => {
  const told = revocations.map(([signin_id, not_before_rev]) => ({ signin_id, not_before_rev }));
  return `event: ${name}\nid: ${id}\ndata: ${JSON.stringify({ window_ms: 420_000, revocations: told })}\n\n`;
};

test('who signs out is refused as soon as it is told', async () => {
  const key = await signer('k1');
  const issuer = await Issuer.with(key);
  const keyrack = issuer.keyrack({ revocations: { apiKey: 'sk_live_a', whenCut: 'lifetime' } });
  const stream = await issuer.stream();
  expect([stream.authorization, stream.lastEventId]).toEqual(['Bearer sk_live_a', undefined]);
  const [first, second, later] = [await key.sign(), await key.sign({ signin_id: 'sin_2' }), await key.sign({ rev: 8 })];
  stream.say(event('snapshot', 'e.1', ['sin_2', 8]));
  await until(async () => expect(await keyrack.verify(second)).toMatchObject({ code: 'token_revoked', status: 401 }));
  expect(await keyrack.verify(first)).toMatchObject({ ok: true });
  stream.say(event('revoked', 'e.2', ['sin_1', 8]));
  await until(async () => expect(await keyrack.verify(first)).toMatchObject({ code: 'token_revoked' }));
  expect(await keyrack.verify(later)).toMatchObject({ ok: true });
});

test('a stream that broke off goes on where it ended', async () => {
  const key = await signer('k1');
  const issuer = await Issuer.with(key);
  const keyrack = issuer.keyrack({ revocations: { apiKey: 'sk_live_a', whenCut: 'lifetime' } });
  const first = await issuer.stream();
  first.say(event('snapshot', 'e.1') + event('revoked', 'e.5', ['sin_9', 1]));
  first.end();
  const second = await issuer.stream();
  expect(second.lastEventId).toBe('e.5');
  second.say(event('revoked', 'e.6', ['sin_1', 8]));
  await until(async () => expect(await keyrack.verify(await key.sign())).toMatchObject({ code: 'token_revoked' }));
  second.say('event: revoked\nid: e.7\ndata: nothing\n\n');
  const third = await issuer.stream();
  expect(third.lastEventId).toBeUndefined();
  expect(await keyrack.verify(await key.sign())).toMatchObject({ code: 'token_revoked' });
});

test('what is closed refuses until it hears and when it has not heard for too long', async () => {
  const key = await signer('k1');
  const issuer = await Issuer.with(key);
  const keyrack = issuer.keyrack({ revocations: { apiKey: 'sk_live_a', whenCut: { closedAfterSeconds: 10 } } });
  const token = await key.sign();
  expect(await keyrack.verify(token)).toMatchObject({ code: 'revocations_unavailable', status: 503 });
  const stream = await issuer.stream();
  stream.say(':\n\n');
  expect(await keyrack.verify(token)).toMatchObject({ code: 'revocations_unavailable' });
  stream.say(event('snapshot', 'e.1'));
  await until(async () => expect(await keyrack.verify(token)).toMatchObject({ ok: true }));
  issuer.at = 10_000;
  expect(await keyrack.verify(token)).toMatchObject({ ok: true });
  issuer.at = 10_001;
  expect(await keyrack.verify(token)).toMatchObject({ code: 'revocations_unavailable' });
  expect(keyrack.revocationsSilent).toBe(10_001);
  stream.say(':\n\n');
  await until(async () => expect(await keyrack.verify(token)).toMatchObject({ ok: true }));
});

test('a key that may not hears nothing and lets in only who lives out their time', async () => {
  const key = await signer('k1');
  const issuer = await Issuer.with(key);
  const token = await key.sign();
  const apiKey = 'sk_live_unknown';
  const open = issuer.keyrack({ revocations: { apiKey, whenCut: 'lifetime' } });
  const closed = issuer.keyrack({ revocations: { apiKey, whenCut: { closedAfterSeconds: 10 } } });
  const told = (): string => vi.mocked(console.warn).mock.calls.flat().join();
  await until(() => expect(told()).toContain('was revoked or has expired'));
  expect(told()).not.toContain(apiKey);
  // Another scope would not help a key that is none.
  expect(told()).not.toContain('revocations:read');
  expect(await open.verify(token)).toMatchObject({ ok: true });
  expect(await closed.verify(token)).toMatchObject({ code: 'revocations_unavailable' });
});

test('a key that is for something else is told which scope it lacks', async () => {
  const issuer = await Issuer.with(await signer('k1'));
  issuer.keyrack({ revocations: { apiKey: 'sk_live_narrow', whenCut: 'lifetime' } });
  await until(() => expect(vi.mocked(console.warn).mock.calls.flat().join()).toContain('needs the scope revocations:read'));
});

test('nobody follows any more after close', async () => {
  const issuer = await Issuer.with(await signer('k1'));
  const keyrack = issuer.keyrack({ revocations: { apiKey: 'sk_live_a', whenCut: 'lifetime' } });
  const stream = await issuer.stream();
  keyrack.close();
  await stream.closed;
});
