/**
 * Solves a proof of work: numbers that, behind a given salt, have a SHA-256 that begins as asked. In short turns, between
 * which the page goes on; a worker would need a permission of its own under a strict Content-Security-Policy.
 */
import type { Client } from './client.js';
import type { KeyrackError } from './error.js';
import { hasher } from './sha256.js';

/** What comes with the caller: a part that is loaded later shares no file with the first one, which would be split for it. */
export type Around = readonly [base: string | undefined, notKeyrack: () => KeyrackError, timedOut: () => KeyrackError];

/** As long as a page may stand still without anybody noticing. */
const TURN_MS = 10;

/** Whatever waits for it waits no longer: a session does nothing else meanwhile. */
const ANSWER_MS = 15_000;

/** How many numbers are tried between two looks at the clock. */
const BATCH = 64;

interface Challenge {
  /** How many puzzles, how long each salt, how many hexadecimal digits to hit. */
  readonly challenge: { readonly c: number; readonly s: number; readonly d: number };
  readonly token: string;
}

interface Redeemed {
  readonly success: boolean;
  readonly token?: string;
}

/**
 * Makes a proof and keeps it; meanwhile {@link Client.proof} is null, which a page can say.
 *
 * @throws KeyrackError as {@link solve}.
 */
export async function proved(client: Client, around: Around): Promise<string> {
  const show = (proof: string | null | undefined): void => {
    client.proof = proof;
    client.changed(false);
  };
  show(null);
  try {
    const proof = await solve(client, around);
    show(proof);
    return proof;
  } catch (error) {
    show(undefined);
    throw error;
  }
}

/**
 * Asks for a challenge, solves it and exchanges the solutions for a token.
 *
 * @throws KeyrackError `network`, `timeout`, `challenge_unsolved`.
 */
export async function solve(client: Client, around: Around): Promise<string> {
  const { challenge, token } = await ask<Challenge>(client, around, 'challenge');
  const solutions = await solutionsOf(challenge, token);
  const redeemed = await ask<Redeemed>(client, around, 'redeem', { token, solutions });
  if (!redeemed.success || !redeemed.token) {
    throw unsolved(client);
  }
  return redeemed.token;
}

/** The two addresses speak the protocol of Cap, which has no envelope; a refusal, and a failure, has one. */
async function ask<T>(client: Client, [base = '', notKeyrack, timedOut]: Around, what: string, body?: object): Promise<T> {
  const answer = fetch(`${base}/captcha/${what}`, {
    method: 'POST',
    credentials: 'omit',
    signal: AbortSignal.timeout(ANSWER_MS),
    ...(body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  }).then(async (response) => ({ response, json: (await response.json()) as T }));
  const { response, json } = await answer.catch((error: Error) => {
    if (error.name === 'TimeoutError') throw timedOut();
    throw notKeyrack();
  });
  if (response.ok) return json;
  if (response.status >= 500) throw notKeyrack();
  throw unsolved(client);
}

function unsolved(client: Client): KeyrackError {
  return client.failure('challenge_unsolved', 'The check for robots failed. Try again.');
}

/** Lets everything else have its turn, at once also in a tab that nobody sees, where timers are slowed down. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** A number for each puzzle, in their order. */
export async function solutionsOf({ c, s, d }: Challenge['challenge'], token: string): Promise<number[]> {
  const sha256 = hasher();
  const solutions: number[] = [];
  let until = performance.now() + TURN_MS;
  for (let puzzle = 1; puzzle <= c; puzzle += 1) {
    const salt = digits(`${token}${puzzle}`, s);
    const target = digits(`${token}${puzzle}d`, d);
    let number = 0;
    while (!sha256(salt + number).startsWith(target)) {
      number += 1;
      if (number % BATCH === 0 && performance.now() > until) {
        await turn();
        until = performance.now() + TURN_MS;
      }
    }
    solutions.push(number);
  }
  return solutions;
}

/** So many hexadecimal digits that follow from a seed: xorshift on its FNV-1a. */
export function digits(seed: string, length: number): string {
  let state = 2_166_136_261;
  for (const letter of seed) state = Math.imul(state ^ letter.charCodeAt(0), 16_777_619) >>> 0;
  let all = '';
  while (all.length < length) {
    state = (state ^ (state << 13)) >>> 0;
    state = (state ^ (state >>> 17)) >>> 0;
    state = (state ^ (state << 5)) >>> 0;
    all += state.toString(16).padStart(8, '0');
  }
  return all.slice(0, length);
}
