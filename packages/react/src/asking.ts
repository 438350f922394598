/** What is asked for with a secret: no part of an address, which logs and histories keep. */
import type { Client } from './client.js';
import type { Reader } from './entry.js';

/** The name under which the answer is kept. */
export function asking(path: string, body: object): string {
  return `${path} ${JSON.stringify(body)}`;
}

/** Asks for it. */
export function asked<T>(client: Client, name: string): Reader<T> {
  const [path = '', body = '{}'] = name.split(/ (.*)/);
  return async () => (await client.send({ path, body: JSON.parse(body) as object })) as T;
}
