/** Answers a deployment that asks browsers for a proof of work. What solves it is loaded when one asks. */
import { addressOf } from './address.js';
import type { Client } from './client.js';
import { type KeyrackError, notLoaded } from './error.js';
import type { Request } from './transport.js';

/** Refusals that a new proof answers. */
const ASKS: readonly string[] = ['challenge_required', 'challenge_invalid'];

/** Sends it; where the deployment asks for a proof of work it is made, and the request sent again with it. */
export async function challenged(client: Client, request: Request): Promise<unknown> {
  // One proof is good for many requests; the server says when it wants another.
  const token = client.proof;
  const send = (proof: string | undefined): Promise<unknown> =>
    client.send(proof === undefined ? request : { ...request, body: { ...request.body, challenge_token: proof } });
  try {
    return await send(token);
  } catch (error) {
    if (!ASKS.includes((error as KeyrackError).code)) throw error;
    client.proof = undefined;
    const { solve } = await import('./solver.js').catch(notLoaded);
    const proof = await solve(client, addressOf(client) ?? '');
    client.proof = proof;
    return send(proof);
  }
}
