import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The clock of a test is its own; this one only ends a test that hangs, on whatever machine.
  test: { include: ['test/**/*.test.{ts,tsx}'], testTimeout: 60_000 },
});
