import { randomInt, randomUUID } from 'node:crypto';

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

/** A mobile number that nobody has yet, in E.164; it does not end in zeros. */
export function someNumber(): string {
  return `+49151${randomInt(100_000, 1_000_000)}71`;
}
