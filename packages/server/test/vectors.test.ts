import { readFileSync } from 'node:fs';
import { type Algorithm, createKeyrack, type KeyrackOptions } from '@keyrack/server';
import { expect, test } from 'vitest';
import { Events } from '../src/events.js';
import { bearer } from '../src/header.js';
import { Keyrack } from '../src/keyrack.js';
import { Misunderstood, Revocations } from '../src/revocations.js';

interface Vector {
  readonly name: string;
  readonly expect: string;
  readonly token: string;
  readonly at?: number;
  readonly audience?: string;
  readonly algorithms?: readonly Algorithm[] | null;
  readonly only?: string;
  readonly has?: readonly string[];
  readonly lacks?: readonly string[];
  readonly actor?: string;
  readonly proved_s_ago?: number | null;
  readonly revocations?: readonly { readonly signin_id: string; readonly not_before_rev: number }[];
}

interface Stream {
  readonly name: string;
  readonly chunks: readonly string[];
  readonly broken?: boolean;
  readonly last_event_id?: string;
  readonly known?: Record<string, number>;
}

/** The vectors that every verifier of these tokens is tried with. */
const file = JSON.parse(readFileSync(new URL('../../../vectors/tokens.json', import.meta.url), 'utf8')) as {
  readonly issuer: string;
  readonly now: number;
  readonly skew: number;
  readonly algorithms: readonly Algorithm[];
  readonly jwks: { readonly keys: readonly unknown[] };
  readonly vectors: readonly Vector[];
  readonly authorization: readonly { readonly header: string; readonly token: string | null }[];
  readonly streams: readonly Stream[];
};

function optionsAt(seconds: number, more: Partial<KeyrackOptions> = {}): KeyrackOptions {
  const clock = { now: () => seconds * 1000, passed: () => seconds * 1000 };
  return { issuer: file.issuer, skewSeconds: file.skew, jwks: file.jwks, clock, ...more };
}

function keyrackAt(seconds: number, more: Partial<KeyrackOptions> = {}): Keyrack {
  return createKeyrack(optionsAt(seconds, more));
}

/** One that was told these. */
function keyrackFor(vector: Vector): Keyrack {
  const algorithms = vector.algorithms === undefined ? file.algorithms : vector.algorithms;
  const more = {
    ...(vector.audience !== undefined && { audience: vector.audience }),
    // Without it there is what a verifier allows by itself.
    ...(algorithms && { algorithms }),
  };
  const options = optionsAt(vector.at ?? file.now, more);
  if (!vector.revocations) return createKeyrack(options);
  const revocations = new Revocations('lifetime', { now: () => 0, passed: () => 0 });
  revocations.take({ name: 'revoked', data: JSON.stringify({ revocations: vector.revocations }), id: undefined });
  return new Keyrack(options, revocations);
}

test('i01 i02 i04 i09 i11 every token of the vectors is judged as it says', async () => {
  const wrong: string[] = [];
  for (const vector of file.vectors.filter(({ only }) => only === undefined || only === 'node')) {
    const auth = await keyrackFor(vector).verify(vector.token);
    const said = auth.ok ? 'ok' : auth.code;
    if (said !== vector.expect) wrong.push(`${vector.name}: ${said}, not ${vector.expect}`);
    if (!auth.ok) continue;
    for (const permission of vector.has ?? []) expect(auth.has(permission), vector.name).toBe(true);
    for (const permission of vector.lacks ?? []) expect(auth.has(permission), vector.name).toBe(false);
    expect(auth.actor?.sub, vector.name).toBe(vector.actor);
    if (vector.proved_s_ago === undefined) continue;
    expect(auth.isFresh(vector.proved_s_ago ?? Infinity), vector.name).toBe(vector.proved_s_ago !== null);
    expect(auth.isFresh((vector.proved_s_ago ?? 600) - 1), vector.name).toBe(false);
  }
  expect(wrong).toEqual([]);
  expect(file.vectors.length).toBeGreaterThan(200);
});

test('claims say what the token says', async () => {
  const named = (name: string): Vector => file.vectors.find((vector) => vector.name === name) as Vector;
  const auth = await keyrackAt(file.now).verify(named('an organization, a workspace and permissions').token);
  expect(auth).toMatchObject({ ok: true, userId: 'usr_1', sessionId: 'ses_1', signInId: 'sin_1', revision: 7 });
  expect(auth).toMatchObject({ organizationId: 'org_1', workspaceId: 'wsp_1', expiresAt: file.now + 60, methods: [] });
  const more = await keyrackAt(file.now).verify(named('claims that nobody asked for').token);
  expect(more).toMatchObject({ ok: true, claims: { claims: { plan: 'pro' } } });
});

test('only the algorithms that are allowed are believed', async () => {
  for (const vector of file.vectors.slice(0, 3)) {
    for (const algorithm of ['ES256', 'EdDSA', 'RS256'] as const) {
      const auth = await keyrackAt(file.now, { algorithms: [algorithm] }).verify(vector.token);
      expect(auth.ok, `${vector.name} ${algorithm}`).toBe(vector.name === `signed with ${algorithm}`);
    }
  }
});

