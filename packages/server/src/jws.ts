import { base64url } from 'jose';

/** Characters of a token that are looked at: an HTTP server takes hardly more in a header. */
const LONGEST = 16 * 1024;

/**
 * Each of these would say how a token is to be read or which key it is to be believed by. That is not for a token to say,
 * and none of ours does.
 */
const DECIDING = ['crit', 'b64', 'zip', 'enc', 'cty', 'jwk', 'jku', 'x5u', 'x5c'];

/** A token before anybody believes it. */
export interface Jws {
  readonly alg: string;
  readonly kid: string;
  readonly claims: () => Record<string, unknown> | undefined;
}

/** Reads a token in the compact form (RFC 7515), as strictly as it is defined; `undefined` if it is none of ours. */
export function parse(token: string): Jws | undefined {
  if (token.length > LONGEST) return undefined;
  const parts = token.split('.');
  const [head, body, signature] = parts.map(decode);
  if (parts.length !== 3 || !head || !body || !signature) return undefined;
  const header = object(head);
  if (!header || DECIDING.some((name) => Object.hasOwn(header, name))) return undefined;
  const { typ, alg, kid } = header;
  if (typeof typ !== 'string' || typeof alg !== 'string' || typeof kid !== 'string') return undefined;
  return typ.toUpperCase() === 'JWT' ? { alg, kid, claims: () => object(body) } : undefined;
}

/** Bytes in base64url: no padding, no other alphabet, no bits too many. */
function decode(part: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(part)) return undefined;
  try {
    const bytes = base64url.decode(part);
    return base64url.encode(bytes) === part ? bytes : undefined;
  } catch {
    return undefined;
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function object(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(UTF8.decode(bytes));
    return typeof value === 'object' && value && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
