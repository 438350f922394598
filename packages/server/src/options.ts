import type { KeyrackOptions } from './keyrack.js';
import { ALL } from './keys.js';

/** Every option; the compiler misses one that is not here. */
const NAMES: Record<keyof KeyrackOptions, true> = {
  issuer: true,
  audience: true,
  skewSeconds: true,
  algorithms: true,
  server: true,
  allowPlainHttp: true,
  jwks: true,
  revocations: true,
  clock: true,
};

/** @throws Error when the options would let the wrong ones in. */
export function check(options: KeyrackOptions): void {
  // Where no compiler looks, a misspelt name would look as if it had been obeyed: no revocations, or any audience.
  const odd = Object.keys(options).find((name) => !Object.hasOwn(NAMES, name));
  if (odd !== undefined) fail(`there is no option ${odd}; there are ${Object.keys(NAMES).join(', ')}`);
  const { issuer, server = issuer, allowPlainHttp = false, skewSeconds = 5, algorithms, revocations } = options;
  if (!address(issuer)) fail('issuer must be an address such as https://auth.example.com, without a slash at the end');
  const reached = address(server) ?? fail('server must be an address such as http://keyrack:4400, without a slash at the end');
  if (!isSafe(reached) && !allowPlainHttp) {
    fail('the server is reached by plain http; use https, or say allowPlainHttp if nobody can stand between');
  }
  if (!(skewSeconds >= 0 && skewSeconds <= 300)) fail('skewSeconds must be from 0 to 300');
  if (algorithms?.length === 0) fail('at least one algorithm must be allowed');
  const unknown = algorithms?.find((name) => !ALL.includes(name));
  if (unknown !== undefined) fail(`algorithms may be ${ALL.join(', ')}, not ${String(unknown)}`);
  if (!revocations) return;
  if (!/^sk_[\x21-\x7e]+$/.test(revocations.apiKey)) fail('revocations need an API key that begins with sk_');
  const { whenCut } = revocations;
  if (whenCut !== 'lifetime' && !(whenCut.closedAfterSeconds >= 5)) {
    fail('closedAfterSeconds must be 5 or more: the server shows every two seconds that it lives');
  }
}

function fail(why: string): never {
  throw new Error(`@keyrack/server: ${why}`);
}

/** An origin, and the path that a proxy hands on, written as a browser writes them. */
function address(text: string): URL | undefined {
  try {
    const url = new URL(text);
    const isWhole = url.origin + url.pathname.replace(/\/$/, '') === text && !text.endsWith('/');
    return /^https?:$/.test(url.protocol) && isWhole ? url : undefined;
  } catch {
    return undefined;
  }
}

/** Nobody can stand between, as far as the address tells. */
function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
