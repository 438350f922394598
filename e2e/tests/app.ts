import { expect, test as base } from '@playwright/test';
import { build, type BuildOptions } from 'esbuild';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {} from '../hook/app.js';
import { type Engine, type EngineName, type Profile, startEngine, type Tab } from './engine.js';
import { type Person, somebody } from './person.js';
import { type Mode, Server } from './server.js';
import { Site } from './site.js';

export { expect, somebody };

/** A hook's method that a test may call. */
type Method = 'switchSignIn' | 'switchOrganization' | 'signOut' | 'refetch' | 'getToken';

/** The application of `e2e/hook` in one tab, driven through its hooks. */
export class App {
  constructor(
    readonly tab: Tab,
    readonly site: { readonly origin: string },
    readonly server: { newestCode(email: string): Promise<string> },
  ) {}

  async open(path = '/app'): Promise<this> {
    await this.tab.goto(this.site.origin + path);
    // A page is loaded before React has drawn it.
    if (path === '/app') await expect.poll(() => this.tab.evaluate(() => 'keyrack' in window), { intervals: [20] }).toBe(true);
    return this;
  }

  /** Waits until this account is the active one, or `nobody`, or the hook's status while it loads. */
  async shows({ email }: { readonly email: string }): Promise<void> {
    // While a page goes and another comes, neither can be asked.
    const active = () => this.active().catch(() => undefined);
    await expect.poll(active, { message: `shows ${email}`, intervals: [20] }).toBe(email);
  }

  /** What stands there as the active account. */
  active(): Promise<string> {
    return this.tab.evaluate(() => document.querySelector('[aria-label=Active]')?.textContent ?? '');
  }

  /** All accounts that are listed. */
  accounts(): Promise<string[]> {
    return this.tab.evaluate(() => [...document.querySelectorAll('li')].map(({ textContent }) => textContent ?? ''));
  }

  /** Everything that was shown as the active account since the page was loaded, in order. */
  shown(): Promise<string[]> {
    return this.tab.evaluate(() => window.shown.map(({ text }) => text));
  }

  /** The hook's fields that are no functions. */
  hook(): Promise<{ status: string; stale: boolean; error: string | undefined }> {
    return this.tab.evaluate(() => {
      const { status, stale, error } = window.keyrack.hook;
      return { status, stale, error: error?.code };
    });
  }

  /** Calls a method of the hook; `done` once it has resolved, otherwise the error's code. */
  call(method: Method, argument?: string): Promise<string> {
    return this.tab.evaluate(
      async ([name, value]) => {
        const call = window.keyrack.hook[name as Method] as (value?: string) => Promise<unknown>;
        return call(value ?? undefined).then(
          () => 'done',
          (error) => error.code ?? `${error}`,
        );
      },
      [method, argument ?? null] as const,
    );
  }

  /** The id of an account's sign-in, as this tab knows it. */
  async signInOf({ email }: Person): Promise<string> {
    const id = await this.tab.evaluate(
      (address) => window.keyrack.hook.session?.signins.find(({ user }) => user.email_address === address)?.id,
      email,
    );
    if (id === undefined) throw new Error(`${email} is not signed in here`);
    return id;
  }

  async switchTo(person: Person): Promise<string> {
    return this.call('switchSignIn', await this.signInOf(person));
  }

  /** Makes an account, signed in and active. */
  async signUp(person: Person): Promise<void> {
    const account = { email: person.email, password: person.password, first_name: person.first, last_name: person.last };
    await this.tab.evaluate((form) => window.keyrack.signUp.create(form), account);
    const code = await this.server.newestCode(person.email);
    await this.tab.evaluate((typed) => window.keyrack.signUp.verify(typed), code);
    await this.shows(person);
  }

  /** Signs in to an account that exists; `done`, or the error's code. */
  signIn({ email, password }: Person): Promise<string> {
    return this.tab.evaluate(
      (form) =>
        window.keyrack.signIn.signIn(form).then(
          () => 'done',
          (error) => error.code ?? `${error}`,
        ),
      { email, password },
    );
  }
}

