/**
 * The accounts that were signed in on this browser, so that a chooser can offer those that ended for signing in again.
 *
 * As little as a chooser shows, written while a component uses `useSessionList()`; an application without a chooser
 * leaves nothing behind. Whoever signs out on purpose, here or from elsewhere, is forgotten: the next person at this
 * machine need not know who that was. So is whoever went without a word before their time: that may have been a
 * sign-out on another origin of the same cookie.
 */
import { type EndedAccount, forgetUsers, type Known, readMemory, writeMemory } from './memory.js';
import type { Stored } from './stored.js';
import type { EndReason, Session, SignIn } from './types.gen.js';

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

  constructor(entry: Stored) {
    this.#entry = entry;
  }

  /** Calls back when the list changes, in whichever tab. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const onStorage = ({ key }: StorageEvent): void => {
      // Without a key everything was cleared.
      if (key === null || key === this.#entry.name) this.changed();
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
    (this.#ended ??= readMemory(this.#entry)?.accounts.filter(isEnded) ?? NOBODY);

  /** What a server renders: it knows nothing of this browser. */
  readonly nobody = (): readonly EndedAccount[] => NOBODY;

  /** Takes over who is signed in now, and remembers who no longer is. */
  note(session: Session): void {
    const { id, revision } = session;
    const before = readMemory(this.#entry);
    // Another tab has seen a newer state.
    if (before?.session_id === id && before.revision > revision) return;
    const after = { session_id: id, revision, accounts: follow(before?.accounts ?? [], session) };
    // Tabs that see the same write it once.
    if (JSON.stringify(after) !== JSON.stringify(before)) writeMemory(this.#entry, after);
    this.changed();
  }

  forget(userId: string): void {
    forgetUsers(this.#entry, [userId]);
    this.changed();
  }

  /** The entry may have another content than it had. */
  changed(): void {
    const ended = readMemory(this.#entry)?.accounts.filter(isEnded) ?? NOBODY;
    if (JSON.stringify(ended) === JSON.stringify(this.ended())) return;
    this.#ended = ended;
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
    .flatMap((one) => end(one, one === before[0] || live.length === 0 ? end_reason : null))
    .filter(({ ended_at }) => Date.now() - Date.parse(ended_at) < LONGEST_MS);
  return [...live, ...ended.slice(0, MOST)];
}

function end(account: Known, reason: EndReason | null): EndedAccount[] {
  const { expires_at, ended_at, ...rest } = account;
  if (ended_at !== null) return [{ ...rest, ended_at }];
  const isExpired = expires_at !== undefined && Date.now() >= Date.parse(expires_at);
  if (FORGOTTEN.includes(reason) || (reason === null && !isExpired)) return [];
  return [{ ...rest, end_reason: reason, ended_at: new Date().toISOString() }];
}

function isEnded(account: Known): account is EndedAccount {
  return account.ended_at !== null;
}

function known({ user, expires_at }: SignIn): Known {
  return {
    user_id: user.id,
    name: `${user.first_name} ${user.last_name}`.trim() || user.username,
    email_address: user.email_address,
    username: user.username,
    profile_picture_url: user.profile_picture_url,
    end_reason: null,
    ended_at: null,
    expires_at,
  };
}
