/** A server that a test can hold back, break and look into. Requests reach it through the global `fetch`. */
import type { Session, UiSettings } from '@keyrack/react';
import { vi } from 'vitest';
import { FakeTeams } from './fake-teams.js';
import { deployment, emptySession, signIn, signUpAttempt } from './fixtures.js';

export const ORIGIN = 'http://localhost:4400';
export const STAGING_KEY = `pk_test_${btoa(ORIGIN)}`;
export const PRODUCTION_KEY = `pk_live_${btoa(ORIGIN)}`;

export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: string | undefined;
  readonly body: Readonly<Record<string, string>>;
}

export interface Reply {
  readonly status?: number;
  readonly data?: unknown;
  readonly code?: string;

  /** What the answer hands out in `x-development-session`. */
  readonly rack?: string;

  /** What it says in `retry-after`. */
  readonly retryAfter?: string;

  /** The ways to prove who it is, which a refusal names. */
  readonly methods?: readonly string[];

  /** Something that Keyrack did not write. */
  readonly html?: string;
}

type Handler = (request: Recorded, usual: () => Reply) => Reply | Promise<Reply>;

/** What one connection of `GET /session/events` gets to read. */
export class FakeStream {
  isOpen = true;
  #control!: ReadableStreamDefaultController<Uint8Array>;
  readonly body: ReadableStream<Uint8Array>;

  constructor(
    readonly request: Recorded,
    signal: AbortSignal | null | undefined,
  ) {
    this.body = new ReadableStream({
      start: (control) => void (this.#control = control),
      cancel: () => void (this.isOpen = false),
    });
    signal?.addEventListener('abort', () => this.break());
  }

  /** Sends these bytes, or this text. */
  send(what: string | Uint8Array): void {
    if (this.isOpen) this.#control.enqueue(typeof what === 'string' ? new TextEncoder().encode(what) : what);
  }

  /** Tells of a revision as Keyrack does. */
  tell({ id, revision }: Pick<Session, 'id' | 'revision'>, event = 'session', reason = 'changed'): void {
    this.send(`id: ${revision}\nevent: ${event}\ndata: ${JSON.stringify({ session_id: id, revision, reason })}\n\n`);
  }

  /** Ends it as the server would. */
  close(): void {
    if (this.isOpen) this.#control.close();
    this.isOpen = false;
  }

  /** Ends it as a network would. */
  break(): void {
    if (this.isOpen) this.#control.error(new DOMException('aborted', 'AbortError'));
    this.isOpen = false;
  }
}

export class FakeServer {
  /** All but those for the stream, and every connection for that so far. */
  readonly requests: Recorded[] = [];
  readonly streams: FakeStream[] = [];
  session: Session = emptySession();
  afterSignOutOne = '';
  afterSignOutAll = '';

  /** The organizations that everybody is in, and those of the workspaces in them. */
  organizations: readonly string[] = [];
  workspaces: Readonly<Record<string, string>> = {};
  readonly teams = new FakeTeams(this);
  #tokens = 0;
  #handlers: { method: string; path: string; handler: Handler }[] = [];

