/** A server that knows the scopes of tabs, and tabs that have storage of their own. */
import { KeyrackProvider, type Session, type SignIn } from '@keyrack/react';
import { inScope } from '@keyrack/react/scope';
import { render } from '@testing-library/react';
import { createElement } from 'react';
import { vi } from 'vitest';
import type { Client } from '../src/client.js';
import { useClient } from '../src/provider.js';
import { type Recorded, FakeServer, PRODUCTION_KEY, type Reply } from './fake-server.js';
import { session } from './fixtures.js';
import { open, pass, type Tab } from './harness.js';

/** What is asked for in a scope is checked, and nothing of it is stored. */
export class TabServer extends FakeServer {
  override organizations = ['org_a', 'org_b'];
  override workspaces: Readonly<Record<string, string>> = { wsp_1: 'org_a', wsp_2: 'org_b' };

  protected override usual(request: Recorded, what: string): Reply {
    const scope = new URLSearchParams(request.path.split('?')[1]).get('scope');
    if (scope === null) return super.usual(request, what);
    const stands = inScope(this.session, scope);
    const [, ...places] = scope.split('.');
    if (!stands || !places.every((id) => this.#lets(id))) return { status: 403, code: 'scope_not_available' };
    const { body } = request;
    switch (what) {
      case 'GET /session/token':
        return { data: { ...this.token((stands.active_signin as SignIn).id), token: `token of ${scope}` } };
      case 'GET /me':
        return { data: stands.active_signin?.user };
      case 'POST /organizations':
        this.organizations = [...this.organizations, `org_${body['name']}`];
        return { data: { organization: { id: `org_${body['name']}` } } };
      default:
        return this.#unstored(stands, () => super.usual(request, what));
    }
  }

  #lets(membership: string): boolean {
    const id = membership.replace('mem_', '');
    return id === '-' || this.organizations.includes(id) || id in this.workspaces;
  }

  /** Done as if it were stored, and then forgotten. */
  #unstored(stands: Session, change: () => Reply): Reply {
    const kept = this.session;
    this.session = stands;
    const reply = change();
    const seen = this.session;
    this.session = kept;
    return reply.data ? { data: { ...seen, revision: kept.revision } } : reply;
  }

  /** All requests of this path since the test began, with the scope that they named. */
  scopes(path: string): (string | null)[] {
    const asked = this.requests.map(({ path: whole }) => whole.split('?'));
    return asked.filter(([of]) => of === path).map(([, query]) => new URLSearchParams(query).get('scope'));
  }
}

/** Ada, who is active, and Bob on one browser, in two organizations. */
export function twoAccounts(): TabServer {
  return new TabServer(session(['ada', 'bob']));
}

/** What a browser keeps for one tab. */
export class FakeStorage {
  readonly #items: Map<string, string>;

  /** A duplicated tab begins with a copy of what the other one has. */
  constructor(other?: FakeStorage) {
    this.#items = new Map(other ? other.#items : []);
  }

  getItem(name: string): string | null {
    return this.#items.get(name) ?? null;
  }

  setItem(name: string, text: string): void {
    this.#items.set(name, text);
  }

  get texts(): string[] {
    return [...this.#items.values()];
  }
}

export interface OwnTab extends Tab {
  readonly storage: FakeStorage;

  /** As `<sign-in> <organization> <workspace>`. */
  readonly stands: string;
}

/** Opens a tab with a scope of its own; the same one again when it gets its storage. */
export async function openTab(storage = new FakeStorage(), initialSession?: Session): Promise<OwnTab> {
  vi.stubGlobal('sessionStorage', storage);
  const tab = await open({ scope: 'tab', ...(initialSession && { initialSession }) });
  return {
    storage,
    get stands() {
      return standsIn(tab.loaded.session);
    },
    get hook() {
      return tab.hook;
    },
    get loaded() {
      return tab.loaded;
    },
    shown: tab.shown,
    unmount: tab.unmount,
  };
}

/** What the hooks of one tab are made of. */
export async function openClient(storage = new FakeStorage()): Promise<Client> {
  let client!: Client;
  const Probe = (): null => {
    client = useClient();
    return null;
  };
  vi.stubGlobal('sessionStorage', storage);
  render(createElement(KeyrackProvider, { publishableKey: PRODUCTION_KEY, scope: 'tab' }, createElement(Probe)));
  await pass();
  return client;
}

export function standsIn({ active_signin: active }: Session): string {
  const { id, active_organization_membership_id: organization, active_workspace_membership_id: workspace } = active ?? {};
  return `${id} ${organization} ${workspace}`.replaceAll('mem_', '').replaceAll('null', '-');
}
