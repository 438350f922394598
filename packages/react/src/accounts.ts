/**
 * The accounts that were signed in on this browser, so that a chooser can offer those that ended for signing in again.
 *
 * Kept in localStorage under `keyrack:<address of the API>:accounts`, as little as a chooser shows. It is written
 * while a component uses `useSessionList()`; an application without a chooser leaves nothing behind. Whoever signs out
 * on purpose, here or from elsewhere, is forgotten: the next person at this machine need not know who that was.
 */
import { Stored } from './stored.js';
import type { EndReason, Session, SignIn } from './types.gen.js';

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

  /** Why it ended; null when nobody said so, as of an account that was not the active one. */
  readonly end_reason: EndReason | null;

  /** When this browser noticed, by its own clock, as ISO 8601. */
  readonly ended_at: string;
}

/** As it lies in storage; without `ended_at` it was signed in when it was written. */
type Known = Omit<EndedAccount, 'ended_at'> & { readonly ended_at: string | null };

interface Memory {
  readonly session_id: string;
  readonly revision: number;

  /** The active one first, then the other signed-in ones, then the ended ones, the latest first. */
  readonly accounts: readonly Known[];
}

const NOTHING: Memory = { session_id: '', revision: 0, accounts: [] };
const NOBODY: readonly EndedAccount[] = [];

/** At most so many ended accounts are remembered, and for so long. */
const MOST = 10;
const LONGEST_MS = 90 * 86_400_000;

/** After these nobody is offered to sign in again: they went on purpose, or are gone. */
const FORGOTTEN: readonly (EndReason | null)[] = ['signed_out', 'signed_out_elsewhere', 'user_deleted'];

/** What one API's accounts left in this browser. */
export class Accounts {
  readonly #entry: Stored;
  readonly #listeners = new Set<() => void>();
  #ended: readonly EndedAccount[] | undefined;

  constructor(base: string) {
    this.#entry = new Stored(`keyrack:${base}:accounts`);
  }

  /** Calls back when the list changes, in whichever tab. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const onStorage = ({ key }: StorageEvent): void => {
      // Without a key everything was cleared.
      if (key !== null && key !== this.#entry.name) return;
      this.#ended = undefined;
      listener();
    };
    addEventListener('storage', onStorage);
    this.#listeners.add(listener);
    return () => {
      removeEventListener('storage', onStorage);
      this.#listeners.delete(listener);
    };
  };

  /** The ended accounts, the latest first. The same array until it changes. */
  readonly ended = (): readonly EndedAccount[] =>
    (this.#ended ??= this.#read().accounts.filter(isEnded));

  /** What a server renders: it knows nothing of this browser. */
  readonly nobody = (): readonly EndedAccount[] => NOBODY;

  /** Takes over who is signed in now, and remembers who no longer is. */
  note(session: Session): void {
    const before = this.#read();
    // Another tab has seen a newer state.
    if (before.session_id === session.id && before.revision > session.revision) return;
    this.#write({ session_id: session.id, revision: session.revision, accounts: follow(before.accounts, session) });
  }

  /** Drops these users, for example because they signed out on purpose. */
  readonly forget = (userIds: readonly string[]): void => {
    const before = this.#read();
    const accounts = before.accounts.filter(({ user_id }) => !userIds.includes(user_id));
    if (accounts.length < before.accounts.length) this.#write({ ...before, accounts });
  };

  #read(): Memory {
    try {
      const memory = JSON.parse(this.#entry.read() ?? 'null') as Memory | null;
      return memory?.accounts.every((one) => typeof one.user_id === 'string') ? memory : NOTHING;
    } catch {
      return NOTHING;
    }
  }

  #write(memory: Memory): void {
    const text = JSON.stringify(memory);
    if (text === (this.#entry.read() ?? JSON.stringify(NOTHING))) return;
    this.#entry.write(memory.accounts.length > 0 ? text : null);
    this.#ended = undefined;
    for (const listener of this.#listeners) listener();
  }
}

/** What is known after `session` was seen. */
function follow(before: readonly Known[], session: Session): Known[] {
  const { active_signin: active, signins, end_reason } = session;
  const live = [...signins].sort((a, b) => Number(b.id === active?.id) - Number(a.id === active?.id)).map(known);
  const ended = before
    .filter(({ user_id }) => !live.some((one) => one.user_id === user_id))
    // The reason is that of the active one, which stood first; it holds for all when nobody is left.
    .map((one) => end(one, one === before[0] || live.length === 0 ? end_reason : null))
    .filter((one) => !FORGOTTEN.includes(one.end_reason) && Date.now() - Date.parse(one.ended_at) < LONGEST_MS);
  return [...live, ...ended.slice(0, MOST)];
}

function end(account: Known, end_reason: EndReason | null): EndedAccount {
  const { ended_at } = account;
  return ended_at === null ? { ...account, end_reason, ended_at: new Date().toISOString() } : { ...account, ended_at };
}

function isEnded(account: Known): account is EndedAccount {
  return account.ended_at !== null;
}

function known({ user }: SignIn): Known {
  return {
    user_id: user.id,
    name: `${user.first_name} ${user.last_name}`.trim() || user.username,
    email_address: user.email_address,
    username: user.username,
    profile_picture_url: user.profile_picture_url,
    end_reason: null,
    ended_at: null,
  };
}
