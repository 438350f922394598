/**
 * The session of one provider, without React: what is held, when it is read, how it is changed.
 *
 * Answers come from reads, from this tab's mutations and from other tabs; all of them pass `#take`, where `order.ts`
 * decides. Whoever shows the session subscribes and reads `view`, which is replaced whenever anything in it changes.
 */
import type { Accounts } from './accounts.js';
import { asSession, asToken, isSession } from './answers.js';
import type { Beginning } from './beginning.js';
import { actsFor, gone } from './belongs.js';
import { DeploymentStore } from './deployment.js';
import { clientError, isLost, type KeyrackError, timedOut } from './error.js';
import { type Lens, lensOf } from './lens.js';
import { forgetUsers } from './memory.js';
import { sessionMethods } from './methods.js';
import type { Mutation } from './mutation.js';
import { type Arrived, type Held, opens, settle, type Told } from './order.js';
import { inTime, REFRESH_MS, retryPause } from './pause.js';
import { Presence } from './presence.js';
import { push } from './push.js';
import { Queue } from './queue.js';
import { Stored } from './stored.js';
import { Tokens } from './tokens.js';
import type { Shelf } from './shelf.js';
import type { Sender } from './transport.js';
import type { Session, SignIn, Token } from './types.gen.js';
import { type Allows, type SessionMethods, type SessionView, viewOf } from './view.js';

const READ = '/session';
const POLL = '/session?poll=1'; // No sign that somebody uses it.

export class Client {
  /** Leads to a post-sign-out URL; `location.assign` when undefined. */
  declare navigate: ((url: string) => void) | undefined;

  /** Sends a request that leaves the session as it is. */
  declare readonly send: Sender['send'];

  /** The deployment's settings. */
  declare readonly deployment: DeploymentStore;

  /** Who was signed in on this browser, as far as a chooser has remembered it. */
  declare readonly remembered: Stored;

  /** The same for those who show it; made by the first of them. */
  declare accounts: Accounts | undefined;

  declare shelf: Shelf | undefined; // What was read beside the session; made by whoever shows something of it first.
  declare unsent: import('./attempts.js').Unsent | undefined; // The code that could not be sent last.
  declare proof: string | null | undefined; // Of work, as the deployment has accepted it; null while it is made.
  declare offered: AbortController | undefined; // Takes back what the browser lists below a field.
  /** Whether a session's active memberships allow something; what finds that out is loaded when somebody asks. */
  allows: Allows = () => void import('./permissions.js').then(({ watch }) => watch(this), () => {});

  /** Makes an error: code that comes later has no part of this one's. */
  readonly failure = clientError;

