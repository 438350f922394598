/**
 * What is remembered of the accounts of this browser, in localStorage under `keyrack:<address of the API>:accounts`.
 */
import type { Stored } from './stored.js';
import type { EndReason } from './types.gen.js';

/** An account whose sign-in on this browser has ended. */
export interface EndedAccount {
  readonly user_id: string;

  /** First and last name, or the username, or `""`. */
  readonly name: string;

  /** The primary address, or `""`. */
  readonly email_address: string;

  /** The username, or `""`. */
  readonly username: string;

  /** Where the picture is, or `""`. */
  readonly profile_picture_url: string;

  /** Why it ended; null when nobody said so and its time was over, as of an account that was not the active one. */
  readonly end_reason: EndReason | null;

  /** When this browser noticed, by its own clock, as ISO 8601. */
  readonly ended_at: string;
}

/** As it lies in storage; without `ended_at` it was signed in when it was written. */
export type Known = Omit<EndedAccount, 'ended_at'> & {
  readonly ended_at: string | null;

  /** When the sign-in was to end, as long as it had not. */
  readonly expires_at?: string;
};

/** The whole entry. */
export interface Memory {
  readonly session_id: string;
  readonly revision: number;

  /** The active one first, then the other signed-in ones, then the ended ones, the latest first. */
  readonly accounts: readonly Known[];
}

/** What lies in storage; undefined when nothing does, or something that somebody else wrote. */
export function readMemory(entry: Stored): Memory | undefined {
  try {
    const memory = JSON.parse(entry.read() ?? 'null') as Memory | null;
    if (memory?.accounts.every(({ user_id }) => typeof user_id === 'string')) return memory;
  } catch {
    // Nothing, then.
  }
  return undefined;
}

/** Replaces it; one without accounts leaves nothing. */
export function writeMemory(entry: Stored, memory: Memory): void {
  entry.write(memory.accounts.length > 0 ? JSON.stringify(memory) : null);
}

/**
 * Drops these users; everybody, when what lies there is not understood. Every application has this code, also one
 * without a chooser: it does no more than it must.
 */
export function forgetUsers(entry: Stored, userIds: readonly string[]): void {
  const text = entry.read();
  if (text === null) return;
  try {
    const memory = JSON.parse(text) as Memory;
    const accounts = memory.accounts.filter(({ user_id }) => !userIds.includes(user_id));
    entry.write(accounts[0] ? JSON.stringify({ ...memory, accounts }) : null);
  } catch {
    entry.write(null);
  }
}
