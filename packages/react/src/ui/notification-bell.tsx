import { type ReactElement, useEffect, useRef } from 'react';
import type { NotificationMethods } from '../notifications.js';
import type { Notification } from '../types.gen.js';
import { type NotificationChannel, useNotifications, useUnreadNotifications } from '../use-notifications.js';
import { useView } from '../use-session.js';
import { Act } from './buttons.js';
import { List, More } from './list.js';
import { Wait } from './frame.js';
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
  const { status, session } = useView();
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
      {() => <Inbox key={session?.active_signin?.id} channel={channel} />}
    </Popup>
  );
}

function Inbox({ channel }: { readonly channel: NotificationChannel }): ReactElement {
  const words = useWords();
  const run = useRun();
  const hook = useNotifications({ channel });
  const list = useRef<List>(null);
  const hasUnread = !!hook.notifications?.some(({ is_read: isRead }) => !isRead);
  useEffect(() => {
    // The button that had it is gone.
    if (!hasUnread && document.activeElement === document.body) list.current?.focus();
  }, [hasUnread]);
  if (hook.loading) return <Wait error={hook.error} refetch={hook.refetch} />;
  const { notifications, hasMore, fetchMore, markAllRead, error } = hook;
  return (
    <>
      {notifications.length === 0 && <p className="kr-wait">{words.noNotifications}</p>}
      <List label={words.notifications} ref={list}>
        {notifications.map((note) => (
          <Note key={note.id} note={note} methods={hook} />
        ))}
      </List>
      <More hasMore={hasMore} fetchMore={fetchMore} error={run.error ?? error} />
      {hasUnread && (
        <button type="button" className="kr-button" aria-busy={run.isBusy} onClick={() => void run.run(markAllRead)}>
          {words.allRead}
        </button>
      )}
    </>
  );
}

interface NoteProps {
  readonly note: Notification;
  readonly methods: NotificationMethods;
}

function Note({ note, methods }: NoteProps): ReactElement {
  const words = useWords();
  const run = useRun();
  const { id, title, body, is_read: isRead, created_at: at } = note;
  return (
    <li className="kr-note" data-unread={isRead ? undefined : ''} aria-busy={run.isBusy}>
      <strong>{title}</strong>
      {!isRead && <span className="kr-unseen"> ({words.unread})</span>}
      <p>{body}</p>
      <time className="kr-quiet" dateTime={at}>
        {new Date(at).toLocaleString()}
      </time>
      {!isRead && (
        <Act label={words.markRead(title)} isPlain onPress={() => void run.run(() => methods.markRead(id))}>
          ✓
        </Act>
      )}
      <Act label={words.putAway(title)} isPlain onPress={() => void run.run(() => methods.archive(id))}>
        ×
      </Act>
      <span role="alert" className="kr-error">
        {run.error?.message}
      </span>
    </li>
  );
}
