import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

/** `npm run dev -w @keyrack/pages` shows the pages beside a server that was started with `cargo xtask run`. */
const SERVER = 'http://localhost:4400';

/** Files of these names, below `react/dist/` or `pages/src/`. */
function files(...names: readonly string[]): RegExp {
  return new RegExp(`/(${names.join('|')})\\.[jt]sx?$`);
}

/** What pages share, with what it needs, each as one file: many small ones are compressed badly. */
const GROUPS = [
  {
    name: 'base',
    priority: 3,
    test: files('pages/src/(page|states|links)', 'react/dist/(provider|use-session-list)', 'react-dom/client'),
  },
  { name: 'common', priority: 2, test: files('react/dist/address', 'pages/src/(problem|password)') },
  { name: 'accounts', priority: 2, test: files('pages/src/(settings|icon|endings)') },
  {
    name: 'parts',
    priority: 1,
    test: files(
      'react/dist/(use-deployment|has-passkeys|ui/(words|frame)|ui/entry/(kit|say|later))',
      'pages/src/(words|plain-parts)',
    ),
  },
  {
    name: 'forms',
    priority: 0,
    test: files('react/dist/(attempts|challenge|use-attempt|use-flow|ui/entry/(use-form|use-once|ways))', 'pages/src/parts'),
  },
];

export default defineConfig({
  // Whatever the path below which a proxy hands requests to Keyrack: what a page links to lies beside it.
  base: './',
  plugins: [headOfTheServer(), withoutUnused(), withoutOwn()],
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
    // The server says in each page's head what that page loads, which is sooner (scripts/preload.mjs).
    modulePreload: false,
    // For the scripts; size.mjs takes it away.
    manifest: true,
    // "use client" is for frameworks that render on a server; here everything is client code.
    rolldownOptions: {
      checks: { moduleLevelDirective: false },
      output: { codeSplitting: { groups: GROUPS } },
    },
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

/**
 * What the package has for applications without texts and parts of their own: each page brings its texts with it, in the
 * language of its reader, and the parts are those of these pages.
 */
function withoutOwn(): Plugin {
  const name = '\0what the pages have themselves';
  const empty = ['ENGLISH_ENTRY', 'ENGLISH', 'KEYRACK_PARTS'].map((one) => `export const ${one} = {};`).join('\n');
  return {
    name: 'keyrack-without-own',
    apply: 'build',
    enforce: 'pre',
    resolveId: (source) => (/\/(entry-words|english|own-parts)\.js$/.test(source) ? name : undefined),
    load: (id) => (id === name ? `${empty}\nexport const ENTRY_WORDS = [];` : undefined),
  };
}

/** While developing, what the server writes into the head of a page is fetched from it. */
function headOfTheServer(): Plugin {
  return {
    name: 'keyrack-head',
    apply: 'serve',
    configureServer: ({ middlewares }) => {
      middlewares.use((request, _, next) => {
        request.url = request.url?.replace(/^\/(sign-in|sign-up|accounts|invite|magic-link|forgot-password|waitlist|account|device)(?=\?|$)/, '/index.html');
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