  constructor(start = emptySession()) {
    this.session = start;
    vi.stubGlobal('fetch', (url: string, init?: RequestInit) => this.#fetch(url, init));
  }

  /** How many requests began like this, for example `GET /session/token`. */
  count(beginning: string): number {
    return this.requests.filter(({ method, path }) => `${method} ${path}`.startsWith(beginning)).length;
  }

  /** Answers the next request to exactly this path (its query left out) in another way than usual. */
  once(method: string, path: string, handler: Handler): void {
    this.#handlers.push({ method, path, handler });
  }

  refuse(method: string, path: string, status: number, code: string): void {
    this.once(method, path, () => ({ status, code }));
  }

  /** The request arrives and is done; its answer does not come back. */
  lose(method: string, path: string): void {
    this.once(method, path, (_, usual) => {
      usual();
      throw new TypeError('Failed to fetch');
    });
  }

  /** The request does not arrive. */
  unreachable(method: string, path: string, times = 1): void {
    const fail = () => Promise.reject(new TypeError('Failed to fetch'));
    for (let time = 0; time < times; time += 1) this.once(method, path, fail);
  }

  /** Does the next request when it arrives and keeps the answer back until it is released. */
  hold(method: string, path: string): { release: () => void } {
    let release!: () => void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    this.once(method, path, async (_, usual) => {
      const reply = usual();
      await gate;
      return reply;
    });
    return { release };
  }

  async #fetch(url: string, init: RequestInit = {}): Promise<Response> {
    const { pathname: whole, search, origin } = new URL(url, ORIGIN);
    const pathname = whole.replace(/^\/keyrack/, ''); // A proxy's path, for tests of a second deployment.
    if (origin !== ORIGIN) throw new Error(`a request to ${url}`);
    const request: Recorded = {
      method: init.method ?? 'GET',
      path: whole + search,
      headers: init.headers as Record<string, string>,
      credentials: init.credentials,
      body: init.body ? (JSON.parse(init.body as string) as Record<string, string>) : {},
    };
    if (pathname === '/session/events') return this.#stream(request, init.signal);
    this.requests.push(request);
    const aborted = new Promise<never>((_, reject) => {
      init.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
    });
    return toResponse(await Promise.race([this.#reply(request, pathname), aborted]));
  }

  get open(): readonly FakeStream[] {
    return this.streams.filter(({ isOpen }) => isOpen);
  }

  /** Changes the session, whoever did it, and pushes that. */
  push(fields: Partial<Session>): void {
    this.change(fields);
    for (const stream of this.open) stream.tell(this.session);
  }

  /** How the next connections for the stream are answered; with a stream that begins as Keyrack's does when undefined. */
  answerStream: (() => Response | Promise<Response>) | undefined;

  async #stream(request: Recorded, signal: AbortSignal | null | undefined): Promise<Response> {
    const stream = new FakeStream(request, signal);
    this.streams.push(stream);
    if (this.answerStream) {
      stream.isOpen = false;
      const aborted = new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
      return Promise.race([this.answerStream(), aborted]);
    }
    stream.send('retry: 1000\n\n');
    stream.tell(this.session, 'session', 'current');
    return new Response(stream.body, { headers: { 'content-type': 'text/event-stream' } });
  }

  async #reply(request: Recorded, pathname: string): Promise<Reply> {
    const usual = (): Reply => this.usual(request, `${request.method} ${pathname}`);
    const index = this.#handlers.findIndex(({ method, path }) => method === request.method && path === pathname);
    const [special] = index < 0 ? [] : this.#handlers.splice(index, 1);
    return special ? special.handler(request, usual) : usual();
  }

  protected usual(request: Recorded, what: string): Reply {
    const { body } = request;
    const { active_signin, signins } = this.session;
    const known = signins.find(({ id }) => id === body.sign_in_id);
    switch (what) {
      case 'GET /session':
        return { data: this.session };
      case 'GET /deployment':
        return { data: deployment(this.#settings()) };
      case 'GET /session/token':
        if (!active_signin) return { status: 401, code: 'signed_out' };
        return { data: this.token(active_signin.id) };
      case 'POST /session/switch-sign-in':
        return known ? this.change({ active_signin: known }) : { status: 404, code: 'sign_in_not_found' };
      case 'POST /session/switch-organization':
        return this.#switchOrganization(body.organization_id);
      case 'POST /session/switch-workspace':
        return this.#switchWorkspace(body.workspace_id);
      case 'POST /session/sign-out':
        return this.#signOut(body.sign_in_id);
      case 'POST /auth/signin':
        return this.signInAs(String(body.email).split('@')[0] ?? '');
      case 'POST /auth/signup':
        return this.change({ signup_attempts: [signUpAttempt('sat_1', String(body.email))] });
      case 'POST /auth/prepare-verification':
        return { data: { otp_sent: true, masked_email: 'a***@example.com', verification_method: 'email_otp' } };
      case 'POST /auth/attempt-verification':
        return this.#verify();
      default:
        return this.teams.answer(request, what) ?? { status: 404, code: 'not_found' };
    }
  }

  /** Changes the session, whoever did it, and gives the answer that says so. */
  change(fields: Partial<Session>): Reply {
    const { id, revision } = this.session;
    this.session = { ...this.session, id: id || 'ses_1', revision: revision + 1, ...fields };
    return { data: this.session };
  }

  signInAs(name: string): Reply {
    const added = signIn(name);
    return this.change({ signins: [...this.session.signins, added], active_signin: added });
  }

  token(signInId: string): object {
    this.#tokens += 1;
    const token = `token ${this.#tokens} of ${signInId}`;
    return { token, expires: 0, lifetime_ms: 60_000, signin_id: signInId, revision: this.session.revision };
  }

  #settings(): Partial<UiSettings> {
    return { after_sign_out_one_page_url: this.afterSignOutOne, after_sign_out_all_page_url: this.afterSignOutAll };
  }

  /** The active sign-in's memberships: `mem_<organization>` and `mem_<workspace>`. */
  scope(organization: string | null, workspace: string | null): Reply {
    const { active_signin, signins } = this.session;
    if (!active_signin) return { status: 401, code: 'signed_out' };
    const active = {
      ...active_signin,
      active_organization_membership_id: organization && `mem_${organization}`,
      active_workspace_membership_id: workspace && `mem_${workspace}`,
    };
    return this.change({ active_signin: active, signins: signins.map((one) => (one.id === active.id ? active : one)) });
  }

  #switchOrganization(id: string | undefined): Reply {
    if (id === undefined) return this.scope(null, null);
    if (!this.organizations.includes(id) && !this.#isIn(id)) return { status: 404, code: 'organization_not_found' };
    const workspace = this.session.active_signin?.active_workspace_membership_id?.slice('mem_'.length) ?? null;
    return this.scope(id, workspace && this.workspaces[workspace] === id ? workspace : null);
  }

  #switchWorkspace(id = ''): Reply {
    const organization = this.teams.members[id] && !this.#isIn(id) ? undefined : this.workspaces[id];
    return organization ? this.scope(organization, id) : { status: 404, code: 'workspace_not_found' };
  }

  #isIn(place: string): boolean {
    return !!this.teams.members[place]?.[this.session.active_signin?.user_id ?? ''];
  }

