/** Why a request is not let in: a word for programs, which stays the same. */
export type RefusalCode =
  | 'token_missing'
  | 'token_invalid'
  | 'token_wrong_issuer'
  | 'token_wrong_audience'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'token_revoked'
  | 'keys_unavailable'
  | 'revocations_unavailable'
  | 'permission_missing'
  | 'reauthentication_required';

interface Kind {
  readonly status: 401 | 403 | 503;
  readonly message: string;
}

/** The texts are for whoever develops against the backend; none repeats the token. */
const KINDS: Record<RefusalCode, Kind> = {
  token_missing: { status: 401, message: 'send the token in the header Authorization: Bearer <token>' },
  token_invalid: { status: 401, message: 'the token is not valid' },
  token_wrong_issuer: { status: 401, message: 'the token is from another issuer' },
  token_wrong_audience: { status: 401, message: 'the token is meant for another audience' },
  token_expired: { status: 401, message: 'the token has expired; get a new one' },
  token_not_yet_valid: { status: 401, message: 'the token is not valid yet; check the clocks' },
  token_revoked: { status: 401, message: 'the sign-in has ended or changed since; get a new token' },
  keys_unavailable: { status: 503, message: 'the public keys of the issuer cannot be fetched; try again' },
  revocations_unavailable: { status: 503, message: 'nobody can tell who has signed out; try again' },
  permission_missing: { status: 403, message: 'this needs a permission that is missing' },
  reauthentication_required: { status: 401, message: 'prove again that it is you, then repeat this' },
};

/** A request that is not let in, and the answer to it. */
export class Refusal {
  readonly ok = false;
  readonly code: RefusalCode;

  /** 401 when another token may be taken, 403 when it may not, 503 when the same may be taken later. */
  readonly status: 401 | 403 | 503;
  readonly message: string;

  /** Seconds that a proof may be old, where one is asked for. */
  readonly #maxAge: number | undefined;

  /** @internal */
  constructor(code: RefusalCode, maxAge?: number) {
    this.code = code;
    this.status = KINDS[code].status;
    this.message = KINDS[code].message;
    this.#maxAge = maxAge;
  }

  /** What the answer's headers say, in small letters (RFC 6750, section 3; RFC 9470, section 3). */
  get headers(): Record<string, string> {
    const headers: Record<string, string> = { 'content-type': 'application/json', 'cache-control': 'no-store' };
    const challenge = this.#challenge();
    if (challenge) headers['www-authenticate'] = challenge;
    if (this.status === 503) headers['retry-after'] = '1';
    return headers;
  }

  /** The answer's body, in JSON. */
  get body(): string {
    return JSON.stringify({ code: this.code, message: this.message });
  }

  /** The whole answer, for nobody to keep. */
  toResponse(): Response {
    return new Response(this.body, { status: this.status, headers: this.headers });
  }

  #challenge(): string | undefined {
    if (this.status === 503) return undefined;
    if (this.code === 'token_missing') return 'Bearer';
    if (this.code === 'permission_missing') return 'Bearer error="insufficient_scope"';
    if (this.code === 'reauthentication_required') {
      return `Bearer error="insufficient_user_authentication", max_age=${this.#maxAge}`;
    }
    return `Bearer error="invalid_token", error_description="${this.message}"`;
  }
}
