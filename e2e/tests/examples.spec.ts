import type { Page } from '@playwright/test';
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { expect, somebody, test } from './keyrack.js';

const ENTRY = fileURLToPath(new URL('../examples/main.tsx', import.meta.url));

/** Shows the page of the examples at a path of the server's own origin, as an application of that site would be. */
async function openExamples(page: Page, origin: string): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    jsx: 'automatic',
    // The package's own tests map its name to its sources; here it is what an application gets.
    tsconfigRaw: {},
  });
  const script = outputFiles[0]?.text ?? '';
  await page.route(`${origin}/examples`, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><div id="root"></div><script src="/examples.js"></script>' }),
  );
  await page.route(`${origin}/examples.js`, (route) => route.fulfill({ contentType: 'text/javascript', body: script }));
  await page.goto(`${origin}/examples`);
}

test('H01 the three documented examples run in a browser', async ({ demo, server }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await demo.open();
  await demo.signUp(ada);
  await demo.signUp(bob);
  const { page } = demo;
  await openExamples(page, server.origin);

  const summary = page.getByRole('region', { name: 'Read active session state' });
  await expect(summary).toHaveText(bob.email);
  const switcher = page.getByRole('region', { name: 'Switch accounts' });
  await expect(switcher.getByRole('button')).toHaveText([ada.email, bob.email]);
  await switcher.getByRole('button', { name: ada.email }).click();
  await expect(summary).toHaveText(ada.email);

  const answered = page.waitForResponse(`${server.origin}/api/private`);
  await page.getByRole('button', { name: 'Call private API' }).click();
  const response = await answered;
  expect(response.status()).toBe(200);
  expect(response.request().headers()['authorization']).toMatch(/^Bearer ey/);
});

test('a reload never shows another account than the active one', async ({ demo, server }) => {
  const [ada, bob] = [somebody('Ada'), somebody('Bob')];
  await demo.open();
  await demo.signUp(ada);
  await demo.signUp(bob);
  await demo.switchTo(ada);
  const { page } = demo;
  // From the first node on, everything that stood where the active account is shown.
  await page.addInitScript(() => {
    const seen = new Set<string>();
    Object.assign(window, { seen });
    new MutationObserver(() => {
      const active = document.querySelectorAll('[aria-current=true], [aria-label="Read active session state"]');
      active.forEach(({ textContent }) => (textContent ?? '').match(/\S+@example\.com/g)?.forEach((text) => seen.add(text)));
      const panel = document.querySelector('[data-testid=hook-panel]')?.textContent;
      if (panel) seen.add(JSON.parse(panel).session?.active_signin?.user.email_address ?? 'nobody yet');
    }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  const seen = () => page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen]);

  await page.reload();
  await demo.shows(ada);
  expect(await seen()).toEqual(expect.arrayContaining([ada.email]));
  expect(await seen()).not.toContain(bob.email);

  await openExamples(page, server.origin);
  await expect(page.getByRole('region', { name: 'Read active session state' })).toHaveText(ada.email);
  expect(await seen()).toEqual([ada.email]);
});
