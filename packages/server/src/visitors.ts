import type { SignedIn } from './auth.js';
import { Jar, readCookies } from './cookies.js';
import { exchange } from './exchange.js';
import { challengeOf, FLOW_SECONDS, newFlow, readFlow, writeFlow } from './flow.js';
import type { Keyrack } from './keyrack.js';
import { isForged } from './forged.js';

/** How the visitors of an application are to be known. */
export interface VisitorsOptions {
  /** Where browsers reach the application, which must be one of the deployment's `allowed_origins`: `https://app.example.com`. */
  readonly origin: string;

  /**
   * Seconds for which a browser in which nobody is signed in is not asked again: 15 unless it is said. A link that comes from a
   * sign-in should have {@link Visitors.asking} in it.
   */
  readonly signedOutSeconds?: number;
}

/** Somebody is signed in: render the page for them, and send `headers` with it. */
export interface VisitSignedIn {
  readonly status: 'signed_in';
  readonly auth: SignedIn;

  /** Whether the page's own script has seen no other account since the token was made, nor that nobody is signed in any more. */
  readonly isPresent: boolean;
  readonly headers: Headers;
}

/** Nobody is: render the page for nobody, and send `headers` with it. */
export interface VisitSignedOut {
  readonly status: 'signed_out';
  readonly headers: Headers;
}

/** The browser has to be sent elsewhere first: answer with `response`. */
export interface VisitHandshake {
  readonly status: 'handshake';
  readonly response: Response;
}

/** Nobody can be told who it is: answer with `response`, and show nobody's page. */
export interface VisitUnavailable {
  readonly status: 'unavailable';
  readonly response: Response;
}

/** Who visits. */
export type Visit = VisitSignedIn | VisitSignedOut | VisitHandshake | VisitUnavailable;

const CODE = 'keyrack_handshake';
const STATE = 'keyrack_state';
const TRIES = 'keyrack_tries';

/** What is read of a request. */
export interface Visiting {
  readonly method: string;

  /** Absolute, or the path: the host in it is not believed. */
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/** Knows who visits an application's pages by a token in a cookie of the application, and by asking Keyrack through the browser. */
export class Visitors {
  readonly #keyrack: Keyrack;
  readonly #origin: URL;
  readonly #jar: Jar;
  readonly #signedOutSeconds: number;

  /** @internal Use {@link createVisitors}. */
  constructor(keyrack: Keyrack, { origin, signedOutSeconds = 15 }: VisitorsOptions) {
    this.#keyrack = keyrack;
    this.#origin = originOf(origin);
    this.#jar = new Jar(this.#origin);
    this.#signedOutSeconds = signedOutSeconds;
  }

  /**
   * Who visits, and what is to be answered. A browser that opens a page and has no good token is sent to Keyrack and back; all
   * other requests are only looked at. It never throws, and whatever goes wrong is nobody, or 503.
   */
  async authenticateRequest(request: Visiting): Promise<Visit> {
    try {
      return await this.#visit(request);
    } catch {
      return unavailable();
    }
  }

  /**
   * Whose page is rendered, for code behind a middleware that has answered everything else: `await visitors.signedIn(headers())`.
   * Verified again, from the cookie; no header says it.
   */
  async signedIn(headers: { get(name: string): string | null } | Promise<{ get(name: string): string | null }>): Promise<SignedIn | undefined> {
    try {
      const auth = await this.#ofCookie(readCookies((await headers).get('cookie')));
      return auth.ok ? auth : undefined;
    } catch {
      return undefined;
    }
  }

