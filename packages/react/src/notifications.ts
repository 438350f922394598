/** What can be done to notifications, without React: each is one request. */
import { act } from './acts.js';
import type { Client } from './client.js';

/** Where they are, */
export const NOTIFICATIONS = '/notifications';

/** and how many were not read. */
export const UNREAD = `${NOTIFICATIONS}/scope-unread`;

/** What hangs on where the account acts is dropped when that changes. */
export function boundOf(channel: string): 'account' | 'scope' {
  return channel === 'all' || channel === 'user' ? 'account' : 'scope';
}

/** What can be done to them. Each resolves when the hooks show it. */
export interface NotificationMethods {
  /** @throws KeyrackError `notification_not_found` when it has expired meanwhile. */
  readonly markRead: (id: string) => Promise<void>;
  readonly markUnread: (id: string) => Promise<void>;

  /** Puts it away, as read. */
  readonly archive: (id: string) => Promise<void>;

  /** Marks it with a star, or takes the star away. */
  readonly star: (id: string, isStarred: boolean) => Promise<void>;

  /** All of the channel that is shown. */
  readonly markAllRead: () => Promise<void>;

  /** Puts away all of the channel that were read. */
  readonly archiveAllRead: () => Promise<void>;
}

/** Those of one channel. */
export function notificationMethods(client: Client, channel: string): NotificationMethods {
  const change = async (what: string, body: object = {}): Promise<void> => {
    await act(client, { path: `${NOTIFICATIONS}/${what}`, bound: boundOf(channel), body, reloads: [NOTIFICATIONS] });
  };
  const one = (how: string) => (id: string) => change(`${encodeURIComponent(id)}/${how}`);
  const all = (how: string) => () => change(how, { channels: [channel] });
  return {
    markRead: one('read'),
    markUnread: one('unread'),
    archive: (id) => change(`${encodeURIComponent(id)}/archive`, { archived: true }),
    star: (id, starred) => change(`${encodeURIComponent(id)}/star`, { starred }),
    markAllRead: all('mark-all-read'),
    archiveAllRead: all('archive-all-read'),
  };
}
