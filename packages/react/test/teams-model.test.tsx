/**
 * Two accounts, three organizations, two tabs, and chance: answers come when they come or not at all, other devices
 * change everything, and whatever is rendered at any moment must belong to the account and the scope that it is shown
 * with, and whatever a page asks for is done as the account that it showed. `SEED=17` repeats the story that failed; OPERATIONS says how many things happen in all (1 000), FROM which story is
 * the first.
 */
import { act } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import type { FakeServer } from './fake-server.js';
import { session } from './fixtures.js';
import { passUncollected } from './harness.js';
import { type Everything, everything, type State, twoAccounts } from './teams.js';
import { chance } from './world.js';

/** So many operations are done in all, in stories of so many. */
const OPERATIONS = Number(process.env['OPERATIONS'] ?? 1_000);
const STORY = 50;
const FROM = Number(process.env['FROM'] ?? 0);

/** How often something is lost on its way. */
const LOSS = 0.05;

/** Who is where, from beginning to end. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = { org_a: ['ada'], org_b: ['ada', 'bob'], org_c: ['bob'] };
const WORKSPACES: Readonly<Record<string, string>> = { wsp_a: 'ada org_a', wsp_b: 'bob org_b' };

/** Puts chance between the tabs and the server. */
function disturb(random: () => number): void {
  const reach = globalThis.fetch;
  const wait = () => new Promise((done) => setTimeout(done, Math.floor(random() * 400)));
  vi.stubGlobal('fetch', async (url: string, init?: RequestInit) => {
    if (url.includes('/events')) return reach(url, init);
    await wait();
    if (random() < LOSS) throw new TypeError('Failed to fetch');
    const answer = await reach(url, init);
    await wait();
    if (random() < LOSS) throw new TypeError('Failed to fetch');
    return answer;
  });
}

/** What the page had at one moment: nothing in it may be another's than it is shown with. */
function check(state: State, seed: number): void {
  const { who, scope, organizations = [], workspaces = [], active, members = [], inbox = [], here = [] } = state;
  const said = `SEED=${seed}: ${JSON.stringify(state)}`;
  const all = { organizations, workspaces, members, inbox, here };
  if (who === 'nobody') return expect(Object.values(all).flat().concat(active ?? []), said).toEqual([]);
  expect(organizations.filter((id) => !MEMBERS[id]?.includes(who)), said).toEqual([]);
  if (active) expect(scope, said).toBe(`mem_${active}`);
  const at = scope?.slice(4) ?? '';
  expect(workspaces.filter((id) => WORKSPACES[id] !== `${who} ${at}`), said).toEqual([]);
  expect(members.filter((name) => !MEMBERS[at]?.includes(name)), said).toEqual([]);
  expect([...inbox, ...here].filter((title) => !title.startsWith(`for ${who}`)), said).toEqual([]);
  expect(here.filter((title) => `org_${title.at(-1)}` !== at), said).toEqual([]);
}

type Operation = (tab: Everything, server: FakeServer, pick: <T>(choices: readonly T[]) => T) => unknown;

/** What people do here. */
const BY_TABS: Operation[] = [
  ({ session }, _, pick) => session.switchSignIn(pick(['sin_ada', 'sin_bob'])),
  ({ session }, _, pick) => session.switchSignIn(pick(['sin_ada', 'sin_bob'])),
  ({ session }, _, pick) => session.switchOrganization(pick([undefined, 'org_a', 'org_b', 'org_c'])),
  ({ session }, _, pick) => session.switchOrganization(pick([undefined, 'org_a', 'org_b', 'org_c'])),
  ({ session }, _, pick) => session.switchWorkspace(pick(['wsp_a', 'wsp_b'])),
  ({ session }) => session.refetch(),
  ({ session }, _, pick) => session.signOut(pick(['sin_ada', 'sin_bob'])),
  ({ session }) => session.getToken(),
  ({ session, place }) => place.update?.({ description: session.session.active_signin?.id }),
  ({ inbox }) => inbox.markAllRead?.(),
];

/** What other devices do. */
const ELSEWHERE: Operation[] = [
  // Of which nobody tells for a while.
  (_, server, pick) => {
    const { signins } = server.session;
    if (signins.length > 0) server.change({ active_signin: pick(signins) });
  },
  (_, server, pick) => {
    const { signins } = server.session;
    if (signins.length > 0) server.push({ active_signin: pick(signins) });
  },
  (_, server, pick) => {
    const name = pick(['ada', 'bob']);
    if (server.session.signins.some(({ id }) => id === `sin_${name}`)) return;
    server.signInAs(name);
    server.push({});
  },
  (_, server, pick) => {
    const active = server.session.active_signin;
    if (!active) return;
    server.scope(pick([null, ...Object.keys(MEMBERS).filter((id) => MEMBERS[id]?.includes(active.user.first_name))]), null);
    server.push({});
  },
];

/** Every change of a place says who was shown when it was asked for: it was asked for in that name, and for a place of theirs. */
function checkChanges(server: FakeServer, seed: number): void {
  for (const { path, body } of server.requests.filter((request) => request.path.includes('/update?'))) {
    const [, id = '', author] = /^\/organizations\/(.*)\/update\?scope=(.*)\.-\.-$/.exec(path) ?? [];
    const said = `SEED=${seed}: ${path} by ${body['description']}`;
    expect(author, said).toBe(body['description']);
    expect(MEMBERS[id], said).toContain(author?.slice(4));
  }
}

/** Everything that was rendered in it, and the server. */
async function story(seed: number, length = STORY): Promise<{ states: State[]; server: FakeServer }> {
  const random = chance(seed);
  const pick = <T,>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const server = twoAccounts();
  const tabs = [await everything(), await everything()];
  disturb(random);
  for (let done = 0; done < length; done += 1) {
    const operation = random() < 0.2 ? pick(ELSEWHERE) : pick(BY_TABS);
    // What is refused, or lost, is a part of the story.
    await act(async () => void Promise.resolve(operation(pick(tabs), server, pick)).catch(() => undefined));
    await passUncollected(Math.floor(random() * 600));
    // The next browser session, of which nobody tells: the tabs find it when they read.
    if (server.session.signins.length === 0) server.session = { ...session(['ada', 'bob']), id: `ses_${done + 2}` };
  }
  return { states: tabs.flatMap(({ states }) => states), server };
}

const only = process.env['SEED'];
const seeds = only ? [Number(only)] : Array.from({ length: Math.ceil(OPERATIONS / STORY) }, (_, story) => FROM + story);

test.for(seeds)('H22 whatever happens in story %i, nothing of one account or scope is shown under another', async (seed) => {
  const { states, server } = await story(seed);
  expect(states.length).toBeGreaterThan(STORY);
  for (const state of states) check(state, seed);
  checkChanges(server, seed);
});

test('H22 a long story has everything in it that could be shown wrongly', async () => {
  const { states, server } = await story(1, 8 * STORY);
  const changes = server.requests.filter(({ path }) => path.includes('/update?'));
  for (const who of ['ada', 'bob']) {
    const own = states.filter((state) => state.who === who);
    expect(own.some(({ inbox = [] }) => inbox.length > 0), who).toBe(true);
    expect(own.some(({ active, members = [] }) => active && members.length > 0), who).toBe(true);
    expect(changes.some(({ body }) => body['description'] === `sin_${who}`), who).toBe(true);
  }
});
