/**
 * Two tabs, one server, and nothing comes in the order in which it was sent: requests arrive, are done and are answered
 * whenever chance has it, some get lost on either way, and what one tab tells the other waits as well. Each round is a
 * number; `RACE=17` repeats the one that failed.
 */
import type { Session } from '@keyrack/react';
import { expect, test, vi } from 'vitest';
import { Client } from '../src/client.js';
import { clientError, KeyrackError } from '../src/error.js';
import type { Request } from '../src/transport.js';
import { deployment, emptySession, session, signIn } from './fixtures.js';

const ROUNDS = 200;
const STEPS = 60;

/** A small generator of numbers from 0 to 1, the same ones for the same seed. */
function chance(seed: number): () => number {
  let state = seed + 0x9e3779b9;
  return () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    state = Math.imul(state ^ (state >>> 12), 0x297a2d39);
    state ^= state >>> 15;
    return (state >>> 0) / 2 ** 32;
  };
}

/** The server and everything that is on its way: whatever happens next is drawn from here. */
class World {
  session: Session = session(['ada', 'bob']);
  readonly onTheWay: (() => void)[] = [];
  readonly #chance: () => number;
  #sessions = 1;

  constructor(seed: number) {
    this.#chance = chance(seed);
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

  send(request: Request, isCalm: () => boolean): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const lose = () => reject(clientError('network', 'Lost.'));
      this.onTheWay.push(() => {
        if (!isCalm() && this.#chance() < 0.08) return lose();
        const answer = this.#do(request);
        const arrive = () => (answer instanceof KeyrackError ? reject(answer) : resolve(structuredClone(answer)));
        this.onTheWay.push(!isCalm() && this.#chance() < 0.08 ? lose : arrive);
      });
    });
  }

  #do({ path, body }: Request): unknown {
    const { active_signin: active, signins } = this.session;
    const { sign_in_id: id, name } = (body ?? {}) as { sign_in_id?: string; name?: string };
    if (path.startsWith('/session/token')) {
      if (!active) return new KeyrackError('signed_out', 'Signed out.', 401);
      return { token: active.id, expires: 0, lifetime_ms: 60_000, signin_id: active.id, revision: this.session.revision };
    }
    if (path === '/deployment') return deployment();
    if (path.startsWith('/session?') || path === '/session') return this.session;
    if (path === '/auth/signin') return this.#add(String(name));
    const found = signins.find((one) => one.id === id);
    if (id !== undefined && !found) return new KeyrackError('sign_in_not_found', 'No.', 404);
    if (path === '/session/switch-sign-in') return this.#change(signins, found ?? null);
    const left = signins.filter((one) => id !== undefined && one.id !== id);
    return this.#change(left, active?.id === id || id === undefined ? (left[0] ?? null) : active);
  }

  #add(name: string): Session {
    const added = signIn(name);
    return this.#change([...this.session.signins.filter(({ id }) => id !== added.id), added], added);
  }

  #change(signins: Session['signins'], active: Session['active_signin']): Session {
    if (signins.length === 0) return (this.session = { ...emptySession(), end_reason: 'signed_out' });
    const id = this.session.id || `ses_${(this.#sessions += 1)}`;
    return (this.session = { ...this.session, id, revision: this.session.revision + 1, signins, active_signin: active });
  }
}

/** Hands messages to the others as tasks, which come when they come. */
function channels(world: World) {
  const open = new Set<Channel>();
  class Channel {
    onmessage: ((event: { data: unknown }) => void) | null = null;

    constructor() {
      open.add(this);
    }

    postMessage(message: unknown): void {
      for (const other of open) {
        if (other === this) continue;
        const data: unknown = structuredClone(message);
        world.onTheWay.push(() => other.onmessage?.({ data }));
      }
    }

    close(): void {
      open.delete(this);
    }
  }
  return Channel;
}

/** What must hold of one tab at every moment. */
function watch(client: Client): () => void {
  let last: Session | undefined;
  return client.subscribe(() => {
    const { session: now } = client.view();
    if (last) expect(now, 'loaded for good').toBeDefined();
    if (now?.id === last?.id) expect(now?.revision ?? 0).toBeGreaterThanOrEqual(last?.revision ?? 0);
    const { active_signin: active, signins = [] } = now ?? {};
    for (const one of active ? [active, ...signins] : signins) expect(one.user.id).toBe(one.user_id);
    last = now;
  });
}

const EXPECTED = ['network', 'no_session', 'session_changed', 'sign_in_not_found'];

/** One thing that somebody does in one tab, and what must be so when it is done. */
function act(world: World, client: Client): Promise<unknown> {
  const { switchSignIn, signOut, refetch, getToken } = client.view();
  const id = `sin_${world.pick(['ada', 'bob', 'eve'])}`;
  const deeds: (() => Promise<unknown> | undefined)[] = [
    () => getToken().then((token) => expect(token).toBe(client.view().session?.active_signin?.id)),
    () => getToken().then((token) => expect(token).toBe(client.view().session?.active_signin?.id)),
    () => switchSignIn?.(id),
    () => switchSignIn?.(id),
    () => signOut?.(id),
    () => signOut?.(),
    () => refetch(),
    () => refetch(),
    () => client.mutate({ path: '/auth/signin', body: { name: id.slice(4) }, isDone: () => false }),
  ];
  return (world.pick(deeds)() ?? Promise.resolve()).catch((error: unknown) => {
    if (!(error instanceof KeyrackError)) throw error;
    expect(EXPECTED).toContain(error.code);
  });
}

async function round(seed: number): Promise<void> {
  const world = new World(seed);
  vi.stubGlobal('BroadcastChannel', channels(world));
  let isCalm = false;
  const sender = { send: (request: Request) => world.send(request, () => isCalm) };
  const tabs = [new Client('race', sender), new Client('race', sender)];
  const ends = tabs.map(watch);
  const deeds: Promise<unknown>[] = tabs.map((tab) => tab.refresh());
  for (let step = 0; step < STEPS; step += 1) {
    if (world.pick([true, false, false])) deeds.push(act(world, world.pick(tabs)));
    else await world.happen();
  }
  isCalm = true;
  while (world.onTheWay.length > 0) await world.happen();
  deeds.push(...tabs.map((tab) => tab.view().refetch()));
  while (world.onTheWay.length > 0) await world.happen();
  await Promise.all(deeds);
  for (const tab of tabs) expect(tab.view()).toMatchObject({ loading: false, stale: false, session: world.session });
  tabs.forEach((tab) => tab.stop());
  ends.forEach((end) => end());
}

// React has no part in it: once is enough.
const isFirst = process.env['REACT'] === '19';

test.runIf(isFirst)('H13 H33 whatever comes when, no tab goes back, no token is another’s, all end alike', async () => {
  vi.useRealTimers();
  const only = process.env['RACE'];
  const seeds = only ? [Number(only)] : Array.from({ length: ROUNDS }, (_, seed) => seed);
  for (const seed of seeds) {
    try {
      await round(seed);
    } catch (error) {
      throw new Error(`RACE=${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
}, 120_000);
