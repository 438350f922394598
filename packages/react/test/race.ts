/** One story in a world of chance, and what must be true in it at every moment and at its end. */
import type { Session } from '@keyrack/react';
import { expect, vi } from 'vitest';
import type { Client } from '../src/client.js';
import type { KeyrackError } from '../src/error.js';
import type { Request } from '../src/transport.js';
import { FakeLocks } from './fake-browser.js';
import { channels, tokenOf, World } from './world.js';

const STEPS = 120;
const TABS = 3;

/** What happens next is one of these, the more often the more often it stands here. */
const TURNS = ['act', 'act', 'act', 'act', 'elsewhere', 'elsewhere', 'time', 'time', 'close', ...Array.from({ length: 12 }, () => 'way')];

/** The package's code, as it is or with something broken in it. */
export interface Code {
  readonly Client: typeof Client;
  readonly KeyrackError: typeof KeyrackError;
}

interface Tab {
  readonly client: Client;
  readonly end: () => void;

  /** How much is under way that was begun here. */
  deeds: number;
}

/** Numbers requests as one tab sends them, and knows which one brought what. */
class Numbered {
  #count = 0;
  readonly #sent = new WeakMap<object, number>();

  constructor(readonly world: World) {}

  readonly send = async (request: Request): Promise<unknown> => {
    const number = (this.#count += 1);
    const answer = await this.world.send(request);
    this.#sent.set(answer as object, number);
    return answer;
  };

  /** The number of the request that brought this; undefined of what another tab told. */
  of(session: Session | undefined): number | undefined {
    return session && this.#sent.get(session);
  }
}

/** What must hold of one tab at every moment; what did not is added to `failures`. */
function watch(client: Client, requests: Numbered, failures: unknown[]): () => void {
  let last: Session | undefined;
  const check = (): void => {
    const { session: now } = client.view();
    if (last) expect(now, 'loaded for good').toBeDefined();
    if (now?.id === last?.id) expect(now?.revision ?? 0).toBeGreaterThanOrEqual(last?.revision ?? 0);
    else expect(requests.of(now) ?? Infinity, 'of two sessions the one asked for later').toBeGreaterThan(requests.of(last) ?? 0);
    const { active_signin: active, signins = [] } = now ?? {};
    for (const one of active ? [active, ...signins] : signins) expect(one.user.id).toBe(one.user_id);
    last = now;
  };
  return client.subscribe(() => {
    try {
      check();
    } catch (error) {
      failures.push(error);
    }
  });
}

const EXPECTED = ['network', 'no_session', 'session_changed', 'sign_in_not_found'];

/** One thing that somebody does in one tab, and what must be so when it is done. */
function act(world: World, { client }: Tab, code: Code): Promise<unknown> {
  const { session, switchSignIn, signOut, refetch, getToken } = client.view();
  const name = world.pick(['ada', 'bob', 'eve']);
  const { id = `sin_${name}` } = session?.signins.find(({ user }) => user.id === `usr_${name}`) ?? {};
  const tokenIsTheirs = () => getToken().then((token) => expect(token).toBe(tokenOf(client.view().session)));
  const deeds: (() => Promise<unknown> | undefined)[] = [
    tokenIsTheirs,
    tokenIsTheirs,
    () => switchSignIn?.(id),
    () => switchSignIn?.(id),
    () => signOut?.(id),
    () => signOut?.(),
    () => signOut?.(),
    () => refetch(),
    () => refetch(),
    () => client.mutate({ path: '/auth/signin', body: { name }, isDone: () => false }),
    () => client.mutate({ path: '/auth/signin', body: { name }, isDone: () => false }),
  ];
  return (world.pick(deeds)() ?? Promise.resolve()).catch((error: unknown) => {
    if (!(error instanceof code.KeyrackError)) throw error;
    expect(EXPECTED).toContain(error.code);
  });
}

function close(tab: Tab | undefined): void {
  tab?.client.stop();
  tab?.end();
}

/** Everything that is on its way, and then what waits for a time to come, again and again. */
async function settle(world: World, tabs: readonly Tab[]): Promise<void> {
  for (let second = 0; second < 10; second += 1) {
    while (world.onTheWay.length > 0) await world.happen();
    // The provider asks again, a second after a failure.
    for (const { client } of tabs) if (client.view().error) void client.refresh();
    await vi.advanceTimersByTimeAsync(1_000);
    await new Promise((done) => setImmediate(done));
  }
}

function agree(world: World, tabs: readonly Tab[]): void {
  for (const { client } of tabs) {
    expect(client.view().session, 'every tab shows what is so, though nobody refreshed').toEqual(world.session);
  }
}

/** Tells the story of this number, and returns how much the stream had to say. @throws what did not hold in it */
export async function race(seed: number, code: Code): Promise<number> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  const world = new World(seed, (kind, status) => new code.KeyrackError(kind, 'In a test.', status));
  vi.stubGlobal('BroadcastChannel', channels(world));
  vi.stubGlobal('navigator', { locks: new FakeLocks() });
  // No page is left or hidden here.
  vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false }));
  vi.stubGlobal('addEventListener', () => undefined);
  const failures: unknown[] = [];
  const noted = async (tab: Tab, deed: Promise<unknown>): Promise<void> => {
    tab.deeds += 1;
    await deed.catch((error: unknown) => failures.push(error));
    tab.deeds -= 1;
  };
  const opened = (): Tab => {
    const requests = new Numbered(world);
    const client = new code.Client('race', { send: requests.send, open: (_, signal) => world.open(signal) });
    const tab = { client, end: watch(client, requests, failures), deeds: 0 };
    void noted(tab, client.refresh());
    return tab;
  };
  const tabs = Array.from({ length: TABS }, opened);
  for (let step = 0; step < STEPS; step += 1) {
    const [turn, tab] = [world.pick(TURNS), world.pick(tabs)];
    if (turn === 'act') void noted(tab, act(world, tab, code));
    // Of what a tab began that was closed before it was answered, nobody hears while nobody is signed in.
    else if (turn === 'close') tab.deeds === 0 && close(tabs.splice(tabs.indexOf(tab), 1, opened())[0]);
    else if (turn === 'elsewhere') world.elsewhere();
    else if (turn === 'time') await vi.advanceTimersByTimeAsync(world.pick([10, 100, 1_000]));
    else await world.happen();
    // In a browser whatever comes is a task of its own: what was begun before it has gone as far as it can.
    await new Promise((done) => setImmediate(done));
  }
  world.isCalm = true;
  await settle(world, tabs);
  if (failures.length > 0) throw failures[0];
  agree(world, tabs);
  // Once more, when nobody does anything: only the stream tells.
  world.elsewhere();
  await settle(world, tabs);
  agree(world, tabs);
  tabs.forEach(close);
  return world.said;
}
