import { defineConfig } from 'vitest/config';
import { everyFolder, shared } from './vitest.config.ts';

/** Tests of more than about 20 seconds, one file at a time. */
export default defineConfig({
  test: {
    ...shared,
    include: everyFolder('slow.test'),
    exclude: ['**/node_modules/**'],
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
