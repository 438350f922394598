/** What a server keeps in a browser while that is sent to Keyrack and back. */
export interface Flow {
  /** By which the answer is recognised. */
  readonly state: string;

  /** Without which the code that comes back is worth nothing (RFC 7636). */
  readonly verifier: string;
}

/** Seconds that it is kept: as long as a code is good. */
export const FLOW_SECONDS = 60;

/** A new one: 256 bits each. */
export function newFlow(): Flow {
  return { state: random(), verifier: random() };
}

/** The one in a cookie; nothing that it could not be. */
export function readFlow(text: string | undefined): Flow | undefined {
  const [, state, verifier] = /^([\w-]{43})\.([\w-]{43})$/.exec(text ?? '') ?? [];
  return state && verifier ? { state, verifier } : undefined;
}

/** As it stands in a cookie. */
export function writeFlow({ state, verifier }: Flow): string {
  return `${state}.${verifier}`;
}

/** The SHA-256 of a verifier. */
export async function challengeOf(verifier: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

function random(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}
