import { defineConfig } from 'vite';

/** `npm run dev -w @keyrack/demo` shows the page beside a server that was started with `cargo xtask run`. */
const SERVER = 'http://localhost:4400';

export default defineConfig({
  // A proxy may have put the server below a path, so the page names everything relative to where it is.
  base: './',
  server: {
    proxy: Object.fromEntries(['/deployment', '/session', '/auth', '/me', '/organizations', '/workspaces', '/notifications', '/api', '/dev'].map((path) => [path, SERVER])),
  },
  build: {
    // The page is served under a policy that allows nothing inline, data: addresses included.
    assetsInlineLimit: 0,
    // "use client" is for frameworks that render on a server; here everything is client code.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
});
