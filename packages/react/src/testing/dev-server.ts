/** What only `keyrack dev` answers: its clock, and the mail that it keeps instead of sending it. */

/** A message that was captured instead of sent. */
export interface CapturedMessage {
  readonly id: string;
  readonly kind: 'email' | 'sms';
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;

  /** The code in it; null when there is none. */
  readonly code: string | null;

  /** The link in it; null when there is none. */
  readonly link: string | null;

  /** When it was sent, by the server's clock, as ISO 8601. */
  readonly created_at: string;
}

/** A server under `keyrack dev`. */
export interface DevServer {
  /**
   * The server's time, in Unix milliseconds. Needs `--virtual-clock`.
   *
   * @throws Error when the server has no such clock.
   */
  readonly now: () => Promise<number>;

  /**
   * Moves the server's clock forwards, by at most ten years a call: sign-ins expire, codes die, pauses end. It runs on
   * from there. Resolves with the new time. Needs `--virtual-clock`.
   *
   * @throws Error when the server has no such clock, and for anything that is no time forwards.
   */
  readonly advance: (milliseconds: number) => Promise<number>;

  /** The captured messages, oldest first, of one recipient or of all. */
  readonly messages: (to?: string) => Promise<readonly CapturedMessage[]>;

  /**
   * The code of the latest message to this recipient that has one.
   *
   * @throws Error when there is none.
   */
  readonly code: (to: string) => Promise<string>;

  /** Forgets all captured messages. */
  readonly clearMessages: () => Promise<void>;
}

/**
 * Talks to a server that was started by `keyrack dev`, from a test's own process: a page of another origin is refused.
 *
 * @param origin Where it listens, for example `http://localhost:4400`.
 */
export function devServer(origin: string): DevServer {
  const ask = (path: string, init?: RequestInit) => request(new URL(path, origin), init);
  const messages = async (to?: string): Promise<readonly CapturedMessage[]> => {
    const query = to === undefined ? '' : `?to=${encodeURIComponent(to)}`;
    return ((await ask(`/dev/outbox${query}`)) as { messages: CapturedMessage[] }).messages;
  };
  return {
    messages,
    now: async () => timeIn(await ask('/dev/clock')),
    advance: async (milliseconds) => {
      const body = JSON.stringify({ advance_ms: milliseconds });
      return timeIn(await ask('/dev/clock', { method: 'POST', body }));
    },
    code: async (to) => {
      const code = (await messages(to)).map((message) => message.code).filter((one) => one !== null).at(-1);
      if (code === undefined) throw new Error(`No message to ${to} has a code.`);
      return code;
    },
    clearMessages: async () => void (await ask('/dev/outbox', { method: 'DELETE' })),
  };
}

async function request(url: URL, init: RequestInit = {}): Promise<unknown> {
  const headers = init.body ? { 'Content-Type': 'application/json' } : {};
  const response = await fetch(url, { ...init, headers });
  if (response.ok) return response.json();
  const hint = response.status === 404 ? ' Was it started by `keyrack dev`, for the clock with --virtual-clock?' : '';
  throw new Error(`${init.method ?? 'GET'} ${url.pathname}: ${response.status} ${await response.text()}${hint}`);
}

function timeIn(answer: unknown): number {
  return (answer as { now_ms: number }).now_ms;
}
