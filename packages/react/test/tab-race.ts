/** Stories as in race.ts, of tabs that have scopes of their own: accounts and organizations are chosen in each for itself. */
import type { Session, SignIn } from '@keyrack/react';
import { expect, vi } from 'vitest';
import type { Client } from '../src/client.js';
import type { KeyrackError } from '../src/error.js';
import { inScope, scopeOf } from '../src/scope.js';
import type { Request } from '../src/transport.js';
import { FakeLocks } from './fake-browser.js';
import type { Code } from './race.js';
import { FakeStorage } from './tab-server.js';
import { channels, World } from './world.js';

const STEPS = 120;
const TABS = 3;
const ORGANIZATIONS = ['org_1', 'org_2'];
const TURNS = ['act', 'act', 'act', 'act', 'act', 'elsewhere', 'time', 'time', 'reload', ...Array.from({ length: 12 }, () => 'way')];
const EXPECTED = ['network', 'no_session', 'signed_out', 'session_changed', 'sign_in_not_found', 'organization_not_found', 'scope_not_available'];

const membershipOf = ({ user_id }: SignIn, organization: string): string => `mem_${user_id}_${organization}`;

/** A server that checks scopes and stores none. */
class TabWorld extends World {
  /** Memberships that have ended, and those that there are no more for now. */
  readonly #out = new Set<string>();

  /** Everything that has ended so far: sign-ins and memberships. */
  readonly ended: string[] = [];

  /** The session in a scope; null when that is not available. */
  in(scope: string): Session | null {
    const [, organization = '-'] = scope.split('.');
    return this.#out.has(organization) ? null : inScope(this.session, scope);
  }

  protected override answer(request: Request): unknown {
    const [path = '', query] = request.path.split('?');
    const scope = new URLSearchParams(query).get('scope');
    const seen = scope === null ? this.session : this.in(scope);
    const active = seen?.active_signin;
    if (!seen) return this.refuse('scope_not_available', 403);
    if (path === '/session/token') {
      if (!active) return this.refuse('signed_out', 401);
      return { token: scopeOf(seen), expires: 0, lifetime_ms: 60_000, signin_id: active.id, revision: seen.revision };
    }
    if (scope === null && path === '/session/switch-organization') return this.refuse('signed_out', 401);
    if (scope === null || !active) return super.answer(request);
    if (path === '/me') return active.user;
    const { sign_in_id: id, organization_id: organization } = request.body as Record<string, string | undefined>;
    if (path === '/session/switch-organization') return this.#enter(active, organization);
    const target = seen.signins.find((one) => one.id === id);
    return target ? inScope(this.session, scopeOf({ active_signin: target })) : this.refuse('sign_in_not_found', 404);
  }

  #enter(active: SignIn, organization: string | undefined): unknown {
    const membership = organization ? membershipOf(active, organization) : '-';
    return this.in(`${active.id}.${membership}.-`) ?? this.refuse('organization_not_found', 404);
  }

  override elsewhere(): void {
    const { signins, active_signin: active } = this.session;
    if (signins.length === 0 || !active) return;
    const one = this.pick(signins);
    const left = signins.filter((other) => other !== one);
    const membership = membershipOf(one, this.pick(ORGANIZATIONS));
    this.pick([
      () => this.change(signins, one),
      () => this.#toggle(membership),
      () => this.#toggle(membership),
      () => this.change(left, active === one ? (left[0] ?? null) : active),
    ])();
  }

  /** A membership ends, or somebody lets the account in again. */
  #toggle(membership: string): void {
    if (!this.#out.delete(membership)) {
      this.#out.add(membership);
      this.ended.push(membership);
    }
    this.change(this.session.signins, this.session.active_signin);
  }

  protected override change(signins: Session['signins'], active: Session['active_signin']): Session {
    const gone = this.session.signins.filter(({ id }) => !signins.some((one) => one.id === id));
    this.ended.push(...gone.map(({ id }) => id));
    return super.change(signins, active);
  }
}

interface Tab {
  client: Client;
  storage: FakeStorage;

  /** Where it was brought, and how much had ended by then. */
  at: string;
  since: number;
  deeds: number;
}

