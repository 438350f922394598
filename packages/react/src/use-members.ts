import { useMemo, useRef } from 'react';
import { type MemberMethods, memberMethods, type Kind, pathOf } from './places.js';
import { useClient } from './provider.js';
import { type Pages, pages } from './reading.js';
import type { OrganizationMember, WorkspaceMember } from './types.gen.js';
import { type Beside, useEntry } from './use-entry.js';
import { usePlaceId } from './use-place.js';

/** Members that are asked for at once unless something else is said, and the most. */
const USUAL = 20;

/** Which members are asked for. */
interface MembersQuery {
  /** What their name, last name, username or address begins with; all when omitted or empty. */
  readonly search?: string | undefined;

  /** How many at once, 1 to 100; 20 when omitted. */
  readonly limit?: number | undefined;
}

/** What {@link useOrganizationMembers} takes. */
export interface OrganizationMembersQuery extends MembersQuery {
  /** The organization; the active one when omitted. */
  readonly organizationId?: string | undefined;
}

/** What {@link useWorkspaceMembers} takes. */
export interface WorkspaceMembersQuery extends MembersQuery {
  /** The workspace; the active one when omitted. */
  readonly workspaceId?: string | undefined;
}

interface Always extends Beside {
  /** Whether what is shown is of an earlier search, until the answer to this one is there. */
  readonly isSearching: boolean;
}

/** Before the members are there. */
export interface MembersLoading extends Always, Partial<Record<keyof MemberMethods, undefined>> {
  readonly loading: true;
  readonly members?: undefined;
  readonly total?: undefined;
  readonly hasMore?: undefined;
  readonly fetchMore?: undefined;
}

/** Once they are. */
export interface MembersLoaded<T> extends Always, MemberMethods {
  readonly loading: false;

  /** As many of them as were asked for so far, oldest first; of a search in the order of what was found. */
  readonly members: readonly T[];

  /** How many there are in all; of a search at most 1 000 are counted. */
  readonly total: number;

  /** Whether there are more than are shown. */
  readonly hasMore: boolean;

  /** Adds the next ones. Never rejects: what went wrong is in `error`. */
  readonly fetchMore: () => Promise<void>;
}

/** What {@link useOrganizationMembers} returns. */
export type UseOrganizationMembers = MembersLoading | MembersLoaded<OrganizationMember>;

/** What {@link useWorkspaceMembers} returns. */
export type UseWorkspaceMembers = MembersLoading | MembersLoaded<WorkspaceMember>;

/**
 * The members of an organization, page by page, and what can be done to them; none outside of organizations. A search
 * keeps showing what was found before until it is answered.
 *
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useOrganizationMembers({ organizationId, ...query }: OrganizationMembersQuery = {}): UseOrganizationMembers {
  return useMembers<OrganizationMember>('organization', organizationId, query);
}

/**
 * The members of a workspace; otherwise as {@link useOrganizationMembers}.
 *
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useWorkspaceMembers({ workspaceId, ...query }: WorkspaceMembersQuery = {}): UseWorkspaceMembers {
  return useMembers<WorkspaceMember>('workspace', workspaceId, query);
}

const NOBODY: Pages<never> = { items: [], total: 0, next: null };

function useMembers<T extends { readonly id: string }>(
  kind: Kind,
  asked: string | undefined,
  { search = '', limit = USUAL }: MembersQuery,
): MembersLoading | MembersLoaded<T> {
  const client = useClient();
  const { id, isKnown } = usePlaceId(kind, asked);
  const path = id === undefined ? null : `${pathOf(kind, id)}/members`;
  const query = search ? `?search=${encodeURIComponent(search)}` : '';
  const entry = useEntry('scope', path === null ? null : path + query, (of, at, bound) => pages<T>(of, at, bound, limit));
  const { owner, error, refetch, more } = entry;
  const data = entry.data ?? (isKnown && owner === undefined ? NOBODY : undefined);
  // Shown in place of nothing while a search is on its way, but never to anybody else nor of another place.
  const whose = `${owner} ${path}`;
  const last = useRef<{ readonly whose: string; readonly data: Pages<T> } | undefined>(undefined);
  if (data) last.current = { whose, data };
  const shown = data ?? (last.current?.whose === whose && !error ? last.current.data : undefined);
  const isSearching = !data && !!shown;
  const methods = useMemo(() => memberMethods(client, kind, id), [client, kind, id]);
  return useMemo(() => {
    if (!shown) return { loading: true, error, refetch, isSearching };
    const { items: members, total, next } = shown;
    return { loading: false, members, total, hasMore: next !== null, fetchMore: more, error, refetch, isSearching, ...methods };
  }, [shown, error, refetch, more, isSearching, methods]);
}
