/** Answers a deployment that asks browsers for a proof of work. What solves it is loaded when one asks. */
import type { Client } from './client.js';
import { type KeyrackError, notLoaded } from './error.js';
import { addressOf } from './shelf.js';
import type { Request } from './transport.js';

/** One proof is good for many requests; the server says when it wants another. */
const tokens = new WeakMap<Client, string>();

/** Refusals that a new proof answers. */
const ASKS: readonly string[] = ['challenge_required', 'challenge_invalid'];

/** Sends it; where the deployment asks for a proof of work it is made, and the request sent again with it. */
export async function challenged(client: Client, request: Request): Promise<unknown> {
  const token = tokens.get(client);
  const send = (proof: string | undefined): Promise<unknown> =>
    client.send(proof === undefined ? request : { ...request, body: { ...request.body, challenge_token: proof } });
  try {
    return await send(token);
  } catch (error) {
    if (!ASKS.includes((error as KeyrackError).code)) throw error;
    tokens.delete(client);
    const { solve } = await import('./solver.js').catch(notLoaded);
    const proof = await solve(client, addressOf(client) ?? '');
    tokens.set(client, proof);
    return send(proof);
  }
}
