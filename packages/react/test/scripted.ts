/**
 * Runs the steps of vectors/scenarios.json with the hook. What each step means is written in vectors/SCENARIOS.md;
 * crates/client/tests/scripted does the same with the store for Rust programs.
 */
import type { KeyrackError, Session, SessionLoaded } from '@keyrack/react';
import { vi } from 'vitest';
import { FakeChannel } from './fake-browser.js';
import { ORIGIN, PRODUCTION_KEY, STAGING_KEY } from './fake-server.js';
import { open, pass, setHidden, type Tab } from './harness.js';
import { type Json, json, type Refused, Script, type Sent, sessionOf, type Short, type Step } from './scripted-server.js';

const METHODS = {
  refetch: ({ refetch }: SessionLoaded) => refetch(),
  switch_sign_in: ({ switchSignIn }: SessionLoaded, id: string | undefined) => switchSignIn(id as string),
  switch_organization: ({ switchOrganization }: SessionLoaded, id: string | undefined) => switchOrganization(id),
  switch_workspace: ({ switchWorkspace }: SessionLoaded, id: string | undefined) => switchWorkspace(id as string),
  sign_out: ({ signOut }: SessionLoaded, id: string | undefined) => signOut(id),
  exchange_ticket: ({ exchangeTicket }: SessionLoaded, ticket: string | undefined, verifier: unknown) =>
    exchangeTicket(ticket as string, verifier as string | undefined),
};

/** To another page, and from there out of the back-forward cache. */
const MOVES = new Map([
  ['left', 'pagehide'],
  ['back', 'pageshow'],
]);

const SCOPE = `keyrack:${ORIGIN}:scope`;

interface Opened {
  readonly mode?: string;
  readonly initial?: Short;
  readonly scope?: string;
  readonly leads?: boolean;
}

/** One scenario under way. */
class Scenario {
  readonly #script = new Script();
  readonly #outcomes = new Map<string, unknown>();
  readonly #failed = new Map<string, KeyrackError>();
  readonly #went: string[] = [];
  readonly #other = new FakeChannel(`keyrack:${ORIGIN}`);
  #told = 0;
  #tab: Tab | undefined;
  #mark: { session: Session; shown: number } | undefined;

