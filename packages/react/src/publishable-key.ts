/** What a publishable key says: where the API is, and how the credential travels. */
export interface Api {
  /** Origin of the API, for example `https://accounts.example.com`. */
  readonly origin: string;

  /** Staging carries the credential in a header, production in a cookie. */
  readonly staging: boolean;
}

/**
 * Reads a key of the form `pk_test_…` (staging) or `pk_live_…` (production), followed by the API's origin in
 * standard Base64.
 *
 * @throws Error when the key has another form: a mistake of configuration that no retry mends.
 */
export function parsePublishableKey(key: string): Api {
  const [, mode, payload] = /^pk_(test|live)_([A-Za-z0-9+/]+={0,2})$/.exec(key) ?? [];
  const origin = payload === undefined ? undefined : originIn(payload);
  if (origin === undefined) {
    throw new Error(`"${key}" is not a publishable key: copy the one the server prints, pk_test_… or pk_live_…`);
  }
  return { origin, staging: mode === 'test' };
}

function originIn(payload: string): string | undefined {
  try {
    const text = atob(payload);
    const url = new URL(text);
    return /^https?:$/.test(url.protocol) && url.origin === text ? text : undefined;
  } catch {
    return undefined;
  }
}
