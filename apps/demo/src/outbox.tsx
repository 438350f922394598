import { useCallback, useEffect, useState } from 'react';
import { Frame } from './frame.js';

const POLL_MS = 2_000;

interface Message {
  readonly id: string;
  readonly kind: 'email' | 'sms';
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly code: string | null;
  readonly link: string | null;
  readonly created_at: string | number;
}

/** The messages that the server captured instead of sending them. */
export function Outbox() {
  const { messages, isMissing, clear } = useOutbox();
  return (
    <Frame>
      <div className="intro">
        <h1>Outbox</h1>
        <p>
          In development Keyrack sends nothing. It keeps what it would have sent, the newest first. Also as{' '}
          <a href="dev/outbox">raw JSON</a>.
        </p>
      </div>
      <div className="outbox-bar">
        <p role="status">{isMissing ? 'The outbox does not answer.' : count(messages)}</p>
        <button type="button" className="button" onClick={clear}>
          Clear outbox
        </button>
      </div>
      <ol className="messages" aria-label="Messages">
        {messages?.map((message) => (
          <Item key={message.id} message={message} />
        ))}
      </ol>
    </Frame>
  );
}

function count(messages: readonly Message[] | undefined): string {
  if (!messages) return '';
  if (messages.length === 0) return 'Nothing here yet. Create an account, and its code appears.';
  return messages.length === 1 ? '1 message' : `${messages.length} messages`;
}

function Item({ message }: { readonly message: Message }) {
  const sentAt = new Date(message.created_at);
  return (
    <li className="card message">
      <article aria-label={`${message.subject || message.kind}, to ${message.to}`}>
        <p className="quiet">
          to <strong>{message.to}</strong>, <time dateTime={sentAt.toISOString()}>{sentAt.toLocaleTimeString()}</time>
        </p>
        <h2>{message.subject}</h2>
        {message.code && (
          <p className="code">
            <span className="unseen">Code </span>
            {message.code}
          </p>
        )}
        {message.link && <a href={message.link}>Open the link</a>}
        <details>
          <summary>Text</summary>
          <p className="message-text">{message.text}</p>
        </details>
      </article>
    </li>
  );
}

function useOutbox() {
  const [messages, setMessages] = useState<readonly Message[]>();
  const [isMissing, setMissing] = useState(false);

  const read = useCallback(async () => {
    try {
      const response = await fetch('dev/outbox');
      const { messages: found } = (await response.json()) as { messages: Message[] };
      setMessages(newestFirst(found));
      setMissing(false);
    } catch {
      setMissing(true);
    }
  }, []);

  useEffect(() => {
    void read();
    const timer = setInterval(() => {
      if (!document.hidden) void read();
    }, POLL_MS);
    document.addEventListener('visibilitychange', read);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', read);
    };
  }, [read]);

  const clear = useCallback(async () => {
    await fetch('dev/outbox', { method: 'DELETE' }).catch(() => setMissing(true));
    await read();
  }, [read]);

  return { messages, isMissing, clear };
}

/** Ids settle what was captured in the same instant: they sort by the time they were made at. */
function newestFirst(messages: readonly Message[]): Message[] {
  const order = (a: Message, b: Message) =>
    new Date(b.created_at).getTime() - new Date(a.created_at).getTime() || (a.id < b.id ? 1 : -1);
  return [...messages].sort(order);
}
