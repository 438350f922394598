import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: {
      '@keyrack/server/express': at('src/express.ts'),
      '@keyrack/server/hono': at('src/hono.ts'),
      '@keyrack/server/next': at('src/next.ts'),
      '@keyrack/server': at('src/index.ts'),
    },
  },
  // The clock of a test is its own; this one only ends a test that hangs, on whatever machine.
  test: { include: ['test/**/*.test.ts'], testTimeout: 60_000 },
});
