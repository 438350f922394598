import { expect, type Page, test as base } from '@playwright/test';
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

export { expect, type Page };

/** Where the pages of components seem to be. */
export const ORIGIN = 'http://components.test';

/** As strict as an application may be: nothing inline, nothing from elsewhere. */
const POLICY = "default-src 'self'; img-src 'self' data:; base-uri 'none'; object-src 'none'";

/** The page of this script. */
const html = (script: string): string => `<!doctype html>
<html lang="en">
  <head>
    <title>Components</title>
    <meta name="viewport" content="width=device-width">
    <link rel="stylesheet" href="page.css">
    <link rel="icon" href="data:,">
  </head>
  <body><div id="root"></div><script type="module" src="${script}.js"></script></body>
</html>`;

/** A test with a page of components, under a strict policy and without a server; nothing is thrown in it. */
export const test = base.extend<object, { files: ReadonlyMap<string, string> }>({
  files: [
    async ({}, use) => {
      const { outputFiles } = await build({
        entryPoints: ['page', 'ways'].map((name) => fileURLToPath(new URL(`../ui/${name}.tsx`, import.meta.url))),
        bundle: true,
        splitting: true,
        format: 'esm',
        jsx: 'automatic',
        write: false,
        outdir: 'ui',
        define: { 'process.env.NODE_ENV': '"production"' },
        logLevel: 'error',
      });
      await use(new Map(outputFiles.map(({ path, text }) => [path.split('/').at(-1) ?? '', text])));
    },
    { scope: 'worker' },
  ],
  page: async ({ page, files }, use) => {
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.route(`${ORIGIN}/**`, (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      const text = files.get(name);
      if (text === undefined) {
        return route.fulfill({ contentType: 'text/html', body: html(name || 'page'), headers: { 'content-security-policy': POLICY } });
      }
      return route.fulfill({ contentType: name.endsWith('.css') ? 'text/css' : 'text/javascript', body: text });
    });
    await use(page);
    expect(problems, 'errors in the page').toEqual([]);
  },
});
