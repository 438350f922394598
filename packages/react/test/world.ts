/**
 * A browser with several tabs, a server, and chance: nothing comes in the order in which it was sent. Requests arrive,
 * are done and are answered whenever it is drawn, some get lost on either way, what tabs tell each other and what the
 * stream says waits as well, other devices change the session, and tabs die. The same number is the same story.
 */
import type { Session } from '@keyrack/react';
import type { KeyrackError } from '../src/error.js';
import type { Request } from '../src/transport.js';
import { deployment, emptySession, session, signIn } from './fixtures.js';

/** A small generator of numbers from 0 to 1, the same ones for the same seed. */
export function chance(seed: number): () => number {
  let state = seed + 0x9e3779b9;
  return () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    state = Math.imul(state ^ (state >>> 12), 0x297a2d39);
    state ^= state >>> 15;
    return (state >>> 0) / 2 ** 32;
  };
}

/** How often something is lost on its way, until the world is calm. */
const LOSS = 0.08;

/** A token says for whom it is, and for what. */
export function tokenOf(session: Session | undefined): string {
  const { id, active_organization_membership_id: organization } = session?.active_signin ?? {};
  return `${id} ${organization}`;
}

type Refuse = (code: string, status?: number) => KeyrackError;

/** One connection for the stream: what waits to be said of it is folded into the latest. */
interface Line {
  readonly id: string;
  readonly control: ReadableStreamDefaultController<Uint8Array>;
  isOpen: boolean;
  waiting: string | undefined;
}

/** The server and everything that is on its way: whatever happens next is drawn from here. */
export class World {
  session: Session = session(['ada', 'bob']);

  /** Nothing is lost any more. */
  isCalm = false;

  /** How often a stream said something. */
  said = 0;
  readonly onTheWay: (() => void)[] = [];
  readonly #chance: () => number;
  protected readonly refuse: Refuse;
  readonly #lines = new Set<Line>();
  #sessions = 1;

  constructor(seed: number, refuse: Refuse) {
    this.#chance = chance(seed);
    this.refuse = refuse;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#chance() * choices.length)] as T;
  }

  /** Does one of the things that are on their way, and all that follows at once. */
  async happen(): Promise<void> {
    const index = Math.floor(this.#chance() * this.onTheWay.length);
    this.onTheWay.splice(index, 1)[0]?.();
    await new Promise((done) => setImmediate(done));
  }

  get #isLost(): boolean {
    return !this.isCalm && this.#chance() < LOSS;
  }

