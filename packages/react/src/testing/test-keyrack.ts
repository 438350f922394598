/** A session for the tests of an application: no server, no storage, no other tabs, no timers. */
import { Client } from '../client.js';
import type { KeyrackError } from '../error.js';
import { watch } from '../permissions.js';
import { shelfOf } from '../shelf.js';
import { Stored } from '../stored.js';
import type { Request } from '../transport.js';
import type { Deployment, Session } from '../types.gen.js';
import { testDeployment } from './fixtures.js';
import { TestServer } from './test-server.js';

/** One call that a component made. */
export interface Call {
  /**
   * Name of the method: `switchSignIn`, `getToken`, …; of the flow hooks `signIn`, `create`, `prepare`, `verify`. What
   * has no name here is called by its request, such as `GET /auth/identifier-availability?type=username&…`.
   */
  readonly method: string;

  /** The arguments; of a flow hook's step the one body that it sends. */
  readonly args: readonly unknown[];
}

/** What {@link TestKeyrack} takes. */
export interface TestKeyrackOptions {
  /** What the hooks show. Without one they are loading, until {@link TestKeyrack.setSession}. */
  readonly session?: Session;

  /** What `useDeployment()` shows; one that is named `Example` when omitted. */
  readonly deployment?: Deployment;

  /**
   * What is read beside the session, by path: `/me/organization-memberships`, `/me/workspace-memberships`,
   * `/organizations/<id>/members`, `/notifications`, … Lists that are not here are empty. What is posted to such a path
   * is recorded, answered with what stands here or `{}`, and changes nothing.
   */
  readonly beside?: Readonly<Record<string, unknown>>;
}

/** The methods' requests. A method that a component calls is recorded as a call, its request is not. */
const METHODS: Readonly<Record<string, string>> = {
  refetch: '/session',
  getToken: '/session/token',
  switchSignIn: '/session/switch-sign-in',
  switchOrganization: '/session/switch-organization',
  switchWorkspace: '/session/switch-workspace',
  signOut: '/session/sign-out',
};

/** What a chooser remembers goes with the test. */
class Unstored extends Stored {
  #text: string | null = null;

  override read(): string | null {
    return this.#text;
  }

  override write(text: string | null): void {
    this.#text = text;
  }
}

const STEPS: Readonly<Record<string, string>> = {
  signIn: '/auth/signin',
  create: '/auth/signup',
  prepare: '/auth/prepare-verification',
  verify: '/auth/attempt-verification',
};

/**
 * What a test gives to `TestKeyrackProvider`. The methods do what they do against a server: `switchSignIn` makes
 * another account of the session the active one, `signOut` takes accounts out of it, `signIn` adds one whatever the
 * password.
 */
export class TestKeyrack {
  /** Every call so far, in order. Empty it by `calls.length = 0`. */
  readonly calls: Call[] = [];

  /** @internal */
  readonly client: Client;

  readonly #server: TestServer;
  readonly #failures: { readonly method: string; readonly error: KeyrackError }[] = [];

  constructor({ session, deployment = testDeployment(), beside }: TestKeyrackOptions = {}) {
    this.#server = new TestServer(deployment, session, beside);
    const sender = { send: (request: Request) => this.#send(request) };
    const remembered = new Unstored('test');
    this.client = new Client('test', sender, {
      session,
      deployment,
      remembered,
      wrap: (methods) => this.#recorded(methods),
    });
    // Leaving the page would end the test.
    this.client.navigate = (url) => void this.calls.push({ method: 'navigate', args: [url] });
    // A test need not wait for code to be loaded.
    watch(this.client);
  }

  /** The session as it is now; undefined while it is loading. */
  get session(): Session | undefined {
    return this.#server.session;
  }

  /**
   * Shows another session, as if something elsewhere had changed it. Resolves when the hooks show it; in React's tests
   * call it in `act`.
   */
  async setSession(session: Session): Promise<void> {
    const revision = Math.max(session.revision, (this.#server.session?.revision ?? 0) + 1);
    this.#server.session = { ...session, revision };
    await this.client.refetch();
  }

  /** Shows something else beside the session, as if it had changed elsewhere; in React's tests call it in `act`. */
  async setBeside(path: string, answer: unknown): Promise<void> {
    this.#server.beside[path] = answer;
    const shelf = shelfOf(this.client);
    await shelf.reload([path], shelf.moment());
  }

  /**
   * Lets the next call of `method` fail, before it has done anything. `refetch` stands for reading the session: before
   * it is loaded that is a failed load, afterwards what is shown is stale.
   */
  failNext(method: string, error: KeyrackError): void {
    this.#failures.push({ method, error });
  }

  async #send(request: Request): Promise<unknown> {
    const path = request.path.split('?', 1)[0] ?? '';
    const step = nameIn(STEPS, path);
    const method = step ?? nameIn(METHODS, path) ?? (request.body ? `POST ${path}` : `GET ${request.path}`);
    const args = request.body ? [request.body] : [];
    // What hooks read by themselves is no call of a component.
    const isOwn = /^\/deployment(\/|$)/.test(path) || (!request.body && request.path.includes('poll=1'));
    if (!(method in METHODS) && !isOwn) this.calls.push({ method, args });
    const index = this.#failures.findIndex((failure) => failure.method === method);
    if (index >= 0) throw this.#failures.splice(index, 1)[0]?.error;
    // While the session is loading, reading it has no answer.
    if (path === '/session') return this.#server.session ?? new Promise<never>(() => undefined);
    return this.#server.answer(request);
  }

  #recorded<T extends object>(methods: T): T {
    const entries = Object.entries(methods).map(([method, call]) => [
      method,
      (...args: unknown[]) => {
        this.calls.push({ method, args });
        return (call as (...args: unknown[]) => unknown)(...args);
      },
    ]);
    return Object.fromEntries(entries) as T;
  }
}

function nameIn(names: Readonly<Record<string, string>>, path: string): string | undefined {
  return Object.keys(names).find((name) => names[name] === path);
}
