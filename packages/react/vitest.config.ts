import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

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
    include: ['test/**/*.test.{ts,tsx}'],
    setupFiles: ['test/setup.ts'],
    unstubGlobals: true,
    restoreMocks: true,
    // The clock of a test is its own; this one only ends a test that hangs, on whatever machine.
    testTimeout: 60_000,
    // All cores: a file waits for little but itself.
    maxWorkers: '100%',
    pool: 'threads',
    projects: [
      { extends: true, test: { name: 'react-19', env: { REACT: '19' } } },
      {
        extends: true,
        test: { name: 'react-18', env: { REACT: '18' }, execArgv: ['--import', at('../react-18/register.mjs')] },
      },
    ],
  },
});
