import { type CryptoKey, importJWK } from 'jose';
import type { Clock } from './clock.js';

/** How a token may be signed. HMAC is no way: what verifies it could forge it. */
export type Algorithm = 'ES256' | 'EdDSA' | 'RS256';

/** What is allowed unless somebody says otherwise. */
export const USUAL: readonly Algorithm[] = ['ES256'];
/** Those that can be; never one whose key is a secret. */
export const ALL: readonly Algorithm[] = ['ES256', 'EdDSA', 'RS256'];

/** A public key, and the one algorithm that it is for. */
export interface Key {
  readonly alg: Algorithm;
  readonly key: CryptoKey;
}

export type Keys = ReadonlyMap<string, Key>;

/**
 * A token with an unknown key asks the issuer again at most this often, in milliseconds: strangers can write any key id
 * into a token.
 */
const COOL_DOWN = 30_000;

/** While there are no keys at all the issuer is asked this often, in milliseconds. */
const AGAIN = 1_000;

/** Keys that are older than this, in milliseconds, are fetched anew beside the requests. */
const OLD = 5 * 60_000;

/** The longest that one fetch may take, in milliseconds. */
const TIMEOUT = 3_000;

/** Characters of an answer that are read, and keys of it that are looked at. */
const MOST = 256 * 1024;
const MOST_KEYS = 100;

/** Reads a JWK Set; keys that cannot be used with an allowed algorithm are left out. */
export async function readKeys(set: unknown, allowed: readonly Algorithm[]): Promise<Keys> {
  const jwks = (set as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(jwks)) throw new Error('the keys are no JWK Set');
  const keys = new Map<string, Key>();
  for (const jwk of jwks.slice(0, MOST_KEYS)) {
    const read = await readKey(jwk, allowed).catch(() => undefined);
    if (read) keys.set(jwk.kid, read);
  }
  return keys;
}

const KINDS: Record<Algorithm, { readonly kty: string; readonly crv?: string; readonly members: readonly string[] }> = {
  ES256: { kty: 'EC', crv: 'P-256', members: ['x', 'y'] },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', members: ['x'] },
  RS256: { kty: 'RSA', members: ['n', 'e'] },
};

async function readKey(jwk: Record<string, unknown>, allowed: readonly Algorithm[]): Promise<Key | undefined> {
  const alg = allowed.find((one) => one === jwk['alg']);
  if (!alg || typeof jwk['kid'] !== 'string') return undefined;
  const { kty, crv, members } = KINDS[alg];
  const ops = jwk['key_ops'];
  const forSignatures = (jwk['use'] ?? 'sig') === 'sig' && (ops === undefined || (Array.isArray(ops) && ops.includes('verify')));
  if (!forSignatures || jwk['kty'] !== kty || (crv && jwk['crv'] !== crv)) return undefined;
  // The public half and nothing else, whatever was published.
  const parts = Object.fromEntries(members.map((name) => [name, jwk[name]]));
  const key = await importJWK({ kty, alg, ...(crv ? { crv } : {}), ...parts }, alg);
  return key instanceof Uint8Array ? undefined : { alg, key };
}

/** Where keys come from. */
export interface Source {
  /** The keys among which `kid` is, if the issuer has it; `undefined` when the issuer was never reached. */
  readonly keys: (kid: string) => Promise<Keys | undefined>;
}

/** What fetching needs. */
export interface Fetching {
  readonly url: string;
  readonly allowed: readonly Algorithm[];
  readonly clock: Clock;
}

/**
 * One issuer's keys: fetched when the first token comes, again when one names a key that is not among them or when they
 * have become old, and kept while the issuer is away.
 */
export class Fetched implements Source {
  readonly #at: Fetching;
  #known: Keys | undefined;
  #triedAt: number | undefined;
  #underWay: Promise<void> | undefined;

  constructor(at: Fetching) {
    this.#at = at;
  }

  async keys(kid: string): Promise<Keys | undefined> {
    if (this.#known?.has(kid)) {
      if (this.#isDue(OLD)) void this.#fetch();
      return this.#known;
    }
    if (this.#underWay) await this.#underWay;
    if (!this.#known?.has(kid) && this.#isDue(this.#known ? COOL_DOWN : AGAIN)) await this.#fetch();
    return this.#known;
  }

  #isDue(after: number): boolean {
    return this.#triedAt === undefined || this.#at.clock.passed() - this.#triedAt >= after;
  }

  /** One at a time: whoever comes meanwhile waits for the same. */
  #fetch(): Promise<void> {
    this.#underWay ??= this.#ask().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #ask(): Promise<void> {
    try {
      const keys = await readKeys(await fetchJson(this.#at.url), this.#at.allowed);
      // An empty set is a mistake, or somebody else's answer: what is known stays.
      if (keys.size === 0) throw new Error('no usable key in the answer');
      this.#known = keys;
    } catch (error) {
      console.warn(`keyrack: public keys not fetched from ${this.#at.url}; those that are known are kept:`, reason(error));
    } finally {
      this.#triedAt = this.#at.clock.passed();
    }
  }
}

/** What went wrong, in one line. */
export function reason(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

async function fetchJson(url: string): Promise<unknown> {
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT) });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  let text = '';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MOST) throw new Error('the answer is too long');
  }
  return JSON.parse(text);
}
