/** A page that shows whatever hangs on an account and its scope. */
import {
  KeyrackProvider,
  type KeyrackProviderProps,
  type Session,
  type SessionLoaded,
  useNotifications,
  useOrganization,
  useOrganizationList,
  useOrganizationMembers,
  useSession,
  useWorkspaceList,
  type UseNotifications,
  type UseOrganization,
} from '@keyrack/react';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { FakeServer, PRODUCTION_KEY } from './fake-server.js';
import { session } from './fixtures.js';
import { pass } from './harness.js';

/** Ada administrates `org_a` and is in `org_b`, where Bob is too; Bob has `org_c` to himself. */
export function twoAccounts(): FakeServer {
  return withTeams(new FakeServer(session(['ada', 'bob'])));
}

/** The same of any server. */
export function withTeams<T extends FakeServer>(server: T): T {
  const { teams } = server;
  teams.members = {
    org_a: { usr_ada: ['organization:admin'] },
    org_b: { usr_ada: ['organization:member'], usr_bob: ['organization:manage'] },
    org_c: { usr_bob: ['organization:admin'] },
    wsp_a: { usr_ada: ['workspace:admin'] },
    wsp_b: { usr_bob: ['workspace:member'] },
  };
  server.workspaces = { wsp_a: 'org_a', wsp_b: 'org_b' };
  teams.inbox = [
    { id: 'not_1', user_id: 'usr_ada', title: 'for ada', organization_id: null, is_read: false },
    { id: 'not_2', user_id: 'usr_ada', title: 'for ada in a', organization_id: 'org_a', is_read: false },
    { id: 'not_3', user_id: 'usr_bob', title: 'for bob', organization_id: null, is_read: false },
  ];
  return server;
}

/** Renders something in a provider of its own and waits until what happens at once has happened. */
export async function show(children: ReactNode, props: Partial<KeyrackProviderProps> = {}): Promise<ReturnType<typeof render>> {
  const page = render(
    <KeyrackProvider publishableKey={PRODUCTION_KEY} {...props}>
      {children}
    </KeyrackProvider>,
  );
  await pass();
  return page;
}

/** Opens a page that calls one hook, and gives what that returned at last. */
export async function using<T>(hook: () => T): Promise<{ readonly now: T; readonly session: SessionLoaded; readonly unmount: () => void }> {
  let now: T | undefined;
  let held: ReturnType<typeof useSession> | undefined;
  function Page() {
    held = useSession();
    now = hook();
    return null;
  }
  const { unmount } = await show(<Page />);
  return {
    get now() {
      return now as T;
    },
    get session() {
      return held as SessionLoaded;
    },
    unmount,
  };
}

/** What one rendering showed; what was not there yet is undefined. */
export interface State {
  readonly who: string;

  /** The membership that the session says is active. */
  readonly scope: string | null;
  readonly organizations: readonly string[] | undefined;
  readonly workspaces: readonly string[] | undefined;
  readonly active: string | undefined;
  readonly members: readonly string[] | undefined;
  readonly inbox: readonly string[] | undefined;

  /** The part of the inbox that belongs to the active organization. */
  readonly here: readonly string[] | undefined;
}

/** Everything of an account and its scope, one entry for each rendering. */
export interface Everything {
  readonly session: SessionLoaded;

  /** The organization that both accounts are in. */
  readonly place: UseOrganization;
  readonly inbox: UseNotifications;
  readonly states: readonly State[];
  readonly shown: readonly string[];
  readonly text: string;
}

function useEverything(session: Session | undefined): State {
  const active = session?.active_signin;
  return {
    who: active?.user.first_name ?? 'nobody',
    scope: active?.active_organization_membership_id ?? null,
    organizations: useOrganizationList().organizations?.map(({ name }) => name),
    workspaces: useWorkspaceList().workspaces?.map(({ name }) => name),
    active: useOrganization().organization?.name,
    members: useOrganizationMembers().members?.map(({ user }) => user.first_name),
    inbox: useNotifications().notifications?.map(({ title }) => title),
    here: useNotifications({ channel: 'organization' }).notifications?.map(({ title }) => title),
  };
}

/** `ada: org_a org_b / wsp_a / org_a / ada / for ada / for ada in a`: `…` for what is not there yet. */
function inWords({ who, active = '-', ...lists }: State): string {
  const words = (list: readonly string[] | undefined): readonly string[] => list ?? ['…'];
  const { organizations, workspaces, members, inbox, here } = lists;
  const all = [`${who}:`, ...words(organizations), '/', ...words(workspaces), '/', active, '/', ...words(members), '/'];
  return [...all, ...words(inbox), '/', ...words(here)].join(' ');
}

/** Opens a page that shows everything. */
export async function everything(props: Partial<KeyrackProviderProps> = {}): Promise<Everything> {
  const states: State[] = [];
  let held: { session: SessionLoaded; place: UseOrganization; inbox: UseNotifications } | undefined;
  function Page() {
    const session = useSession() as SessionLoaded;
    held = { session, place: useOrganization('org_b'), inbox: useNotifications() };
    const state = useEverything(session.session);
    states.push(state);
    return <p>{inWords(state)}</p>;
  }
  const { container } = await show(<Page />, props);
  const now = (): NonNullable<typeof held> => held as NonNullable<typeof held>;
  return {
    get session() {
      return now().session;
    },
    get place() {
      return now().place;
    },
    get inbox() {
      return now().inbox;
    },
    states,
    get shown() {
      return states.map(inWords);
    },
    get text() {
      return container.textContent ?? '';
    },
  };
}