test('a21 every header of the vectors gives its token or none', () => {
  for (const { header, token } of file.authorization) {
    expect(bearer({ headers: { authorization: header } }), header).toBe(token ?? undefined);
    // A web request trims what surrounds a value.
    expect(bearer({ headers: new Headers({ authorization: header }) }), header).toBe(token ?? undefined);
  }
  expect(bearer({ headers: {} })).toBeUndefined();
  expect(bearer({ headers: new Headers() })).toBeUndefined();
  const rawHeaders = ['Authorization', 'Bearer a', 'authorization', 'Bearer b'];
  expect(bearer({ headers: { authorization: 'Bearer a' }, rawHeaders })).toBeUndefined();
  expect(bearer({ headers: { authorization: 'Bearer a' }, rawHeaders: rawHeaders.slice(2) })).toBe('a');
});

test('every stream of the vectors is heard as it says', () => {
  for (const stream of file.streams) {
    const revocations = new Revocations('lifetime', { now: () => 0, passed: () => 0 });
    const events = new Events();
    let last: string | undefined;
    const hear = (): void => {
      for (const event of stream.chunks.flatMap((chunk) => events.take(chunk))) {
        revocations.take(event);
        last = event.id ?? last;
      }
    };
    if (stream.broken) {
      expect(hear, stream.name).toThrow(Misunderstood);
      continue;
    }
    hear();
    expect(revocations.entries(), stream.name).toEqual(stream.known);
    expect(last, stream.name).toBe(stream.last_event_id);
  }
});

test('what no token can be about is forgotten', () => {
  const clock = { at: 0, now: () => 0, passed: () => clock.at };
  const revocations = new Revocations('lifetime', clock);
  const hear = (at: number, id: string, rev: number, window_ms?: number): void => {
    clock.at = at;
    const data = JSON.stringify({ window_ms, revocations: [{ signin_id: id, not_before_rev: rev }] });
    revocations.take({ name: 'revoked', data, id: undefined });
  };
  hear(0, 'sin_1', 4);
  hear(40_000, 'sin_2', 4);
  hear(50_000, 'sin_1', 3);
  expect([revocations.judge('sin_1', 3), revocations.judge('sin_1', 4)]).toEqual(['token_revoked', undefined]);
  hear(65_001, 'sin_3', 1);
  expect(Object.keys(revocations.entries())).toEqual(['sin_2', 'sin_1', 'sin_3']);
  hear(105_001, 'sin_3', 1);
  expect(Object.keys(revocations.entries())).toEqual(['sin_1', 'sin_3']);
  hear(105_002, 'sin_3', 1, 3_600_000);
  hear(3_705_002, 'sin_4', 1);
  expect(revocations.judge('sin_3', 0)).toBe('token_revoked');
  hear(3_705_003, 'sin_4', 1);
  expect(Object.keys(revocations.entries())).toEqual(['sin_4']);
});

test.each([
  [{ issuer: 'auth.example.com' }, 'issuer must be'],
  [{ issuer: 'https://auth.example.com/' }, 'issuer must be'],
  [{ issuer: 'https://auth.example.com/k/' }, 'issuer must be'],
  [{ issuer: 'https://auth.example.com?x' }, 'issuer must be'],
  [{ issuer: 'https://a@auth.example.com' }, 'issuer must be'],
  [{ issuer: 'ftp://auth.example.com' }, 'issuer must be'],
  [{ issuer: '' }, 'issuer must be'],
  [{ server: 'http://keyrack:4400/' }, 'server must be'],
  [{ server: 'http://keyrack:4400' }, 'plain http'],
  [{ issuer: 'http://127.evil.example' }, 'plain http'],
  [{ skewSeconds: 301 }, 'skewSeconds'],
  [{ skewSeconds: Number.NaN }, 'skewSeconds'],
  [{ algorithms: [] }, 'algorithm'],
  [{ revocations: { apiKey: 'pk_live_x', whenCut: 'lifetime' } }, 'sk_'],
  [{ revocations: { apiKey: 'sk_live_x\n', whenCut: 'lifetime' } }, 'sk_'],
  [{ revocations: { apiKey: 'sk_live_x', whenCut: { closedAfterSeconds: 4 } } }, 'closedAfterSeconds'],
] as const)('options that would let the wrong ones in make no verifier: %o', (options, why) => {
  expect(() => createKeyrack({ issuer: file.issuer, ...options })).toThrow(why);
});

test.each([
  {},
  { issuer: 'http://localhost:4400' },
  { issuer: 'http://[::1]:4400' },
  { issuer: 'https://example.com/keyrack' },
  { server: 'http://127.0.0.1:4400' },
  { server: 'http://keyrack:4400', allowPlainHttp: true },
])('options that are good: %o', (options) => {
  expect(createKeyrack({ issuer: file.issuer, ...options })).toBeInstanceOf(Keyrack);
});

test('keys that are none are told to whoever verifies', async () => {
  const keyrack = createKeyrack({ issuer: file.issuer, jwks: { keys: 'none' } as never });
  await expect(keyrack.verify(file.vectors[0]?.token ?? '')).rejects.toThrow('no JWK Set');
});
