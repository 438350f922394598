/**
 * The store for Rust programs in a page of its own (crates/client/examples/browser.rs), beside the demo in React in the same
 * browser: they are tabs of one session. `cargo xtask wasm` builds it.
 */
import type { BrowserContext, Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, somebody, test } from './keyrack.js';
import type { Mode, Server } from './server.js';
import { oftenWithin, refreshes } from './times.js';

/** Where `cargo xtask wasm` builds it. */
export const BUILT = process.env['KEYRACK_WASM'] ?? fileURLToPath(new URL('../../target/wasm/out', import.meta.url));

const TYPES: Record<string, string> = { js: 'text/javascript', wasm: 'application/wasm' };

/** What the example is to JavaScript. */
interface Store {
  shown(): string;
  loaded(): Promise<void>;
  subscribe(listener: (shown: string) => void): void;
  sign_in(email: string, password: string): Promise<void>;
  sign_out(id?: string): Promise<void>;
  get_token(template: string): Promise<string>;
}

declare global {
  // eslint-disable-next-line no-var
  var store: Store;
  // eslint-disable-next-line no-var
  var told: string[];
}

/** The page itself, beside the files of {@link BUILT}. */
export function html(key: string): string {
  return `<!doctype html><title>Rust</title><output aria-label="Active"></output><script type="module">
    import start, { Page } from './app.js';
    await start();
    globalThis.told = [];
    globalThis.store = new Page('${key}');
    const show = (shown) => (document.querySelector('output').textContent = shown);
    store.subscribe((shown) => (told.push(shown), show(shown)));
    show(store.shown());
  </script>`;
}

/** A tab with the store alone; files that nobody but a test has are answered here. */
async function rust(context: BrowserContext, server: Server, mode: Mode): Promise<Page> {
  const page = await context.newPage();
  const key = `pk_${mode === 'staging' ? 'test' : 'live'}_${Buffer.from(server.origin).toString('base64')}`;
  await page.route(`${server.origin}/rust/*`, async (route) => {
    const name = new URL(route.request().url()).pathname.split('/').at(-1) ?? '';
    if (!name) return route.fulfill({ contentType: 'text/html', body: html(key) });
    const contentType = TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain';
    return route.fulfill({ contentType, body: await readFile(`${BUILT}/${name}`) });
  });
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('close', () => expect(problems, 'errors in the page').toEqual([]));
  await page.goto(`${server.origin}/rust/`);
  await page.waitForFunction(() => globalThis.store);
  return page;
}

/** Notes from now on when the page says that another account is active, on the clock that all tabs share. */
function watch(page: Page): Promise<void> {
  return page.evaluate(() => {
    const changes: number[] = [];
    Object.assign(globalThis, { changes });
    const place = document.querySelector('output, [role=status][aria-label="Active account"]');
    let before = place?.textContent;
    new MutationObserver(() => {
      const now = place?.textContent;
      if (!now?.includes('@') || now === before) return;
      before = now;
      changes.push(performance.timeOrigin + performance.now());
    }).observe(place ?? document, { subtree: true, childList: true, characterData: true });
  });
}

/** When it did. */
const seen = (page: Page) => page.evaluate(() => (globalThis as unknown as { changes: number[] }).changes);

const shows = (page: Page, what: string) => expect(page.locator('output')).toHaveText(what);

/** What both modes are tried with. */
export function tabsOfBoth(mode: Mode): void {
  test('H15 what is done in React shows in Rust and the other way round, and nobody asks the server', async ({ demo, server, context }) => {
    const [ada, bob] = [somebody('Ada'), somebody('Bob')];
    const page = await rust(context, server, mode);
    await shows(page, 'signed-out');
    await demo.open();
    await demo.signUp(ada);
    await shows(page, ada.email);
    await demo.signUp(bob);
    await shows(page, bob.email);
    // From here on it does not lead: whoever leads hears of a change by the stream, too, and asks if its tab is slow to tell.
    await page.reload();
    const opened = Date.now();
    await shows(page, bob.email);
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await demo.switchTo(ada);
    await shows(page, ada.email);
    await demo.signOut(ada);
    await shows(page, bob.email);
    expect(requests.length, `told by the tab that did it: ${requests}`).toBeLessThanOrEqual(refreshes(opened));
    await demo.signIn(ada);
    await shows(page, ada.email);
    await Promise.all([page, demo.page].map(watch));
    for (let round = 0; round < 20; round += 1) {
      const person = round % 2 ? ada : bob;
      await demo.switchTo(person);
      await shows(page, person.email);
    }
    const there = await seen(page);
    const here = await seen(demo.page);
    const delays = there.map((at, index) => at - (here[index] ?? 0));
    expect(delays).toHaveLength(20);
    oftenWithin(100, delays);

    await page.evaluate(() => store.sign_out());
    await demo.showsNobody();
    await page.evaluate(({ email, password }) => store.sign_in(email, password), ada);
    await demo.shows(ada);
    const token = await page.evaluate(() => store.get_token('default'));
    expect(token.split('.')).toHaveLength(3);
    await page.reload();
    await page.waitForFunction(() => globalThis.store);
    await shows(page, ada.email);
    await page.close();
  });

  test('H15 a browser of both has one stream, and when its tab goes the other one has it', async ({ demo, server, context }) => {
    const ada = somebody('Ada');
    const streams: string[] = [];
    context.on('request', (request) => {
      if (request.url().includes('/session/events')) streams.push(new URL(request.frame().page().url()).pathname);
    });
    const page = await rust(context, server, mode);
    await demo.open();
    await demo.signUp(ada);
    await shows(page, ada.email);
    await expect.poll(() => streams.length).toBeGreaterThan(0);
    const leader = streams.at(-1) === '/rust/' ? page : demo.page;
    const other = leader === page ? demo.page : page;
    const before = streams.length;
    // One of them has it; it is another's only when nothing was heard of the one that led.
    expect(before).toBeLessThanOrEqual(2);
    await leader.close();
    await expect.poll(() => streams.length).toBe(before + 1);
    expect(new URL(other.url()).pathname).toBe(streams.at(-1));
    await other.close();
  });
}
