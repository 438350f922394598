import type { ReactElement } from 'react';
import { type NotificationChannel, useNotifications, useUnreadNotifications } from '../use-notifications.js';
import { useView } from '../use-session.js';
import { Wait } from './parts.js';
import { Popup } from './popup.js';
import { useRun } from './use-run.js';
import { useWords } from './words.js';

/** What {@link NotificationBell} takes. */
export interface NotificationBellProps {
  /** Which places are meant: `current`, the account itself and where it acts, when omitted. */
  readonly channel?: NotificationChannel;
}

/** The highest number that a bell shows. */
const MOST = 99;

/** How much the active account has not read, and its inbox behind it. Nothing while nobody is signed in. */
export function NotificationBell({ channel = 'current' }: NotificationBellProps): ReactElement | null {
  const words = useWords();
  const { status } = useView();
  const { unread } = useUnreadNotifications(channel);
  if (status !== 'signed-in') return null;
  const count = unread?.count ?? 0;
  const button = (
    <>
      <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="1.8">
        <path d="M6 10a6 6 0 0 1 12 0c0 6 2 7 2 7H4s2-1 2-7m4 10a2 2 0 0 0 4 0" strokeLinecap="round" strokeLinejoin="round" />
      </svg>
      <span className="kr-count" aria-hidden="true" hidden={count === 0}>
        {count > MOST ? `${MOST}+` : count}
      </span>
    </>
  );
  return (
    <Popup label={words.notificationsUnread(count)} button={button} title={words.notifications} className="kr-bell">
      {() => <Inbox channel={channel} />}
    </Popup>
  );
}

function Inbox({ channel }: { readonly channel: NotificationChannel }): ReactElement {
  const words = useWords();
  const run = useRun();
  const hook = useNotifications({ channel });
  if (hook.loading) return <Wait error={hook.error} refetch={hook.refetch} />;
  const { notifications, hasMore, fetchMore, markRead, markAllRead, archive } = hook;
  return (
    <>
      {notifications.length === 0 && <p className="kr-wait">{words.noNotifications}</p>}
      <ul className="kr-list" aria-label={words.notifications}>
        {notifications.map(({ id, title, body, is_read: isRead, created_at: at }) => (
          <li key={id} className="kr-note" data-unread={isRead ? undefined : ''}>
            <strong>{title}</strong>
            <p>{body}</p>
            <time className="kr-quiet" dateTime={at}>
              {new Date(at).toLocaleString()}
            </time>
            {!isRead && (
              <button
                type="button"
                className="kr-link"
                aria-label={words.markRead(title)}
                onClick={() => void run.run(() => markRead(id))}
              >
                ✓
              </button>
            )}
            <button
              type="button"
              className="kr-link"
              aria-label={`${words.archive}: ${title}`}
              onClick={() => void run.run(() => archive(id))}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <p role="alert" className="kr-error">
        {run.error?.message}
      </p>
      {hasMore && (
        <button type="button" className="kr-button" onClick={() => void fetchMore()}>
          {words.more}
        </button>
      )}
      {notifications.some(({ is_read: isRead }) => !isRead) && (
        <button type="button" className="kr-button" aria-busy={run.isBusy} onClick={() => void run.run(markAllRead)}>
          {words.allRead}
        </button>
      )}
    </>
  );
}
