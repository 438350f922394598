/** How what lies on the shelf is asked for, and how it is understood. */
import type { Client } from './client.js';
import type { Reader } from './entry.js';
import type { KeyrackError } from './error.js';
import { type Bound, ownerOf } from './shelf.js';
import type { PageMeta, Session } from './types.gen.js';

/** As much of a long list as was asked for. */
export interface Pages<T> {
  readonly items: readonly T[];

  /** How many there are in all; of lists that do not say it so many as were read. */
  readonly total: number;

  /** What leads to the next ones; null when these are all. */
  readonly next: string | null;
}

/** The most that one request brings. */
const MOST = 100;

/**
 * Adds to a path whom it is asked for, so that the server answers for nobody else, whichever account is active there by
 * then: it refuses when that one is signed in no longer, or is not where it acts.
 */
export function inNameOf(client: Client, path: string, bound: Bound): string {
  // An account may look at what is its own also where it may not act any more.
  const [signIn, organization, workspace] = (ownerOf(client.view().session, bound) ?? '').split(',');
  const scope = [signIn, organization || '-', workspace || '-'].join('.');
  return `${path}${path.includes('?') ? '&' : '?'}scope=${scope}`;
}

/** What is read by itself, whenever something changes, is no sign that somebody uses the account. */
function asked(client: Client, path: string, bound: Bound): string {
  return `${inNameOf(client, path, bound)}&poll=1`;
}

/** Reads a list that has no pages. Entries that say whose they are must be the account's own. */
export function list<T>(client: Client, path: string, bound: Bound): Reader<readonly T[]> {
  return async () => ofOwn(client, asList<T>(client, await client.send({ path: asked(client, path, bound) })));
}

/** Reads something that is no list. */
export function one<T extends object>(client: Client, path: string, bound: Bound): Reader<T> {
  return async () => {
    const answer = await client.send({ path: asked(client, path, bound) });
    if (!answer || typeof answer !== 'object') throw unreadable(client);
    return answer as T;
  };
}

/** Reads a list page by page: first one, then as many as were shown. */
export function pages<T extends { readonly id: string }>(
  client: Client,
  path: string,
  bound: Bound,
  limit: number,
): Reader<Pages<T>> {
  const read = async (cursor: string | null, size: number): Promise<Pages<T>> => {
    const query = `limit=${size}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
    const answer = await client.send({ path: asked(client, `${path}${path.includes('?') ? '&' : '?'}${query}`, bound) });
    const page = asPage<T>(client, answer, size);
    ofOwn(client, page.items);
    return page;
  };
  return async (before, more) => {
    if (more && before) return before.next ? joined(before, await read(before.next, limit)) : before;
    const wanted = Math.max(before?.items.length ?? 0, limit);
    let all = await read(null, Math.min(wanted, MOST));
    while (all.items.length < wanted && all.next) all = joined(all, await read(all.next, MOST));
    return all;
  };
}

/** Somebody who was added or removed meanwhile moves nobody from one page to the other twice. */
function joined<T extends { readonly id: string }>(before: Pages<T>, { items, total, next }: Pages<T>): Pages<T> {
  const known = new Set(before.items.map(({ id }) => id));
  return { items: [...before.items, ...items.filter(({ id }) => !known.has(id))], total, next };
}

/** @throws KeyrackError `network` */
function asList<T>(client: Client, data: unknown): readonly T[] {
  if (!Array.isArray(data)) throw unreadable(client);
  return data as T[];
}

/** What came is not Keyrack's. */
function unreadable(client: Client): KeyrackError {
  return client.failure('network', 'The server could not be reached. Try again.');
}

/**
 * Members come with a `meta`, notifications without, and invitations as a mere list: there the last one leads on, and a
 * page that is not full is the last.
 *
 * @throws KeyrackError `network`
 */
function asPage<T extends { readonly id: string }>(client: Client, answer: unknown, size: number): Pages<T> {
  if (Array.isArray(answer)) {
    const items = answer as T[];
    return { items, total: items.length, next: items.length < size ? null : (items.at(-1)?.id ?? null) };
  }
  const { data, meta, notifications, ...rest } = (answer ?? {}) as Partial<Answer<T>>;
  const { has_more: hasMore, next_cursor: next = null } = meta ?? rest;
  const items = asList<T>(client, data ?? notifications);
  return { items, total: meta?.total ?? items.length, next: hasMore ? next : null };
}

/** A page as the server sends it. */
interface Answer<T> extends PageMeta {
  readonly data: readonly T[];
  readonly meta: PageMeta;
  readonly notifications: readonly T[];
}

/**
 * Another tab may have switched the account, which this one has not heard of yet: what then comes is for another.
 *
 * @throws KeyrackError `session_changed`
 */
function ofOwn<T>(client: Client, items: readonly T[]): readonly T[] {
  const user = userOf(client.view().session);
  const isForeign = (item: T): boolean => {
    const { user_id: of } = item as { user_id?: unknown };
    return typeof of === 'string' && of !== user;
  };
  if (!items.some(isForeign)) return items;
  void client.refetch();
  throw client.failure('session_changed', 'The account changed. Try again.');
}

function userOf(session: Session | undefined): string | undefined {
  return session?.active_signin?.user_id;
}
