import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Demo, expect, somebody, test as base } from './keyrack.js';
import { Server } from './server.js';
import { refreshes } from './times.js';

/** The demo in one framework (docs/DEMOS.md). */
export interface Framework {
  readonly name: string;

  /** Where the server has it. */
  readonly path: string;

  /** What it is built into, where it is not in the binary: a folder of the repository. */
  readonly folder?: string;
}

/** All of them. */
export const FRAMEWORKS: readonly Framework[] = [
  { name: 'React', path: '/' },
  { name: 'Leptos', path: '/demo/leptos/', folder: 'apps/demo-leptos/dist' },
  { name: 'Dioxus', path: '/demo/dioxus/', folder: 'apps/demo-dioxus/dist' },
];

/** What a server is told to have them all. */
export function served(): string[] {
  return FRAMEWORKS.flatMap(({ path, folder }) => {
    if (!folder) return [];
    const built = fileURLToPath(new URL(`../../${folder}`, import.meta.url));
    if (!existsSync(`${built}/index.html`)) throw new Error(`${folder} is not built: cargo xtask wasm`);
    return ['--demo', `${path.split('/').at(-2)}=${built}`];
  });
}

/** A test with a server that has the demos of all frameworks. */
export const test = base.extend({
  server: [
    async ({ mode }, use) => {
      const server = await Server.start(mode, ...served());
      await use(server);
      await server.remove();
    },
    { scope: 'worker' },
  ],
});

/** What a page asks of the API from now on, beside the browser's stream, which the leader of its tabs has. */
function asks({ page, server }: Demo): string[] {
  const asked: string[] = [];
  page.on('request', (request) => {
    const path = request.url().replace(server.origin, '');
    if (!path.startsWith('/session/events')) asked.push(path);
  });
  return asked;
}

/**
 * Whatever is done to the session in the page of one framework shows in those of the others, which believe it (H15). What
 * begins or ends the session is told by another session's id: of that they read once (H13), as pages in React do.
 */
export async function signOutBesides({ page, server }: Demo, path: string): Promise<void> {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  const own = new Demo(page, server, path);
  await own.open();
  await own.signUp(ada);
  await own.signUp(bob);
  const opened = Date.now();
  const others: Demo[] = [];
  for (const other of FRAMEWORKS) if (other.path !== path) others.push(await own.besides(other.path));
  for (const other of others) await other.shows(bob);
  const asked = others.map(asks);
  await own.switchTo(ada);
  for (const other of others) await other.shows(ada);
  await own.signOut(ada);
  for (const other of others) await other.shows(bob);
  for (const paths of asked) expect(paths.length, `told by the tab that did it: ${paths}`).toBeLessThanOrEqual(refreshes(opened));
  await own.signOutOfAll();
  for (const other of others) await other.showsNobody();
  expect(asked.map((paths) => [...new Set(paths)])).toEqual(others.map(() => ['/session?poll=1']));
  for (const other of others) {
    await other.signIn(ada);
    await own.shows(ada);
    await other.signOutOfAll();
    await own.showsNobody();
  }
}
