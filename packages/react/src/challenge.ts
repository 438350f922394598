/** Answers a deployment that asks browsers for a proof of work. What solves it is loaded when one asks. */
import { addressOf } from './address.js';
import { useSyncExternalStore } from 'react';
import type { Client } from './client.js';
import { type KeyrackError, notKeyrack, notLoaded, timedOut } from './error.js';
import { useClient } from './provider.js';
import type { Request } from './transport.js';

/** The refusal that a new proof answers: also of one that is used up or too old. */
const ASKS = 'challenge_required';

/** Sends it; where the deployment asks for a proof of work it is made, and the request sent again with it. */
export async function challenged(client: Client, request: Request): Promise<unknown> {
  // One proof is good for many requests; the server says when it wants another.
  const send = (proof: string | null | undefined): Promise<unknown> =>
    client.send(!proof ? request : { ...request, body: { ...request.body, challenge_token: proof } });
  try {
    return await send(client.proof);
  } catch (error) {
    if ((error as KeyrackError).code !== ASKS) throw error;
    const { proved } = await import('./solver.js').catch(notLoaded);
    return send(await proved(client, [addressOf(client), notKeyrack, timedOut]));
  }
}

/** Whether a proof of work is being made, which may take many seconds on a slow device. */
export function useProving(): boolean {
  const client = useClient();
  return useSyncExternalStore(
    client.subscribe,
    () => client.proof === null,
    () => false,
  );
}
