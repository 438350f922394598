import { useMemo } from 'react';
import { boundOf, type NotificationMethods, notificationMethods, UNREAD } from './notifications.js';
import { useClient } from './provider.js';
import { one, pages } from './reading.js';
import type { Notification, NotificationSeverity, NotificationsUnread } from './types.gen.js';
import { type Beside, useEntry } from './use-entry.js';

/**
 * Which places are meant: all; the user alone and where the account acts (`current`); the user alone; or the active
 * organization, or workspace.
 */
export type NotificationChannel = 'all' | 'current' | 'user' | 'organization' | 'workspace';

/** What {@link useNotifications} takes. */
export interface NotificationsQuery {
  /** `all` when omitted. */
  readonly channel?: NotificationChannel | undefined;

  /** Only those that were read, or were not; both when omitted. */
  readonly isRead?: boolean | undefined;

  /** Those that were put away, or those that were not; the latter when omitted. */
  readonly isArchived?: boolean | undefined;

  /** Only those with a star, or without; both when omitted. */
  readonly isStarred?: boolean | undefined;

  /** Only those that matter so much; all when omitted. */
  readonly severity?: NotificationSeverity | undefined;

  /** How many at once, 1 to 100; 20 when omitted. */
  readonly limit?: number | undefined;
}

/** Before the notifications are there. */
export interface NotificationsLoading extends Beside, Partial<Record<keyof NotificationMethods, undefined>> {
  readonly loading: true;
  readonly notifications?: undefined;
  readonly hasMore?: undefined;
  readonly fetchMore?: undefined;
}

/** Once they are. */
export interface NotificationsLoaded extends Beside, NotificationMethods {
  readonly loading: false;

  /** As many of the active account's as were asked for so far, newest first; none while nobody is signed in. */
  readonly notifications: readonly Notification[];

  /** Whether there are more than are shown. */
  readonly hasMore: boolean;

  /** Adds the next ones. Never rejects: what went wrong is in `error`. */
  readonly fetchMore: () => Promise<void>;
}

/** What {@link useNotifications} returns. */
export type UseNotifications = NotificationsLoading | NotificationsLoaded;

/** Before the count is there. */
export interface UnreadLoading extends Beside {
  readonly loading: true;
  readonly unread?: undefined;
}

/** Once it is. */
export interface UnreadLoaded extends Beside {
  readonly loading: false;

  /** How many the active account has not read, in all and in each place; none while nobody is signed in. */
  readonly unread: NotificationsUnread;
}

/** What {@link useUnreadNotifications} returns. */
export type UseUnreadNotifications = UnreadLoading | UnreadLoaded;

const NONE: readonly never[] = [];
const NOTHING: NotificationsUnread = { count: 0, places: [] };
const USUAL = 20;

/**
 * The inbox of the active account, and what can be done to it. It is dropped when another account becomes active, before
 * anything of it is shown; what belongs to a scope also when that changes.
 *
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useNotifications(query: NotificationsQuery = {}): UseNotifications {
  const { channel = 'all', isRead, isArchived = false, isStarred, severity, limit = USUAL } = query;
  const client = useClient();
  const asked = Object.entries({ channels: channel, is_read: isRead, is_archived: isArchived, is_starred: isStarred, severity })
    .flatMap(([name, value]) => (value === undefined ? [] : `${name}=${value}`))
    .join('&');
  const { data, owner, isEarly, error, refetch, more } = useEntry(boundOf(channel), `/notifications?${asked}`, (of, path, bound) =>
    pages<Notification>(of, path, bound, limit),
  );
  const methods = useMemo(() => notificationMethods(client, channel), [client, channel]);
  const isNobody = !isEarly && owner === undefined;
  return useMemo(() => {
    if (!data && !isNobody) return { loading: true, error, refetch };
    const { items: notifications = NONE, next = null } = data ?? {};
    return { loading: false, notifications, hasMore: next !== null, fetchMore: more, error, refetch, ...methods };
  }, [data, isNobody, error, refetch, more, methods]);
}

/**
 * How many notifications the active account has not read: all that a bell needs.
 *
 * @param channel Which places are meant; `all` when omitted.
 * @throws Error when there is no {@link KeyrackProvider} above.
 */
export function useUnreadNotifications(channel: NotificationChannel = 'all'): UseUnreadNotifications {
  const path = `${UNREAD}?channels=${channel}`;
  const { data, owner, isEarly, error, refetch } = useEntry(boundOf(channel), path, one<NotificationsUnread>);
  const unread = data ?? (!isEarly && owner === undefined ? NOTHING : undefined);
  return useMemo(
    () => (unread ? { loading: false, unread, error, refetch } : { loading: true, error, refetch }),
    [unread, error, refetch],
  );
}