function act(world: TabWorld, { client }: Tab, KnownError: typeof KeyrackError): Promise<unknown> {
  const { session, switchSignIn, switchOrganization, signOut, refetch, getToken } = client.view();
  const name = world.pick(['ada', 'bob', 'eve']);
  const { id = `sin_${name}` } = session?.signins.find(({ user }) => user.id === `usr_${name}`) ?? {};
  const token = () => getToken().then((minted) => expect(minted, 'the token is of what is shown').toBe(scopeOf(client.view().session as Session)));
  const enter = () => switchOrganization?.(world.pick([...ORGANIZATIONS, ...ORGANIZATIONS, undefined]));
  const deeds: (() => Promise<unknown> | undefined)[] = [
    ...[token, token, token, enter, enter, enter],
    ...[() => switchSignIn?.(id), () => switchSignIn?.(id)],
    () => refetch(),
    () => signOut?.(id),
    () => client.mutate({ path: '/auth/signin', body: { name }, isDone: () => false }),
  ];
  return (world.pick(deeds)() ?? Promise.resolve()).catch((error: unknown) => {
    if (!(error instanceof KnownError)) throw error;
    expect(EXPECTED).toContain(error.code);
  });
}

/** A tab that did nothing is where it was, unless what it stood on has ended since or, before it heard of that, is gone. */
function watch(world: TabWorld, tab: Tab, failures: unknown[]): void {
  tab.client.subscribe(() => {
    if (tab.deeds > 0 || !tab.client.view().session) return;
    const ended = world.ended.slice(tab.since);
    const mayMove = !world.in(tab.at) || tab.at.split('.').some((part) => ended.includes(part));
    const now = placeOf(tab);
    if (now !== tab.at && !mayMove) failures.push(new Error(`a tab at ${tab.at} went to ${now}`));
    tab.at = now;
  });
}

function placeOf({ client }: Tab): string {
  const { session } = client.view();
  return session ? scopeOf(session) : '';
}

async function settle(world: World, tabs: readonly Tab[]): Promise<void> {
  for (let second = 0; second < 8; second += 1) {
    while (world.onTheWay.length > 0) await world.happen();
    for (const { client } of tabs) if (client.view().error || second === 3) void client.refresh();
    await vi.advanceTimersByTimeAsync(1_000);
    await new Promise((done) => setImmediate(done));
  }
}

/** Tells the story of this number; returns how many tabs stand elsewhere than the session in the end. @throws what did not hold in it */
export async function tabRace(seed: number, code: Code): Promise<number> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  const world = new TabWorld(seed, (kind, status) => new code.KeyrackError(kind, 'In a test.', status));
  vi.stubGlobal('BroadcastChannel', channels(world));
  vi.stubGlobal('navigator', { locks: new FakeLocks() });
  vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false }));
  vi.stubGlobal('addEventListener', () => undefined);
  const failures: unknown[] = [];
  const noted = async (tab: Tab, deed: Promise<unknown>): Promise<void> => {
    const since = world.ended.length;
    tab.deeds += 1;
    await deed.catch((error: unknown) => failures.push(error));
    // Where it was brought by this may have ended as soon as this began.
    if (placeOf(tab) !== tab.at) [tab.at, tab.since] = [placeOf(tab), Math.min(since, tab.deeds > 1 ? tab.since : since)];
    tab.deeds -= 1;
  };
  const open = async (before?: Tab): Promise<Tab> => {
    const storage = new FakeStorage(before?.storage);
    vi.stubGlobal('sessionStorage', storage);
    const sender = { send: (request: Request) => world.send(request), open: (_: Request, signal: AbortSignal) => world.open(signal) };
    const client = new code.Client('race', sender, { scope: 'tab' });
    const tab: Tab = { client, storage, at: before?.at ?? '', since: before?.since ?? 0, deeds: 0 };
    watch(world, tab, failures);
    void tab.client.refresh();
    // It takes its storage when its code has come.
    await new Promise((done) => setImmediate(done));
    return tab;
  };
  const tabs: Tab[] = [];
  while (tabs.length < TABS) tabs.push(await open());
  for (let step = 0; step < STEPS; step += 1) {
    const [turn, tab] = [world.pick(TURNS), world.pick(tabs)];
    if (turn === 'act') void noted(tab, act(world, tab, code.KeyrackError));
    else if (turn === 'reload') {
      if (tab.deeds === 0) {
        tab.client.stop();
        tabs.splice(tabs.indexOf(tab), 1, await open(tab));
      }
    } else if (turn === 'elsewhere') world.elsewhere();
    else if (turn === 'time') await vi.advanceTimersByTimeAsync(world.pick([10, 100, 1_000]));
    else await world.happen();
    await new Promise((done) => setImmediate(done));
  }
  world.isCalm = true;
  await settle(world, tabs);
  if (failures.length > 0) throw failures[0];
  for (const tab of tabs) {
    expect(tab.client.session(), 'all tabs share one session').toEqual(world.session);
    const scope = placeOf(tab);
    if (scope) expect(world.in(scope), `${scope} is available`).toEqual(tab.client.view().session);
    tab.client.stop();
  }
  return tabs.filter((tab) => placeOf(tab) !== scopeOf(world.session)).length;
}
