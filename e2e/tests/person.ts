import { randomUUID } from 'node:crypto';

export interface Person {
  readonly email: string;
  readonly password: string;
  readonly first: string;
  readonly last: string;
}

/** Somebody who has never been here. */
export function somebody(first: string): Person {
  return { email: `${first.toLowerCase()}.${randomUUID().slice(0, 8)}@example.com`, password: randomUUID(), first, last: 'Byron' };
}