  /** Whether it is not known of a request without a good token that nobody is signed in in its browser. */
  isUndecided({ headers }: Pick<Visiting, 'headers'>): boolean {
    const cookies = readCookies(headers.get('cookie'));
    const mark = cookies.get(this.#jar.mark);
    return !!mark && mark !== '-';
  }

  /** An address of the application at which a browser is asked anew who it is: where a sign-in leads back to. */
  asking(path: string): string {
    const url = this.#at(path);
    url.searchParams.set(CODE, 'ask');
    return url.toString();
  }

  async #visit(request: Visiting): Promise<Visit> {
    const url = this.#at(request.url);
    const cookies = readCookies(request.headers.get('cookie'));
    const opens = isNavigation(request);
    const code = url.searchParams.get(CODE);
    if (opens && code !== null && code !== 'ask') return this.#returned(url, code, cookies);

    const auth = await this.#ofCookie(cookies);
    const mark = cookies.get(this.#jar.mark);
    if (auth.ok) {
      // The page's own script has seen another account, or none, since the token was made.
      const isPresent = !mark || isUpTo(auth, mark);
      if (opens && (!isPresent || code === 'ask')) return this.#ask(url, cookies);
      return { status: 'signed_in', auth, isPresent, headers: personal() };
    }
    if (auth.status === 503) return unavailable();
    const isKnownToBeNobody = cookies.has(this.#jar.name('out')) && (!mark || mark === '-');
    if (opens && (code === 'ask' || !isKnownToBeNobody)) return this.#ask(url, cookies);
    return { status: 'signed_out', headers: personal() };
  }

  async #ofCookie(cookies: ReadonlyMap<string, string>): ReturnType<Keyrack['verify']> {
    const auth = await this.#keyrack.verify(cookies.get(this.#jar.name('token')) ?? '');
    // One that was minted for another origin was put there by somebody.
    return auth.ok && auth.authorizedParty !== this.#origin.origin ? this.#keyrack.verify('') : auth;
  }

  /** Sends the browser to Keyrack. */
  async #ask(url: URL, cookies: ReadonlyMap<string, string>): Promise<Visit> {
    // Two tabs at once share it: whichever comes back first must not spoil the other's.
    const kept = readFlow(cookies.get(this.#jar.name('flow')));
    const flow = kept ?? newFlow();
    const to = new URL(`${this.#keyrack.issuer}/handshake`);
    to.searchParams.set('redirect_url', clean(url, [CODE, STATE]).toString());
    to.searchParams.set('code_challenge', await challengeOf(flow.verifier));
    to.searchParams.set('state', flow.state);
    return sent(to, kept ? [] : [this.#jar.set('flow', writeFlow(flow), FLOW_SECONDS)]);
  }

  /** The browser comes back with a code. */
  async #returned(url: URL, code: string, cookies: ReadonlyMap<string, string>): Promise<Visit> {
    const flow = readFlow(cookies.get(this.#jar.name('flow')));
    const bare = clean(url, [CODE, STATE, TRIES]);
    if (!flow || flow.state !== url.searchParams.get(STATE)) {
      // Too late, or the cookie did not stick. The second time it is said: the browser would go round for ever.
      if (url.searchParams.has(TRIES)) return loop();
      bare.searchParams.set(TRIES, '1');
      return sent(bare, [this.#jar.clear('flow')]);
    }
    const told = await exchange(this.#keyrack.server, { code, verifier: flow.verifier, origin: this.#origin.origin });
    if (told === 'unavailable') return unavailable();
    if (told === 'invalid') return sent(bare, [this.#jar.clear('flow')]);
    if (told === 'signed_out') return sent(bare, this.#nobody());
    const auth = await this.#keyrack.verify(told.token);
    if (!auth.ok) return unavailable();
    return sent(bare, [
      this.#jar.set('token', told.token, told.seconds),
      this.#jar.setMark(markOf(auth)),
      this.#jar.clear('out'),
    ]);
  }

  #nobody(): string[] {
    return [this.#jar.clear('token'), this.#jar.setMark('-'), this.#jar.set('out', '1', this.#signedOutSeconds)];
  }

  /** A path of this application, whatever host the request names. */
  #at(path: string): URL {
    const { pathname, search } = new URL(path, this.#origin);
    const url = new URL(this.#origin);
    url.pathname = pathname;
    url.search = search;
    return url;
  }
}

/**
 * Knows the visitors of an application whose pages are rendered on its server. Make one for the whole process.
 *
 * @throws Error when the origin is none.
 */
export function createVisitors(keyrack: Keyrack, options: VisitorsOptions): Visitors {
  return new Visitors(keyrack, options);
}

/** The headers of a request without those by which somebody could be taken for somebody else. */
export function withoutForged(headers: Headers): Headers {
  const kept = new Headers(headers);
  for (const name of [...kept.keys()]) if (isForged(name)) kept.delete(name);
  return kept;
}

function originOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.origin !== text || !/^https?:$/.test(url.protocol)) {
    throw new Error('@keyrack/server: origin must be one such as https://app.example.com, without a path');
  }
  return url;
}

/** Whether a browser opens a page: such a request can be sent elsewhere, and nothing is lost by it. */
function isNavigation({ method, headers }: Visiting): boolean {
  if (method !== 'GET' || headers.get('purpose') === 'prefetch' || headers.get('sec-purpose')?.startsWith('prefetch')) return false;
  const dest = headers.get('sec-fetch-dest');
  return dest ? dest === 'document' : (headers.get('accept') ?? '').includes('text/html');
}

/** The sign-in and the revision, as the hook writes them. */
function markOf(auth: SignedIn): string {
  return `${auth.signInId}.${auth.revision}`;
}

function isUpTo(auth: SignedIn, mark: string): boolean {
  const [signIn, revision] = mark.split('.');
  return signIn === auth.signInId && Number(revision) <= auth.revision;
}

function clean(url: URL, names: readonly string[]): URL {
  const bare = new URL(url);
  for (const name of names) bare.searchParams.delete(name);
  return bare;
}

/** No cache keeps what is for one visitor, nor gives it to another. */
function personal(): Headers {
  return new Headers({ 'cache-control': 'private, no-store', vary: 'Cookie' });
}

function sent(to: URL, cookies: readonly string[]): VisitHandshake {
  const headers = personal();
  headers.set('location', to.toString());
  headers.set('referrer-policy', 'no-referrer');
  for (const cookie of cookies) headers.append('set-cookie', cookie);
  return { status: 'handshake', response: new Response(null, { status: 307, headers }) };
}

function unavailable(): VisitUnavailable {
  return said(503, 'Nobody can be signed in for now. Try again in a moment.\n', { 'retry-after': '1' });
}

function loop(): VisitUnavailable {
  return said(400, 'handshake_loop: this page needs a cookie, which your browser did not keep. Allow cookies and open it anew.\n');
}

function said(status: number, text: string, more: Readonly<Record<string, string>> = {}): VisitUnavailable {
  const headers = personal();
  headers.set('content-type', 'text/plain; charset=utf-8');
  for (const [name, value] of Object.entries(more)) headers.set(name, value);
  return { status: 'unavailable', response: new Response(text, { status, headers }) };
}
