import { compactVerify } from 'jose';
import { type Auth, type Requirement, SignedIn, demand } from './auth.js';
import { type Known, readClaims } from './claims.js';
import { type Clock, MACHINE } from './clock.js';
import { Follower } from './follow.js';
import { bearer, type Headed } from './header.js';
import { parse } from './jws.js';
import { type Algorithm, Fetched, type Keys, readKeys, type Source, USUAL } from './keys.js';
import { check } from './options.js';
import { Refusal, type RefusalCode } from './refusal.js';
import { Revocations, type WhenCut } from './revocations.js';

/** How tokens are to be verified. */
export interface KeyrackOptions {
  /** The address where browsers reach Keyrack, as it stands in the claim `iss`: `https://auth.example.com`. */
  readonly issuer: string;

  /** Takes the tokens of a template with this audience, and no others; without it, tokens that name none. */
  readonly audience?: string;

  /** How far this machine's clock may be from the issuer's: five seconds unless it is said, 300 at most. */
  readonly skewSeconds?: number;

  /**
   * The algorithms that are allowed: ES256 alone unless it is said, which is how Keyrack signs its own tokens. Whoever takes
   * those of a template that is signed otherwise names its algorithm here (RFC 8725, section 3.1).
   */
  readonly algorithms?: readonly Algorithm[];

  /** Where this backend reaches the server, when that is not the issuer's own address: `http://keyrack:4400`. */
  readonly server?: string;

  /**
   * Allows a server that is reached by plain http and not on this machine. Whoever can change what is sent between the two
   * can then forge tokens.
   */
  readonly allowPlainHttp?: boolean;

  /** Uses the keys of this JWK Set and asks nobody: for tests, and where nothing may be fetched. */
  readonly jwks?: { readonly keys: readonly unknown[] };

  /** Follows the stream of revocations, with an API key that has the scope `revocations:read`. */
  readonly revocations?: { readonly apiKey: string; readonly whenCut: WhenCut };

  /** Takes the time from elsewhere: for tests. */
  readonly clock?: Clock;
}

/** Verifies the tokens of one issuer. Make one for the whole process: it holds the keys, and what is known of revocations. */
export class Keyrack {
  readonly #rules: { readonly issuer: string; readonly audience: string | undefined; readonly skew: number };
  readonly #source: Source;
  readonly #revocations: Revocations | undefined;
  readonly #follower: Follower | undefined;
  readonly #clock: Clock;

  /** Where browsers reach Keyrack. */
  readonly issuer: string;

  /** Where this process reaches it. */
  readonly server: string;

  /** @internal Use {@link createKeyrack}; `revocations` are what a test knows already. */
  constructor(options: KeyrackOptions, revocations?: Revocations) {
    check(options);
    const { issuer, audience, skewSeconds = 5, algorithms = USUAL, server = issuer, clock = MACHINE } = options;
    this.#rules = { issuer, audience, skew: skewSeconds * 1000 };
    this.#clock = clock;
    this.issuer = issuer;
    this.server = server;
    this.#source = options.jwks
      ? fixed(readKeys(options.jwks, algorithms))
      : new Fetched({ url: `${server}/.well-known/jwks.json`, allowed: algorithms, clock });
    this.#revocations = revocations;
    if (options.revocations) {
      const { apiKey, whenCut } = options.revocations;
      this.#revocations = new Revocations(whenCut, clock);
      this.#follower = new Follower({ url: `${server}/admin/v1/revocations`, apiKey }, this.#revocations);
    }
  }

  /**
   * Who sends a request: verifies the token of its `Authorization: Bearer …`. Takes a `Request`, a Node request, or anything
   * else with headers. It never throws for what a caller sent.
   */
  async authenticateRequest(request: Headed, requirement?: Requirement): Promise<Auth> {
    const token = bearer(request);
    return token === undefined ? new Refusal('token_missing') : this.verify(token, requirement);
  }

  /**
   * Verifies a token: its form, signature, issuer, audience and time, and that its sign-in has not ended since, as far as
   * that was heard. It asks the issuer only for keys that it has not seen.
   */
  async verify(token: string, requirement?: Requirement): Promise<Auth> {
    const jws = parse(token);
    if (!jws) return new Refusal('token_invalid');
    const keys = await this.#source.keys(jws.kid);
    if (!keys) return new Refusal('keys_unavailable');
    const claims = (await isSigned(token, jws, keys)) ? jws.claims() : undefined;
    const known = claims && readClaims(claims);
    if (!claims || !known) return new Refusal('token_invalid');
    const code = this.#judge(known);
    if (code) return new Refusal(code);
    return demand(new SignedIn(known, claims, this.#clock, this.#rules.skew), requirement);
  }

  /** Milliseconds for which nothing was heard of the stream of revocations; `undefined` before it has begun. */
  get revocationsSilent(): number | undefined {
    return this.#revocations?.silent();
  }

  /** Follows no longer, so that the program can end. */
  close(): void {
    this.#follower?.close();
  }

  #judge({ iss, aud, exp, iat, nbf, signin_id, rev }: Known): RefusalCode | undefined {
    const { issuer, audience, skew } = this.#rules;
    if (iss !== issuer) return 'token_wrong_issuer';
    // A token that is meant for somebody in particular is not for everybody (RFC 8725, section 3.9).
    if (audience === undefined ? aud !== undefined : !aud?.includes(audience)) return 'token_wrong_audience';
    const now = this.#clock.now();
    if (now >= exp * 1000 + skew) return 'token_expired';
    if (now < Math.max(nbf ?? iat, iat) * 1000 - skew) return 'token_not_yet_valid';
    return this.#revocations?.judge(signin_id, rev);
  }
}

/**
 * Makes a verifier of the tokens of one issuer. Nothing is fetched yet.
 *
 * @throws Error when the options would let the wrong ones in, with what to do about it.
 */
export function createKeyrack(options: KeyrackOptions): Keyrack {
  return new Keyrack(options);
}

function fixed(keys: Promise<Keys>): Source {
  // Whoever asks is told; until then nobody has to.
  keys.catch(() => undefined);
  return { keys: () => keys };
}

/** Whether the key that a token names signed it, with the algorithm that the key is for. */
async function isSigned(token: string, { kid, alg }: { kid: string; alg: string }, keys: Keys): Promise<boolean> {
  const found = keys.get(kid);
  if (!found || found.alg !== alg) return false;
  return compactVerify(token, found.key, { algorithms: [found.alg] }).then(
    () => true,
    () => false,
  );
}
