/**
 * The scope of one tab: its active sign-in, organization and workspace, kept in sessionStorage and laid over the session
 * that all tabs share. Loaded only where a provider has `scope="tab"`.
 *
 * A tab that has none yet begins where the session stands. From then on nothing moves it but its own switches, a sign-in
 * of its own, and the end of what it stands on: then it goes on where the session stands.
 */
import type { KeyrackError } from './error.js';
import { inScope, scopeOf } from './scope.js';
import type { Request, Sender } from './transport.js';
import type { Session } from './types.gen.js';

/** What is about the session or about nobody in particular, and so has no scope. */
const UNSCOPED = /^\/(session($|\?|\/sign-out|\/ticket)|deployment|auth|waitlist)/;
const NAMED = /[?&]scope=([^&]*\.[^&]*)/;
const SWITCH = '/session/switch-';
const MADE = /^\/(organization|workspace)s$/;

interface Ahead {
  readonly id?: string | undefined;
  readonly revision?: number | undefined;
  readonly from?: string | undefined;
}

export class Tab {
  readonly #sender: Sender;
  readonly #name: string;
  readonly #show: () => void;
  readonly #storage = ofTab();

  /** Where sessionStorage refuses to work the scope ends with the page. */
  #fallback = '';

  /** The session that all tabs share, as it was laid over last, and what came of it. */
  #shared: Session | undefined;
  #laid: Session | undefined;
  #over = '';

  /** The last scope that was refused: where the session stands there itself, nobody names it. */
  #refused = '';

  /** The state of the session that it went where it is in, and the session that was before. */
  #ahead: Ahead = {};

  /** How often it has gone somewhere: what was refused before says nothing of where it is now. */
  #moves = 0;

  /** Of which state of the session it is known that the tab may stand where it does, or being asked. */
  #checked = '';

  constructor(sender: Sender, base: string, initial: Session | null | undefined, show: () => void) {
    this.#sender = sender;
    this.#name = `keyrack:${base}:scope`;
    this.#show = show;
    // What a server rendered is what is shown: the address that it was asked for decides.
    if (initial?.active_signin) this.#scope = scopeOf(initial);
    this.#laid = initial ?? undefined;
  }

