/** What Keyrack says of a browser that came back with a code. */
export type Told = { readonly token: string; readonly seconds: number } | 'signed_out' | 'invalid' | 'unavailable';

/** What is sent for it. */
export interface Code {
  readonly code: string;
  readonly verifier: string;
  readonly origin: string;
}

/** An answer that takes longer does not come: somebody waits for a page. */
const PATIENCE_MS = 5_000;

/** Fetches who a browser is. It never throws: whatever is not a clear answer is none. */
export async function exchange(server: string, { code, verifier, origin }: Code): Promise<Told> {
  try {
    const answer = await fetch(`${server}/handshake/exchange`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, code_verifier: verifier, origin }),
      redirect: 'error',
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const body = (await answer.json()) as { data?: { signed_in?: unknown; token?: unknown } | null; errors?: unknown };
    if (answer.status === 400) return 'invalid';
    const data = answer.ok ? body.data : undefined;
    if (data?.signed_in === false) return 'signed_out';
    const token = data?.token as { token?: unknown; lifetime_ms?: unknown } | null | undefined;
    if (data?.signed_in !== true || typeof token?.token !== 'string' || typeof token.lifetime_ms !== 'number') return 'unavailable';
    // It goes into a cookie: nothing but a token may.
    return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token.token) ? { token: token.token, seconds: token.lifetime_ms / 1000 } : 'unavailable';
  } catch {
    return 'unavailable';
  }
}