  #signOut(id: string | undefined): Reply {
    const { signins, active_signin } = this.session;
    if (id !== undefined && !signins.some((one) => one.id === id)) return { status: 404, code: 'sign_in_not_found' };
    const left = id === undefined ? [] : signins.filter((one) => one.id !== id);
    if (left.length > 0) {
      const next = active_signin?.id === id ? (left[0] ?? null) : active_signin;
      return this.change({ signins: left, active_signin: next });
    }
    this.session = { ...emptySession(), end_reason: 'signed_out' };
    return { data: this.session };
  }

  #verify(): Reply {
    const [attempt] = this.session.signup_attempts;
    if (!attempt) return { status: 400, code: 'BAD_SIGN_IN_ATTEMPT' };
    this.signInAs(attempt.email.split('@')[0] ?? '');
    return this.change({ signup_attempts: [{ ...attempt, completed: true, current_step: '' }] });
  }
}

function toResponse({ status = 200, data = null, code, methods, rack, retryAfter, html }: Reply): Response {
  const errors = code ? [{ code, message: `Refused: ${code}`, ...(methods && { meta: { methods } }) }] : null;
  const json = { status, message: code ? `Refused: ${code}` : 'ok', data, session: null, errors };
  return {
    ok: status < 300,
    status,
    headers: new Headers({ ...(rack && { 'x-development-session': rack }), ...(retryAfter && { 'retry-after': retryAfter }) }),
    json: async () => (html === undefined ? structuredClone(json) : (JSON.parse(html) as unknown)),
  } as Response;
}
