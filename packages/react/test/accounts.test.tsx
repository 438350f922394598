/** useSessionList(): what a chooser shows, and what is left in this browser. */
import { KeyrackProvider, type Session, type UseSession, useSession, useSessionList } from '@keyrack/react';
import { render } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { FakeServer, ORIGIN, PRODUCTION_KEY } from './fake-server.js';
import { emptySession, session, signIn } from './fixtures.js';
import { outcome, pass, renderAsServer } from './harness.js';

const ENTRY = `keyrack:${ORIGIN}:accounts`;

interface Chooser {
  hook: UseSession;
  list: ReturnType<typeof useSessionList>;
  shown: string[];
  unmount: () => void;
}

/** Opens a page with a chooser and waits until it shows somebody. */
async function openChooser(publishableKey = PRODUCTION_KEY): Promise<Chooser> {
  const chooser = { shown: [] as string[] } as Chooser;
  function Page() {
    Object.assign(chooser, { hook: useSession(), list: useSessionList() });
    chooser.shown.push(inWords(chooser));
    return <p>{inWords(chooser)}</p>;
  }
  const { unmount } = render(
    <KeyrackProvider publishableKey={publishableKey}>
      <Page />
    </KeyrackProvider>,
  );
  await pass();
  return Object.assign(chooser, { unmount });
}

/** `ada bob | eve idle`: who is signed in, and who was. */
function inWords({ list: { signins = [], ended = [] } }: Chooser): string {
  const live = signins.map(({ user }) => user.first_name);
  return [...live, '|', ...ended.map(({ name, end_reason }) => `${name} ${end_reason}`)].join(' ');
}

/** What a browser tells the other tabs when an entry changes, or all of them at once. */
async function heard(key: string | null): Promise<void> {
  dispatchEvent(new StorageEvent('storage', { key }));
  await pass();
}

function without(names: readonly string[], fields: Partial<Session>): Partial<Session> {
  const signins = names.map(signIn);
  return { signins, active_signin: signins[0] ?? null, ...fields };
}

async function seen(server: FakeServer, chooser: Chooser, fields: Partial<Session>): Promise<string> {
  server.change(fields);
  await outcome(chooser.hook.refetch());
  return inWords(chooser);
}

test('the list is loading until the session is there, and has nothing of storage on a server', async () => {
  const server = new FakeServer(session(['ada']));
  const { release } = server.hold('GET', '/session');
  const chooser = await openChooser();
  expect(chooser.list).toEqual({ loading: true, error: undefined });
  release();
  await pass();
  expect(chooser.list).toMatchObject({ loading: false, ended: [], signins: [{ id: 'sin_ada' }] });
  await seen(server, chooser, without([], { end_reason: 'idle' }));
  const Ended = () => <p>{useSessionList().ended?.length}</p>;
  const page = (
    <KeyrackProvider publishableKey={PRODUCTION_KEY} initialSession={emptySession()}>
      <Ended />
    </KeyrackProvider>
  );
  expect(renderAsServer(page)).toBe('<p>0</p>');
});

test.for(['idle', 'max_age', 'revoked_by_admin', 'credentials_changed', 'user_disabled', 'evicted_by_cap'] as const)(
  'an active sign-in that ended by %s is offered again, with that reason',
  async (end_reason) => {
    const server = new FakeServer(session(['ada', 'bob']));
    const chooser = await openChooser();
    expect(await seen(server, chooser, without(['bob'], { end_reason }))).toBe(`bob | ada ${end_reason}`);
    expect(chooser.list.ended).toEqual([
      {
        user_id: 'usr_ada',
        name: 'ada',
        email_address: 'ada@example.com',
        username: '',
        profile_picture_url: '',
        end_reason,
        ended_at: new Date().toISOString(),
      },
    ]);
  },
);

test.for(['signed_out', 'signed_out_elsewhere', 'user_deleted'] as const)(
  'an account that ended by %s leaves nothing behind',
  async (end_reason) => {
    const server = new FakeServer(session(['ada', 'bob']));
    const chooser = await openChooser();
    expect(await seen(server, chooser, without(['bob'], { end_reason }))).toBe('bob |');
    expect(localStorage.getItem(ENTRY)).not.toContain('ada');
  },
);

test('the reason is that of the active account only; of the others nobody said why', async () => {
  const server = new FakeServer(session(['ada', 'bob', 'eve']));
  const chooser = await openChooser();
  expect(await seen(server, chooser, without(['ada', 'bob'], {}))).toBe('ada bob | eve null');
  expect(await seen(server, chooser, without(['bob'], { end_reason: 'max_age' }))).toBe('bob | ada max_age eve null');
  server.session = { ...emptySession(), end_reason: 'idle' };
  await outcome(chooser.hook.refetch());
  expect(inWords(chooser)).toBe('| bob idle ada max_age eve null');
});

test.for([
  ['before their time is forgotten', 60_000, '|'],
  ['when their time was over is offered again', -1, '| ada null bob null'],
] as const)('whoever is gone without a word %s', async ([, left, shown]) => {
  const expires_at = new Date(Date.now() + left).toISOString();
  const signins = ['ada', 'bob'].map((name) => ({ ...signIn(name), expires_at }));
  const server = new FakeServer({ ...session([]), signins, active_signin: signins[0] ?? null });
  const chooser = await openChooser();
  // Somebody signed out on another origin of the same cookie: here there is only a browser without one.
  server.session = emptySession();
  await outcome(chooser.hook.refetch());
  expect(inWords(chooser)).toBe(shown);
  expect(localStorage.getItem(ENTRY)?.includes('ada') ?? false).toBe(left < 0);
});

