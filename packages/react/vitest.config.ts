import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const TESTS = ['test/**/*.test.{ts,tsx}'];

/** Several tabs in one story, each with the client's code anew. */
const RACES = ['test/races.test.ts', 'test/tab-races.test.ts'];

export default defineConfig({
  resolve: {
    alias: {
      '@keyrack/react/scope': at('src/scope.ts'),
      '@keyrack/react/testing': at('src/testing/index.ts'),
      '@keyrack/react/ui': at('src/ui/index.ts'),
      '@keyrack/react': at('src/index.ts'),
    },
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['test/setup.ts'],
    unstubGlobals: true,
    restoreMocks: true,
    // The clock of a test is its own; this one only ends a test that hangs, on whatever machine.
    testTimeout: 60_000,
    // All cores: a file waits for little but itself.
    maxWorkers: '100%',
    pool: 'threads',
    // One page for many files: the hook keeps nothing outside of its providers, so that none can see another's.
    isolate: false,
    projects: [
      { extends: true, test: { name: 'react-19', include: TESTS, exclude: RACES, env: { REACT: '19' } } },
      {
        extends: true,
        test: {
          name: 'react-18',
          include: TESTS,
          exclude: RACES,
          env: { REACT: '18' },
          execArgv: ['--import', at('../react-18/register.mjs')],
        },
      },
      // React has no part in it, nor has a page.
      { extends: true, test: { name: 'races', include: RACES, isolate: true, environment: 'node' } },
    ],
  },
});
