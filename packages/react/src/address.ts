import type { Client } from './client.js';

/** Where the API of a client is; undefined in a test of an application. */
export function addressOf(client: Client): string | undefined {
  return /^keyrack:(.*):accounts$/.exec(client.remembered.name)?.[1];
}
