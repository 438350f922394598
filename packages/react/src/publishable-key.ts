/** What a publishable key says: where the API is, and how the credential travels. */
export interface Api {
  /** Address of the API, without a slash at its end: `https://accounts.example.com`, `https://example.com/keyrack`. */
  readonly base: string;

  /** Staging carries the credential in a header, production in a cookie. */
  readonly staging: boolean;
}

/**
 * Reads a key of the form `pk_test_…` (staging) or `pk_live_…` (production), followed by the API's address in
 * standard Base64: its origin, and the path under which a proxy hands requests to it if there is one.
 *
 * @throws Error when the key has another form: a mistake of configuration that no retry mends.
 */
export function parsePublishableKey(key: string): Api {
  const [, mode, payload = ''] = /^pk_(test|live)_(\S+)$/.exec(key) ?? [];
  const base = addressIn(payload);
  if (!base) {
    throw new Error(`"${key}" is not a publishable key: copy the one that the server prints`);
  }
  return { base, staging: mode === 'test' };
}

/** Only an address as browsers write it: one deployment has one name, in storage and among tabs. */
function addressIn(payload: string): string | undefined {
  try {
    const text = atob(payload);
    const { origin, pathname } = new URL(text);
    return /^https?:.*[^/]$/.test(text) && origin + pathname.replace(/\/$/, '') === text ? text : undefined;
  } catch {
    return undefined;
  }
}