/** The tab that leads: that has the lock. */
export async function leader(tabs: readonly App[]): Promise<App> {
  const leads = ({ tab, site }: App): Promise<boolean> =>
    tab.evaluate(async (name) => {
      const own = `${Math.random()}`;
      const { held = [] } = await navigator.locks.request(own, () => navigator.locks.query());
      const holder = (lock: string) => held.find((one) => one.name === lock)?.clientId;
      return holder(name) === holder(own);
    }, `keyrack:${site.origin}:events`);
  const leading = async (): Promise<App | undefined> => {
    for (const tab of tabs) if (await leads(tab)) return tab;
    return undefined;
  };
  let found: App | undefined;
  await expect.poll(async () => (found = await leading()) !== undefined, 'one of them leads').toBe(true);
  return found as App;
}

/** A bundle of a file of `e2e/`, as an application would get it: the package's own tests map its name to its sources. */
export async function bundle(entry: string, options: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../${entry}`, import.meta.url))],
    bundle: true,
    write: false,
    jsx: 'automatic',
    tsconfigRaw: {},
    ...options,
  });
  return outputFiles?.[0]?.text ?? '';
}

/** The same as modules, by name: what is imported later is a file of its own. */
export async function split(entry: string): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../${entry}`, import.meta.url))],
    bundle: true,
    splitting: true,
    format: 'esm',
    outdir: 'split',
    write: false,
    jsx: 'automatic',
    tsconfigRaw: {},
  });
  return new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
}

interface PerTest {
  profile: Profile;
  site: Site;

  /** The application in a tab of its own, opened. */
  app: App;

  /** Opens another tab of the same browser. */
  anotherTab: () => Promise<App>;
}

interface PerWorker {
  engineName: EngineName;
  mode: Mode;
  engine: Engine;
  server: Server;
  scripts: Record<string, string>;
}

/** The publishable key of a deployment that is reached at `origin`. */
export function publishableKey(origin: string, mode: Mode): string {
  return `pk_${mode === 'staging' ? 'test' : 'live'}_${btoa(origin)}`;
}

/** Hook tests: one description, either browser. */
export const test = base.extend<PerTest, PerWorker>({
  engineName: ['chromium', { scope: 'worker', option: true }],
  mode: ['staging', { scope: 'worker', option: true }],
  engine: [
    async ({ engineName, launchOptions }, use) => {
      const engine = await startEngine(engineName, launchOptions);
      await use(engine);
      await engine.close();
    },
    { scope: 'worker' },
  ],
  server: [
    async ({ mode }, use) => {
      const server = await Server.start(mode);
      await use(server);
      await server.remove();
    },
    { scope: 'worker' },
  ],
  scripts: [
    // Playwright demands this form where a fixture needs no other.
    async ({}, use) => {
      await use({ '/main.js': await bundle('hook/main.tsx'), '/examples.js': await bundle('examples/main.tsx') });
    },
    { scope: 'worker' },
  ],
  profile: async ({ engine }, use) => {
    const profile = await engine.profile();
    await use(profile);
    await profile.close();
  },
  site: async ({ server, scripts, mode }, use) => {
    const site = await Site.start(server.origin);
    for (const [path, script] of Object.entries(scripts)) {
      site.script(path, script);
    }
    const root = `<div id="root" data-key="${publishableKey(site.origin, mode)}"></div>`;
    site.html('/app', `${root}<script src="/main.js"></script>`);
    site.html('/examples', `${root}<script src="/examples.js"></script>`);
    site.html('/elsewhere', '<p>Elsewhere</p>');
    await use(site);
    await site.stop();
  },
  anotherTab: async ({ profile, site, server }, use) => {
    await use(async () => new App(await profile.tab(), site, server).open());
  },
  app: async ({ anotherTab }, use) => use(await anotherTab()),
});
