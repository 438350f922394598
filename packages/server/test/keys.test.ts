import { type Algorithm, createKeyrack, type KeyrackOptions } from '@keyrack/server';
import { beforeEach, expect, test, vi } from 'vitest';
import { ISSUER, Issuer, signer, until } from './issuer.js';

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});

test('an unknown key asks the issuer once in a while', async () => {
  const [first, second] = [await signer('k1'), await signer('k2')];
  const issuer = await Issuer.with(first);
  const keyrack = issuer.keyrack();
  expect(await keyrack.verify(await first.sign())).toMatchObject({ ok: true });
  const token = await second.sign();
  issuer.keys = [first, second];
  for (let times = 0; times < 5; times += 1) expect(await keyrack.verify(token)).toMatchObject({ code: 'token_invalid' });
  issuer.at = 29_999;
  expect(await keyrack.verify(token)).toMatchObject({ code: 'token_invalid' });
  expect(issuer.fetches).toBe(1);
  issuer.at = 30_000;
  expect(await keyrack.verify(token)).toMatchObject({ ok: true });
  expect(issuer.fetches).toBe(2);
});

test('many first tokens at once fetch the keys once', async () => {
  const key = await signer('k1');
  const issuer = await Issuer.with(key);
  const keyrack = issuer.keyrack();
  const token = await key.sign();
  const all = await Promise.all(Array.from({ length: 50 }, () => keyrack.verify(token)));
  expect(all.every(({ ok }) => ok)).toBe(true);
  expect(issuer.fetches).toBe(1);
});

test('keys are kept while the issuer is away or says nonsense', async () => {
  const [key, stranger] = [await signer('k1'), await signer('k9')];
  const issuer = await Issuer.with(key);
  const keyrack = issuer.keyrack();
  const token = await key.sign();
  issuer.keys = undefined;
  expect(await keyrack.verify(token)).toMatchObject({ code: 'keys_unavailable', status: 503 });
  issuer.keys = [key];
  expect(await keyrack.verify(token)).toMatchObject({ code: 'keys_unavailable' });
  expect(issuer.fetches).toBe(1);
  issuer.at = 1_000;
  expect(await keyrack.verify(token)).toMatchObject({ ok: true });
  for (const away of [undefined, []]) {
    issuer.keys = away;
    issuer.at += 600_000;
    expect(await keyrack.verify(await stranger.sign())).toMatchObject({ code: 'token_invalid' });
    expect(await keyrack.verify(token)).toMatchObject({ ok: true });
  }
});

test('i08 a key that was taken back is believed for minutes and no longer', async () => {
  const [old, next] = [await signer('k1'), await signer('k2')];
  const issuer = await Issuer.with(old, next);
  const keyrack = issuer.keyrack();
  const token = await old.sign();
  expect(await keyrack.verify(token)).toMatchObject({ ok: true });
  issuer.keys = [next];
  issuer.at = 299_999;
  expect(await keyrack.verify(token)).toMatchObject({ ok: true });
  expect(issuer.fetches).toBe(1);
  issuer.at = 300_000;
  // This one is answered with what is known, and has the rest fetched beside it.
  expect(await keyrack.verify(token)).toMatchObject({ ok: true });
  await until(async () => expect(await keyrack.verify(token)).toMatchObject({ code: 'token_invalid' }));
  expect(await keyrack.verify(await next.sign())).toMatchObject({ ok: true });
});

test('i02 a token that names where its key is makes nobody ask there', async () => {
  const [key, stranger] = [await signer('k1'), await signer('k1')];
  const [issuer, other] = [await Issuer.with(key), await Issuer.with(stranger)];
  const keyrack = issuer.keyrack();
  for (const name of ['jku', 'x5u']) {
    const token = await stranger.sign({}, { [name]: `${other.url}/.well-known/jwks.json` });
    expect(await keyrack.verify(token), name).toMatchObject({ code: 'token_invalid' });
  }
  expect(other.fetches).toBe(0);
});

test('an option that there is not is refused and not ignored', () => {
  const misspelt: object = { issuer: ISSUER, revocation: { apiKey: 'sk_live_a', whenCut: 'lifetime' } };
  expect(() => createKeyrack(misspelt as KeyrackOptions)).toThrow('there is no option revocation; there are issuer,');
});

test('an algorithm that no token of ours has is refused at once and not at every request', async () => {
  const issuer = await Issuer.with(await signer('k1'));
  for (const name of ['HS256', 'none']) {
    expect(() => issuer.keyrack({ algorithms: [name as Algorithm] })).toThrow(`ES256, EdDSA, RS256, not ${name}`);
  }
});

test('an answer that leads elsewhere gives no keys', async () => {
  const key = await signer('k1');
  const [issuer, other] = [await Issuer.with(key), await Issuer.with(key)];
  issuer.movedTo = other.url;
  expect(await issuer.keyrack().verify(await key.sign())).toMatchObject({ code: 'keys_unavailable' });
  expect([issuer.fetches, other.fetches]).toEqual([1, 0]);
});