  constructor() {
    this.#other.onmessage = ({ data }) => {
      const { signins, read } = data as Json;
      if (signins || read) this.#told += 1;
    };
  }

  async step(step: Step): Promise<void> {
    const [verb, what] = Object.entries(step)[0] as [string, never];
    switch (verb) {
      case 'open':
        await this.#open(what);
        break;
      case 'answer':
        this.#answer(what, step);
        break;
      case 'pass':
        return pass(what);
      case 'clock':
        vi.setSystemTime(Date.now() + (what as number));
        break;
      case 'page':
        if (what === 'online') window.dispatchEvent(new Event('online'));
        else if (MOVES.has(what)) window.dispatchEvent(Object.assign(new Event(MOVES.get(what) as string), { persisted: true }));
        else setHidden(what === 'hidden');
        break;
      case 'told':
        this.#hear(what);
        break;
      case 'stream':
        this.#stream(what);
        break;
      case 'call':
        this.#call(what, step);
        break;
      case 'ask':
        this.#loaded.has({ permission: what });
        break;
      case 'keep':
        if (what === null) localStorage.removeItem(`keyrack:${ORIGIN}`);
        else localStorage.setItem(`keyrack:${ORIGIN}`, what);
        break;
      case 'mark':
        this.#mark = { session: this.#loaded.session, shown: this.#page.shown.length };
        return;
      case 'expect':
        this.#expect(what);
        return;
      default:
        throw new Error('no such step');
    }
    await pass();
  }

  get #page(): Tab {
    if (!this.#tab) throw new Error('a step `open` comes first');
    return this.#tab;
  }

  get #loaded(): SessionLoaded {
    return this.#page.loaded;
  }

  async #open({ mode, initial, scope, leads = false }: Opened): Promise<void> {
    this.#script.leads = leads;
    sessionStorage.clear();
    if (scope) sessionStorage.setItem(SCOPE, scope);
    this.#tab = await open({
      publishableKey: mode === 'staging' ? STAGING_KEY : PRODUCTION_KEY,
      navigate: (url) => void this.#went.push(url),
      ...(scope !== undefined && { scope: 'tab' }),
      ...(initial && { initialSession: sessionOf(initial) }),
    });
    // From now on: what is drawn before is the provider's own key, which no other one may have.
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
  }

  #answer(name: string, { which, lost, portal, refusal, session, exchanged, token, data, hands_out: credential }: Step): void {
    const waiting = this.#script.take(name, which as number | undefined);
    if (lost) return waiting.lose();
    const opened = exchanged && { success: true, message: '', session_id: '', session: sessionOf(exchanged as Short) };
    const body = session ? sessionOf(session as Short) : (opened ?? token ?? data);
    const response = json({ ...(refusal as Refused | undefined), data: body, credential: credential as string | undefined });
    const page = { ...response, json: () => Promise.reject(new SyntaxError('Unexpected token <')) } as Response;
    waiting.answer(portal ? page : response);
  }

  #hear({ changed, read, heard, raw }: { changed?: Short; read?: Short; heard?: unknown; raw?: unknown }): void {
    if (changed) this.#other.postMessage(sessionOf(changed));
    else if (read) this.#other.postMessage({ read: sessionOf(read) });
    else this.#other.postMessage(heard ? { read: heard } : raw);
  }

  #stream(what: string | { says?: Json; ends?: Json; status?: number; raw?: string }): void {
    const connection = this.#script.connections.at(-1);
    if (!connection) throw new Error('no stream is open');
    const gone = (): void => {
      this.#script.connections = this.#script.connections.filter((other) => other !== connection);
    };
    const write = (text: string): void => connection.control?.enqueue(new TextEncoder().encode(text));
    if (what === 'opens') {
      const body = new ReadableStream<Uint8Array>({ start: (control) => void (connection.control = control) });
      connection.answer(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
      return write('retry: 1000\n\n');
    }
    if (typeof what === 'string') {
      gone();
      if (what === 'closes') connection.control?.close();
      else if (connection.control) connection.control.error(new TypeError('network'));
      else connection.lose();
    } else if (what.status) {
      gone();
      connection.answer(new Response(null, { status: what.status }));
    } else if (what.raw) {
      write(what.raw);
    } else {
      const event = (what.says ?? what.ends) as { id: string; revision: number };
      const data = JSON.stringify({ session_id: event.id, revision: event.revision, reason: 'changed' });
      write(`id: ${event.revision}\nevent: ${what.says ? 'session' : 'end'}\ndata: ${data}\n\n`);
    }
  }

  #call(method: string, { with: argument, verifier, as: name = method }: Step): void {
    const id = argument as string | undefined;
    const work =
      method === 'get_token'
        ? this.#page.hook.getToken(id)
        : method === 'refetch'
          ? this.#page.hook.refetch()
          : METHODS[method as keyof typeof METHODS](this.#loaded, id, verifier);
    this.#outcomes.set(name as string, 'pending');
    work.then(
      (token) => this.#outcomes.set(name as string, token ?? 'done'),
      (error: KeyrackError) => {
        this.#outcomes.set(name as string, { refused: error.code });
        this.#failed.set(name as string, error);
      },
    );
  }

  #expect(expected: Json): void {
    const found = Object.fromEntries(Object.entries(expected).map(([what, value]) => [what, this.#found(what, value)]));
    if (JSON.stringify(found) !== JSON.stringify(expected)) throw new Error(`it is ${JSON.stringify(found)}`);
  }

  #found(what: string, expected: unknown): unknown {
    const { log, waiting, connections } = this.#script;
    const each = (count: (name: string) => unknown): Json =>
      Object.fromEntries(Object.keys(expected as Json).map((name) => [name, count(name)]));
    const last = (name: string): Sent | undefined => log.filter((sent) => sent.name === name).at(-1);
    switch (what) {
      case 'requests':
        return each((name) => log.filter((sent) => (name.includes('?') ? sent.full : sent.name) === name).length);
      case 'waiting':
        return each((name) => waiting.filter((one) => one.name === name).length);
      case 'sent':
        return each((name) => last(name)?.body);
      case 'carried':
        return each((name) => last(name)?.carried);
      case 'outcome':
        return each((name) => this.#outcomes.get(name));
      case 'failed':
        return each((name) => {
          const error = name === 'shown' ? this.#page.hook.error : this.#failed.get(name);
          const { code, status, message, errors, retryAfter } = error ?? ({} as Partial<KeyrackError>);
          const fields: Json = { code, status, message, errors, retry_after: retryAfter ?? null };
          const named = Object.keys((expected as Record<string, Json>)[name] as Json);
          return Object.fromEntries(named.map((field) => [field, fields[field]]));
        });
      case 'allows':
        return each((permission) => this.#page.hook.has?.({ permission }) ?? null);
      case 'covered':
        return document.adoptedStyleSheets.length > 0;
      case 'went':
        return this.#went;
      case 'scope':
        return sessionStorage.getItem(SCOPE) ?? '';
      case 'told':
        return this.#told;
      case 'streams':
        return connections.length;
      case 'kept':
        return localStorage.getItem(`keyrack:${ORIGIN}`);
      default:
        return this.#shown(what);
    }
  }

  #shown(what: string): unknown {
    const { hook } = this.#page;
    const active = hook.session?.active_signin;
    const shown: Json = {
      status: hook.status,
      error: hook.error?.code ?? null,
      stale: hook.stale,
      refetching: hook.isRefetching,
      end_reason: hook.endReason,
      id: hook.session?.id ?? null,
      revision: hook.session?.revision ?? null,
      active: active?.id ?? null,
      first_name: active?.user.first_name ?? null,
      email_address: active?.user.email_address ?? null,
      organization: active?.active_organization_membership_id ?? null,
      workspace: active?.active_workspace_membership_id ?? null,
      accounts: hook.session?.signins.map(({ id }) => id) ?? null,
      attempts: hook.session?.signin_attempts.map(({ id }) => id) ?? null,
      same: hook.session === this.#mark?.session && this.#page.shown.length === this.#mark?.shown,
    };
    return shown[what];
  }
}

/** Does every step, and throws with its number where one does not hold. */
export async function run(steps: readonly Step[]): Promise<void> {
  const scenario = new Scenario();
  for (const [index, step] of steps.entries()) {
    try {
      await scenario.step(step);
    } catch (error) {
      throw new Error(`step ${index + 1} (${JSON.stringify(step)}): ${(error as Error).message}`, { cause: error });
    }
  }
}
