import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

/** `npm run dev -w @keyrack/pages` shows the pages beside a server that was started with `cargo xtask run`. */
const SERVER = 'http://localhost:4400';

export default defineConfig({
  // Whatever the path below which a proxy hands requests to Keyrack: what a page links to lies beside it.
  base: './',
  plugins: [headOfTheServer(), withoutUnused(), withoutEnglish()],
  resolve: { alias: { swr: fileURLToPath(new URL('src/clock.ts', import.meta.url)) } },
  server: {
    proxy: Object.fromEntries(
      ['/deployment', '/session', '/auth', '/me', '/dev', '/_keyrack/theme.css', '/_keyrack/icon.svg'].map((path) => [
        path,
        SERVER,
      ]),
    ),
  },
  build: {
    assetsDir: '_keyrack/assets',
    // The pages are served under a policy that allows nothing inline, data: addresses included.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // For scripts/size.mjs, which takes it away.
    manifest: true,
    // "use client" is for frameworks that render on a server; here everything is client code.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
});

/** Parts of the hook that it loads when an application asks for them, and the pages do not: `scope="tab"` and `has()`. */
function withoutUnused(): Plugin {
  return {
    name: 'keyrack-without-unused',
    apply: 'build',
    enforce: 'pre',
    resolveId: (source, _, { kind }) =>
      kind === 'dynamic-import' && /^\.\/(tab|permissions)\.js$/.test(source) ? `\0unused ${source}` : undefined,
    load: (id) => (id.startsWith('\0unused ') ? `throw new Error('The hosted pages have no ${id.slice(8)}');` : undefined),
  };
}

/** What the package's components say in English: each page brings its texts with it, in the language of its reader. */
function withoutEnglish(): Plugin {
  const name = '\0texts of the page';
  return {
    name: 'keyrack-without-english',
    apply: 'build',
    enforce: 'pre',
    resolveId: (source) => (/\/(entry-words|english)\.js$/.test(source) ? name : undefined),
    load: (id) => (id === name ? 'export const ENGLISH_ENTRY = {}; export const ENTRY_WORDS = []; export const ENGLISH = {};' : undefined),
  };
}

/** While developing, what the server writes into the head of a page is fetched from it. */
function headOfTheServer(): Plugin {
  return {
    name: 'keyrack-head',
    apply: 'serve',
    configureServer: ({ middlewares }) => {
      middlewares.use((request, _, next) => {
        request.url = request.url?.replace(/^\/(sign-in|sign-up|accounts|invite|magic-link|forgot-password|waitlist|account)(?=\?|$)/, '/index.html');
        next();
      });
    },
    async transformIndexHtml(html, { originalUrl = '/sign-in' }) {
      const page = await (await fetch(SERVER + originalUrl)).text();
      const [, head = ''] = /<!--head-->([^]*)<!--\/head-->/.exec(page) ?? [];
      return html.replace('<!--head--><!--/head-->', head);
    },
  };
}