  /** The session as this tab shows it. */
  lay(shared: Session | undefined): Session | undefined {
    if (!shared) return undefined;
    // What was refused in one state of the session may be available in the next.
    if (shared !== this.#shared) this.#refused = '';
    const scope = this.#standsIn(shared);
    if (this.#shared !== shared || this.#over !== scope) {
      const laid = inScope(shared, scope) ?? shared;
      // The very same object, while nothing in it has changed.
      if (JSON.stringify(laid) !== JSON.stringify(this.#laid)) this.#laid = laid;
      [this.#shared, this.#over] = [shared, scope];
    }
    this.#look(shared);
    return this.#laid;
  }

  #standsIn(shared: Session): string {
    const { id, revision = 0, from } = this.#ahead;
    // What was so before does not know yet where the tab has gone: it is shown as it was.
    if (shared.id === id ? shared.revision < revision : shared.id === from) return this.#over;
    this.#ahead = { id, revision };
    const stands = scopeOf(shared);
    if (!inScope(shared, this.#scope)) this.#scope = stands === this.#refused ? '' : stands;
    return this.#scope;
  }

  /** Sends it in the name of its actor, as far as it acts as an account. */
  async send(request: Request): Promise<unknown> {
    const { path, body, actor } = request;
    const isSwitch = path.startsWith(SWITCH);
    // What is read for somebody says so itself.
    const [, named] = NAMED.exec(path) ?? [];
    let scope = named ?? (actor && !UNSCOPED.test(path) ? scopeOf({ active_signin: actor }) : '');
    // It is where the session stands: without it the server says why. A switch must not be taken for one of all tabs.
    if (actor && !named && scope === this.#refused) scope = isSwitch ? `${actor.id}.-.-` : '';
    if (!scope) return this.#signedIn(request, await this.#sender.send(request));
    const moves = this.#moves;
    try {
      const query = named ? '' : `${path.includes('?') ? '&' : '?'}scope=${scope}`;
      const data = await this.#sender.send({ ...request, path: path + query });
      if (isSwitch) return await this.#switched(data as Partial<Session>);
      const [, made] = (body && MADE.exec(path)) ?? [];
      // Whoever makes one acts in it: of a tab the server keeps no such thing. It is made, whatever comes of that.
      if (made) await this.#enter(made, data, request).catch(() => undefined);
      return data;
    } catch (error) {
      if ((error as KeyrackError).code !== 'scope_not_available' || moves !== this.#moves) throw error;
      return this.#fall(request, scope, error as KeyrackError);
    }
  }

  /** Where the tab stands; empty as long as it follows the session. */
  get #scope(): string {
    try {
      return this.#storage?.getItem(this.#name) ?? this.#fallback;
    } catch {
      return this.#fallback;
    }
  }

  set #scope(scope: string) {
    this.#moves += 1;
    this.#fallback = scope;
    try {
      this.#storage?.setItem(this.#name, scope);
    } catch {
      // Then it is remembered as long as the page is.
    }
  }

  /** A sign-in that came of this tab's own request is the tab's. */
  #signedIn({ body }: Request, data: unknown): unknown {
    const done = (body && data ? data : {}) as Partial<Session & { session: Session }>;
    // That of a ticket lies beside what else came of it.
    const answer = done.session ?? done;
    const isNew = !this.#shared?.signins.some(({ id }) => id === answer.active_signin?.id);
    if (answer.active_signin && isNew) this.#go(answer);
    return data;
  }

  /** The answer says where the tab stands from now on; all else in it is what all tabs share. */
  async #switched(answer: Partial<Session>): Promise<unknown> {
    const shared = this.#shared;
    if (answer.active_signin) this.#go(answer);
    this.#checked = stateOf(answer, this.#scope);
    const isKnown = answer.id === shared?.id && answer.revision === shared?.revision;
    return isKnown ? shared : this.#sender.send({ path: '/session' });
  }

  #go({ id, revision, active_signin: active }: Partial<Session>): void {
    this.#scope = scopeOf({ active_signin: active ?? null });
    this.#refused = '';
    this.#ahead = { id, revision, from: this.#shared?.id };
  }

  async #enter(kind: string, data: unknown, { actor }: Request): Promise<void> {
    const { id } = (data as Record<string, { id?: string }>)[kind] ?? {};
    await this.send({ path: `/session/switch-${kind}`, body: { [`${kind}_id`]: id }, actor });
    this.#show();
  }

  /** The tab goes on where the session stands, and so does a switch that means the same there. */
  #fall(request: Request, scope: string, error: KeyrackError): Promise<unknown> {
    this.#refused = scope;
    if (this.#scope === scope) {
      this.#scope = '';
      this.#show();
    }
    const actor = this.#laid?.active_signin;
    const means = request.path === `${SWITCH}sign-in` || actor?.id === request.actor?.id;
    const again = actor && request.path.startsWith(SWITCH) && means && scopeOf({ active_signin: actor }) !== scope;
    return again ? this.send({ ...request, actor }) : Promise.reject(error);
  }

  /**
   * The session says nothing of the places where only tabs stand. Whoever stands in one asks, when it is begun with and
   * whenever something has changed: a membership may have ended.
   */
  #look(shared: Session): void {
    const { active_signin: actor } = this.#laid ?? {};
    const own = shared.signins.find(({ id }) => id === actor?.id);
    const state = stateOf(shared, this.#over);
    if (!actor?.active_organization_membership_id || !own || this.#checked === state) return;
    if (scopeOf({ active_signin: own }) === scopeOf({ active_signin: actor })) return;
    this.#checked = state;
    this.send({ path: '/me', actor }).catch(() => (this.#checked = ''));
  }
}

function ofTab(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}

function stateOf({ id, revision }: Ahead, scope: string): string {
  return `${id} ${revision} ${scope}`;
}
