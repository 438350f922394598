import { Rack, sessionId } from './credential.js';
import { clientError, KeyrackError, notKeyrack, timedOut } from './error.js';
import type { Api } from './publishable-key.js';
import type { ErrorEntry } from './types.gen.js';

const TIMEOUT_MS = 15_000;
const ACCEPT = 'application/vnd.keyrack.1+json';
const CREDENTIAL = 'X-Development-Session';

/** One request. Without a body it is a GET, with one a POST of JSON. */
export interface Request {
  readonly path: string;
  readonly body?: object;

  /** Whether an empty session in the answer means that this browser has nothing left to carry. */
  readonly signsOut?: boolean;

  /**
   * Id of a session that another tab has told of: its credential may come into storage a moment after the message. Of
   * the empty one nothing is waited for: what is in storage until then opens nothing any more.
   */
  readonly awaits?: string | undefined;
}

/** Whoever answers requests. */
export interface Sender {
  /** Resolves with the `data` of the answer, rejects with a `KeyrackError`. */
  readonly send: (request: Request) => Promise<unknown>;

  /** Sends it with the credential of this moment and resolves as `fetch` does. Who has none opens no streams. */
  readonly open?: (request: Request, signal: AbortSignal) => Promise<Response>;
}

/** Speaks to one API: carries the credential there and takes back what the answer hands out. */
export class Transport implements Sender {
  readonly #base: string;
  readonly #rack: Rack | undefined;

  constructor({ base, staging }: Api) {
    this.#base = base;
    this.#rack = staging ? new Rack(base) : undefined;
  }

  /**
   * Sends it and resolves with the `data` of the answer.
   *
   * @throws KeyrackError `network` or `timeout` when no answer of Keyrack's came, `wrong_key` when the server runs in
   * the other mode, otherwise the server's refusal.
   */
  async send(request: Request): Promise<unknown> {
    if (request.awaits) await this.#rack?.holds(request.awaits);
    const carried = this.#rack?.read() ?? null;
    const { response, json } = await this.#exchange(request, carried);
    if (!isEnvelope(json)) throw notKeyrack();
    const answered = response.headers.get(CREDENTIAL);
    if (answered) await this.#rack?.adopt(carried, answered);
    if (!response.ok) throw refusal(response, json);
    const id = request.body && idOfSession(json.data);
    if (request.signsOut && id === '') await this.#rack?.forget(carried);
    // Nothing in this browser leads to such a session: after a reload it would be gone without a word.
    if (this.#rack ? id && !answered && sessionId(carried) !== id : answered) throw wrongKey(!this.#rack);
    return json.data;
  }

  async #exchange(request: Request, carried: string | null): Promise<{ response: Response; json: unknown }> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
    try {
      const response = await this.open(request, abort.signal, carried);
      return { response, json: await response.json() };
    } catch {
      if (abort.signal.aborted) throw timedOut();
      throw notKeyrack();
    } finally {
      clearTimeout(timer);
    }
  }

  readonly open = ({ path, body }: Request, signal: AbortSignal, carried = this.#rack?.read()): Promise<Response> => {
    const headers: Record<string, string> = { Accept: ACCEPT };
    if (body) headers['Content-Type'] = 'application/json';
    if (carried) headers[CREDENTIAL] = carried;
    return fetch(this.#base + path, {
      headers,
      signal,
      cache: 'no-store',
      credentials: this.#rack ? 'omit' : 'include',
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
  };
}

interface Envelope {
  readonly message: string;
  readonly data: unknown;
  readonly errors: readonly ErrorEntry[] | null;
}

function isEnvelope(json: unknown): json is Envelope {
  const { status, message, data, errors } = (json ?? {}) as Record<string, unknown>;
  return (
    typeof status === 'number' &&
    typeof message === 'string' &&
    data !== undefined &&
    (errors === null || Array.isArray(errors))
  );
}

/** The id of the session in an answer; undefined when it holds none. */
function idOfSession(data: unknown): string | undefined {
  const { id, signins } = (data ?? {}) as { id?: string; signins?: unknown };
  return signins ? id : undefined;
}

function wrongKey(isLive: boolean): KeyrackError {
  const [mode, key] = isLive ? ['production', 'pk_test_'] : ['staging', 'pk_live_'];
  return clientError('wrong_key', `The server does not run in ${mode}: use its ${key} key.`);
}

function refusal({ status, headers }: Response, { message, errors }: Envelope): KeyrackError {
  const first = errors?.[0];
  // The header may be missing, or be a date that some proxy wrote: then nothing is said.
  const retryAfter = Number(headers.get('Retry-After')) || undefined;
  return new KeyrackError(first?.code ?? 'unknown', first?.message ?? message, status, errors ?? [], retryAfter);
}