  send(request: Request): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const lose = () => reject(this.refuse('network'));
      this.onTheWay.push(() => {
        if (this.#isLost) return lose();
        const answer = this.answer(request);
        const arrive = () => (answer instanceof Error ? reject(answer) : resolve(structuredClone(answer)));
        this.onTheWay.push(this.#isLost ? lose : arrive);
      });
    });
  }

  /** Answers `GET /session/events`. */
  open(signal: AbortSignal): Promise<Response> {
    return new Promise((resolve, reject) => {
      const lose = () => reject(new TypeError('Failed to fetch'));
      signal.addEventListener('abort', lose);
      this.onTheWay.push(() => (this.#isLost ? lose() : resolve(this.#stream(signal))));
    });
  }

  #stream(signal: AbortSignal): Response {
    if (!this.session.id) return new Response(null, { status: 204 });
    const body = new ReadableStream<Uint8Array>({
      start: (control) => {
        const line: Line = { id: this.session.id, control, isOpen: true, waiting: undefined };
        this.#lines.add(line);
        signal.addEventListener('abort', () => this.#hangUp(line));
        this.#say(line);
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  }

  #hangUp(line: Line): void {
    if (line.isOpen) line.control.error(new TypeError('network error'));
    line.isOpen = false;
    this.#lines.delete(line);
  }

  /** Whoever changed it, every stream will say so. */
  #publish(): void {
    for (const line of this.#lines) this.#say(line);
  }

  #say(line: Line): void {
    const isOver = this.session.id !== line.id;
    const isNew = line.waiting === undefined;
    line.waiting = `event: ${isOver ? 'end' : 'session'}\ndata: {"session_id":"${line.id}","revision":${isOver ? 999 : this.session.revision}}\n\n`;
    if (!isNew) return;
    this.onTheWay.push(() => {
      if (!line.isOpen) return;
      if (this.#isLost) return this.#hangUp(line);
      this.said += 1;
      line.control.enqueue(new TextEncoder().encode(line.waiting));
      if (line.waiting?.startsWith('event: end')) {
        line.control.close();
        line.isOpen = false;
        this.#lines.delete(line);
      }
      line.waiting = undefined;
    });
  }

  /** Another device does something to this browser's session: nobody here is told but by the stream. */
  elsewhere(): void {
    const { signins, active_signin: active } = this.session;
    if (signins.length === 0) return;
    const one = this.pick(signins);
    const left = signins.filter((other) => other !== one);
    this.pick([
      () => this.change(signins, one),
      () => this.change(signins, one),
      () => this.#scope(),
      () => this.change(left, active === one ? (left[0] ?? null) : active),
      () => this.change([], null),
    ])();
  }

  /** Somebody makes the active account act for an organization, or for itself again. */
  #scope(): void {
    const { active_signin: active, signins } = this.session;
    if (!active) return;
    const scoped = { ...active, active_organization_membership_id: active.active_organization_membership_id ? null : 'mem_1' };
    this.change(signins.map((one) => (one.id === scoped.id ? scoped : one)), scoped);
  }

  protected answer({ path, body }: Request): unknown {
    const { active_signin: active, signins } = this.session;
    const { sign_in_id: id, name } = (body ?? {}) as { sign_in_id?: string; name?: string };
    if (path.startsWith('/session/token')) {
      if (!active) return this.refuse('signed_out', 401);
      return { token: tokenOf(this.session), expires: 0, lifetime_ms: 60_000, signin_id: active.id, revision: this.session.revision };
    }
    if (path === '/deployment') return deployment();
    if (path.startsWith('/session?') || path === '/session') return this.session;
    if (path === '/auth/signin') return this.#add(String(name));
    const found = signins.find((one) => one.id === id);
    if (id !== undefined && !found) return this.refuse('sign_in_not_found', 404);
    if (path === '/session/switch-sign-in') return this.change(signins, found ?? null);
    const left = signins.filter((one) => id !== undefined && one.id !== id);
    return this.change(left, active?.id === id || id === undefined ? (left[0] ?? null) : active);
  }

  #add(name: string): Session {
    // As on a server, no two sessions have a sign-in of one id; of one session the second sign-in takes the first's place.
    const id = this.session.id ? this.#sessions : this.#sessions + 1;
    const added = { ...signIn(name), id: `sin_${name}_${id}` };
    return this.change([...this.session.signins.filter(({ user_id }) => user_id !== added.user_id), added], added);
  }

  protected change(signins: Session['signins'], active: Session['active_signin']): Session {
    const { id, revision } = this.session;
    this.session =
      signins.length === 0
        ? { ...emptySession(), end_reason: 'signed_out' }
        : { ...this.session, id: id || `ses_${(this.#sessions += 1)}`, revision: revision + 1, signins, active_signin: active };
    this.#publish();
    return this.session;
  }
}

/** Hands messages to the others as tasks, which come when they come. */
export function channels(world: World) {
  const open = new Set<Channel>();
  return class Channel {
    onmessage: ((event: { data: unknown }) => void) | null = null;

    constructor(readonly name: string) {
      open.add(this);
    }

    postMessage(message: unknown): void {
      for (const other of open) {
        if (other === this || other.name !== this.name) continue;
        const data: unknown = structuredClone(message);
        world.onTheWay.push(() => open.has(other) && other.onmessage?.({ data }));
      }
    }

    close(): void {
      open.delete(this);
    }
  };
  type Channel = { onmessage: ((event: { data: unknown }) => void) | null; readonly name: string };
}
