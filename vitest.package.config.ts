import { defineConfig } from 'vitest/config';
import { shared } from './vitest.config.ts';

/** Packs the package, installs it elsewhere and uses it there. */
export default defineConfig({
  test: {
    ...shared,
    include: ['test/package/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