  readonly #presence: Presence;
  readonly #push: (id: string) => void;
  readonly #lay: Lens['lay'];
  readonly #tokens = new Tokens({
    active: () => this.#shown().active_signin,
    fetch: (signIn, template) => this.#fetchToken(signIn, template),
  });
  readonly #queue = new Queue();
  readonly #listeners = new Set<() => void>();

  #held: Held | undefined;
  #error: KeyrackError | undefined;
  #failures = 0;
  #refetches = 0;

  /** Requests for the session are numbered as they are sent. */
  #sent = 0;

  /** The highest number of which it is known what became of it, which is what `#error` tells. */
  #settled = 0;

  /** The highest number that had been sent when what is shown came. */
  #shownAt = 0;

  /** When the latest read was sent, by the local clock, which goes on while the machine sleeps. */
  #readAt = 0;

  #setLoaded!: () => void;

  /** Resolves when the first load is done. */
  readonly loaded = new Promise<void>((resolve) => (this.#setLoaded = resolve));

  /** What other tabs tell of is read in turn: what was told twice is shown by then. */
  #heard: Promise<unknown> = Promise.resolve();

  constructor(base: string, sender: Sender, beginning: Beginning = {}) {
    const { session, deployment, wrap = (methods) => methods, remembered } = beginning;
    const { send, lay } = lensOf(sender, base, beginning, () => this.#show(this.#held, this.#error));
    this.#lay = lay;
    this.send = (request) => send({ actor: this.#view.session?.active_signin, ...request });
    this.#presence = new Presence(`keyrack:${base}`, {
      onMessage: (data) => this.#hear(data),
      onDeaf: () => (this.#tokens.clear(), this.#follow()),
      onReturn: () => void this.#read(READ),
      onVisible: () => (this.#failures || Date.now() - this.#readAt > REFRESH_MS) && void this.#read(READ),
      onBack: () => inTime(this.#read(READ), () => this.#show(this.#held, timedOut())),
      showsAccounts: () => !!this.#held?.session.signins.length,
    });
    this.#push = push({
      sender,
      presence: this.#presence,
      read: (told, end) => this.#read(POLL, told, end),
      session: this.session,
    });
    this.deployment = new DeploymentStore(() => this.send({ path: '/deployment' }), deployment);
    this.remembered = remembered ?? new Stored(`keyrack:${base}:accounts`);
    if (session) {
      // What one tab sees is not what all share: the first read replaces it.
      this.#held = { session: beginning.scope ? { ...session, revision: -1 } : session, sent: 0 };
      this.#setLoaded();
    }
    this.#always = wrap({ refetch: this.refetch, getToken: this.#getToken });
    this.#methods = wrap(sessionMethods(this));
    this.#firstView = this.#view = viewOf(session ?? undefined, undefined, this.#always, this.#methods, this);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly view = (): SessionView => this.#view;

  /** What a server renders, and what a browser must begin with so that it finds its page unchanged. */
  readonly firstView = (): SessionView => this.#firstView;

  /** Whether a `refetch()` of a loaded session is under way. */
  readonly refetching = (): boolean => !!this.#held && !!this.#refetches;

  /** Milliseconds until the next refresh: after failures growing from a second on. */
  readonly pause = (): number => (this.#failures ? retryPause(this.#failures) : REFRESH_MS);

  /** Whether the account that a server rendered the page for is no longer the one that is shown. */
  readonly outdated = (): boolean =>
    this.#firstView.status === 'signed-in' && actsFor(this.#firstView.session) !== actsFor(this.#view.session);

  /** Listens to tabs, server and the page's return, until {@link stop}. Harmless when called again. */
  readonly start = (): void => {
    this.#presence.start();
    this.#follow();
  };

  readonly stop = (): void => this.#presence.stop();

  /** The first load, and each periodic refresh after it. Never rejects. */
  readonly refresh = async (): Promise<void> => {
    // Here too, so that no other tab's change slips in between the first request and the effect that starts us.
    this.#presence.start();
    await this.#read(this.#held && this.#readAt ? POLL : READ);
  };

  /** Sends a mutation in its turn and resolves when the session that came of it is shown. */
  mutate(mutation: Mutation): Promise<void> {
    return this.#queue.add(() => this.loaded.then(() => this.#change(mutation)), mutation.signsOut);
  }

  async #change({ isDone, follow, send = this.send, ...request }: Mutation): Promise<void> {
    const [before, shown] = [this.session(), this.#shown()];
    const sent = ++this.#sent;
    const session = await send(request)
      .then(asSession)
      .catch(async (error: KeyrackError) => {
        if (!isLost(error)) throw error;
        const hasRead = await this.#readNow(READ);
        if (!hasRead || !isDone?.(this.#shown(), shown)) throw error;
        return this.session();
      });
    try {
      await follow?.(session);
    } finally {
      this.#tokens.clear();
      if (request.signsOut) forgetUsers(this.remembered, gone(before, session));
      // What another tab did meanwhile may have been done before or after, and with other keys: a read says what is so.
      const isAlone = [before, session].includes(this.session());
      if (isAlone || !(await this.#readNow(READ))) this.#take(session, sent, 'mutation');
      // Of what changes nothing for all, as a switch of a tab that has its own scope, the others hear nothing.
      if (before !== this.session()) this.#presence.tell(this.session());
    }
  }

  /**
   * Waits for the mutations under way: the answer to a read sent beside one could not be ordered against its. Then it
   * reads, unless what was told is shown or `end` is aborted. False when it failed.
   */
  async #read(path: string, told?: Told, end?: AbortSignal): Promise<boolean> {
    while (this.#held && this.#queue.busy) await this.#queue.busy;
    const shown = this.#held?.session;
    if (end?.aborted || (told && told.id === shown?.id && told.revision <= shown.revision)) return true;
    return this.#readNow(path, told?.id);
  }

  /** Whether it was answered. */
  async #readNow(path: string, awaits?: string): Promise<boolean> {
    const sent = ++this.#sent;
    this.#readAt = Date.now();
    try {
      const session = asSession(await this.send({ path, awaits }));
      // Sent after what is shown had come, and shown other things: the keys are others by now.
      const isNews = sent > this.#shownAt && this.#held && opens(session) !== opens(this.session());
      this.#take(session, sent, isNews ? 'mutation' : 'read');
      return true;
    } catch (error) {
      this.#settle(sent, this.#held, error as KeyrackError);
      return false;
    }
  }

  // Another tab's mutation; or, as `read`, what the tab that leads has read or was told of. The server is asked about
  // another session than is shown here, and where the answer of a mutation under way may open more than what was read.
  #hear(data: unknown): void {
    const { read } = (data ?? {}) as { readonly read?: unknown };
    const told = (read ?? data ?? {}) as Session;
    if (told.signins ? !isSession(told) : !(told.revision >= 0)) return;
    if (!read) this.#tokens.clear();
    if (told.id !== this.#held?.session.id || !told.signins || (read && this.#queue.busy)) {
      this.#heard = this.#heard.then(() => this.#read(POLL, told));
    } else this.#take(told, 0, read ? 'read' : 'broadcast');
  }

  #follow(): void {
    this.#push((this.#presence.isOn && this.#settled && this.#held?.session.id) || '');
  }

  #take(session: Session, sent: number, from: Arrived['from']): void {
    this.#settle(sent, settle(this.#held, { session, sent, from }));
  }

  /** A late failure says nothing about an answer that has come since, nor a late answer about a failure. */
  #settle(sent: number, held: Held | undefined, error?: KeyrackError): void {
    const isLatest = sent > this.#settled;
    if (isLatest) this.#settled = sent;
    this.#show(held, isLatest ? error : this.#error);
  }

  #show(held: Held | undefined, error: KeyrackError | undefined): void {
    const [before, now] = [this.#view.session, this.#lay(held?.session)];
    if (actsFor(before) !== actsFor(now)) this.#tokens.clear();
    if (before !== now) this.#shownAt = this.#sent;
    this.#held = held;
    if (error !== this.#error) this.#failures = error ? this.#failures + 1 : 0;
    const isNews = before !== now || error?.code !== this.#error?.code;
    if (isNews) this.#error = error;
    if (held) this.#setLoaded();
    this.#follow();
    this.changed(isNews);
  }

  /** Tells everybody; of another view when there is news, be it that {@link allows} has others. */
  changed(isNews = true): void {
    if (isNews) this.#view = viewOf(this.#lay(this.#held?.session), this.#error, this.#always, this.#methods, this);
    for (const listener of this.#listeners) listener();
  }

  /** The session as all tabs share it, and below as this one shows it; only called after the first load. */
  readonly session = (): Session => (this.#held as Held).session;

  readonly #shown = (): Session => this.#view.session as Session;

  /** Reads the session now. Never rejects. */
  readonly refetch = async (): Promise<void> => {
    this.#refetches += 1;
    this.changed(false);
    await this.#read(READ);
    this.#refetches -= 1;
    this.changed(false);
  };

  readonly #getToken = async (template = 'default'): Promise<string> => {
    await this.loaded;
    return this.#tokens.get(template);
  };

  // A scope that is the same before and after may have been another meanwhile: only of these revisions is it known.
  async #fetchToken(signIn: SignIn, template: string): Promise<Token | undefined> {
    const { revision } = this.session();
    let token: Token | undefined;
    const fits = (): boolean =>
      token?.signin_id === signIn.id && [revision, this.session().revision].includes(token.revision);
    try {
      token = asToken(await this.send({ path: `/session/token?template=${encodeURIComponent(template)}` }));
    } catch (error) {
      if ((error as KeyrackError).status !== 401) throw error;
    }
    if (!fits()) await this.#read(READ);
    return fits() ? token : undefined;
  }

  readonly #always: Pick<SessionView, 'refetch' | 'getToken'>;
  readonly #methods: SessionMethods;

  readonly #firstView: SessionView;
  #view: SessionView;
}