test('of two that end together, the reason is that of the active one', async () => {
  const server = new FakeServer(session(['ada', 'bob', 'eve']));
  const chooser = await openChooser();
  expect(await seen(server, chooser, without(['bob'], { end_reason: 'max_age' }))).toBe('bob | ada max_age eve null');
});

test('what ended while no page was open is noticed by the next one', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  (await openChooser()).unmount();
  server.session = { ...emptySession(), end_reason: 'idle' };
  expect(inWords(await openChooser())).toBe('| ada idle bob idle');
});

test('whoever signs in again is off the list at that very rendering', async () => {
  const server = new FakeServer(session(['ada']));
  const chooser = await openChooser();
  await seen(server, chooser, without([], { end_reason: 'idle' }));
  server.signInAs('ada');
  await outcome(chooser.hook.refetch());
  expect(chooser.shown).toContain('| ada idle');
  expect(chooser.shown).not.toContain('ada | ada idle');
  expect(inWords(chooser)).toBe('ada |');
});

test('signOut leaves nothing of that account behind, also where no list is shown', async () => {
  new FakeServer(session(['ada', 'bob', 'eve']));
  (await openChooser()).unmount();
  let hook: UseSession | undefined;
  const Page = () => String((hook = useSession()).status);
  render(
    <KeyrackProvider publishableKey={PRODUCTION_KEY}>
      <Page />
    </KeyrackProvider>,
  );
  await pass();
  await outcome(hook?.signOut?.('sin_bob') ?? Promise.reject());
  expect(localStorage.getItem(ENTRY)).not.toContain('bob');
  expect(localStorage.getItem(ENTRY)).toContain('eve');
  await outcome(hook?.signOut?.() ?? Promise.reject());
  expect(localStorage.getItem(ENTRY)).toBeNull();
});

test('a sign-out here forgets also when another tab noticed the ending first and took it for another', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const [one, two] = [await openChooser(), await openChooser()];
  const { release } = server.hold('POST', '/session/sign-out');
  const out = one.hook.signOut?.('sin_bob');
  await pass();
  await outcome(two.hook.refetch());
  expect(inWords(two)).toBe('ada | bob null');
  release();
  await outcome(out ?? Promise.reject());
  expect(localStorage.getItem(ENTRY)).not.toContain('bob');
});

test('forget takes an account off the list in every tab', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const [one, two] = [await openChooser(), await openChooser()];
  await seen(server, one, without([], { end_reason: 'idle' }));
  await outcome(two.hook.refetch());
  await heard(ENTRY);
  expect(inWords(two)).toBe('| ada idle bob idle');
  one.list.forget?.('usr_ada');
  await heard(ENTRY);
  expect([inWords(one), inWords(two)]).toEqual(['| bob idle', '| bob idle']);
  localStorage.clear();
  await heard(null);
  expect([inWords(one), inWords(two)]).toEqual(['|', '|']);
});

test('a tab that has not heard yet does not bring back what a newer one took off', async () => {
  const server = new FakeServer(session(['ada', 'bob']));
  const one = await openChooser();
  const { release } = server.hold('GET', '/session');
  const late = await openChooser();
  await seen(server, one, without(['bob'], { end_reason: 'signed_out' }));
  const written = localStorage.getItem(ENTRY);
  release();
  await pass();
  expect(inWords(late)).toBe('ada bob |');
  expect(localStorage.getItem(ENTRY)).toBe(written);
});

test('tabs that see the same write once', async () => {
  new FakeServer(session(['ada', 'bob']));
  const writes = vi.spyOn(Storage.prototype, 'setItem');
  const [one, two] = [await openChooser(), await openChooser()];
  await outcome(one.hook.refetch());
  await outcome(two.hook.refetch());
  expect(writes.mock.calls.filter(([name]) => name === ENTRY).length).toBe(1);
});

test('at most ten ended accounts are remembered, for at most 90 days', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `user${index}`);
  const server = new FakeServer(session(names));
  const chooser = await openChooser();
  await seen(server, chooser, without([], { end_reason: 'idle' }));
  expect(chooser.list.ended?.length).toBe(10);
  chooser.unmount();
  vi.setSystemTime(Date.now() + 90 * 86_400_000);
  const later = await openChooser();
  expect(later.list.ended).toEqual([]);
  expect(localStorage.getItem(ENTRY)).toBeNull();
});

test.for(['{', '[]', '{"accounts":5}', '{"accounts":[null]}', '{"accounts":[{}]}'])(
  'an entry that somebody else wrote is no list: %s',
  async (text) => {
    localStorage.setItem(ENTRY, text);
    new FakeServer(session(['ada']));
    expect(inWords(await openChooser())).toBe('ada |');
  },
);

test('an application without a chooser leaves nothing behind', async () => {
  new FakeServer(session(['ada', 'bob']));
  let hook: UseSession | undefined;
  const Page = () => String((hook = useSession()).status);
  render(
    <KeyrackProvider publishableKey={PRODUCTION_KEY}>
      <Page />
    </KeyrackProvider>,
  );
  await pass();
  await outcome(hook?.signOut?.('sin_bob') ?? Promise.reject());
  expect(localStorage.length).toBe(0);
});

test('two deployments have lists of their own', async () => {
  const server = new FakeServer(session(['ada']));
  const chooser = await openChooser();
  await seen(server, chooser, without([], { end_reason: 'idle' }));
  const Ended = () => <p>{useSessionList().ended?.length ?? 'loading'}</p>;
  const { container } = render(
    <KeyrackProvider publishableKey={`pk_live_${btoa(`${ORIGIN}/keyrack`)}`} initialSession={emptySession()}>
      <Ended />
    </KeyrackProvider>,
  );
  expect(container.textContent).toBe('0');
});
