import { clientError, KeyrackError, notKeyrack, notLoaded, timedOut } from './error.js';
import type { Api } from './publishable-key.js';
import { Stored } from './stored.js';
import type { ErrorEntry, SignIn } from './types.gen.js';

const TIMEOUT_MS = 15_000;
const ACCEPT = 'application/vnd.keyrack.1+json';
const CREDENTIAL = 'X-Development-Session';

/** One request. Without a body it is a GET, with one a POST of JSON. */
export interface Request {
  readonly path: string;
  readonly body?: object;

  /** Who was shown as active when it was made: whoever answers for a tab with a scope of its own makes it act so. */
  readonly actor?: SignIn | null | undefined;

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

  /** In staging, where the browser's rack lies; in production there is a cookie. */
  readonly #entry: Stored | undefined;

  constructor({ base, staging }: Api) {
    this.#base = base;
    this.#entry = staging ? new Stored(`keyrack:${base}`) : undefined;
  }

  /**
   * Sends it and resolves with the `data` of the answer.
   *
   * @throws KeyrackError `network` or `timeout` when no answer of Keyrack's came, `wrong_key` when the server runs in
   * the other mode, otherwise the server's refusal.
   */
  async send(request: Request): Promise<unknown> {
    const rack = this.#entry && new (await staging()).Rack(this.#entry);
    if (request.awaits) await rack?.holds(request.awaits);
    const carried = rack?.read() ?? null;
    const { response, json } = await this.#exchange(request, carried);
    if (!isEnvelope(json)) throw notKeyrack();
    const answered = response.headers.get(CREDENTIAL);
    if (answered) await rack?.adopt(carried, answered);
    if (!response.ok) throw refusal(response, json);
    const id = request.body && idOfSession(json.data);
    if (request.signsOut && id === '') await rack?.forget(carried);
    // Nothing in this browser leads to such a session: after a reload it would be gone without a word.
    if (rack ? id && !answered && !carried?.startsWith(`${id}.`) : answered) throw clientError('wrong_key', (await staging()).wrongMode(!rack));
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

  readonly open = ({ path, body }: Request, signal: AbortSignal, carried = this.#entry?.read()): Promise<Response> => {
    const headers: Record<string, string> = { Accept: ACCEPT };
    if (body) headers['Content-Type'] = 'application/json';
    if (carried) headers[CREDENTIAL] = carried;
    return fetch(this.#base + path, {
      headers,
      signal,
      cache: 'no-store',
      credentials: this.#entry ? 'omit' : 'include',
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

/** What only staging needs: nobody whose key is of production loads it, unless the server is none of production. */
function staging(): Promise<typeof import('./credential.js')> {
  return import('./credential.js').catch(notLoaded);
}

function refusal({ status, headers }: Response, { message, errors }: Envelope): KeyrackError {
  const first = errors?.[0];
  // The header may be missing, or be a date that some proxy wrote: then nothing is said.
  const retryAfter = Number(headers.get('Retry-After')) || undefined;
  return new KeyrackError(first?.code ?? 'unknown', first?.message ?? message, status, errors ?? [], retryAfter);
}
