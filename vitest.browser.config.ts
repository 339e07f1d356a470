import { defineConfig } from 'vitest/config';
import { everyFolder, shared } from './vitest.config.ts';

/** Tests of the page in the system's Chromium. */
export default defineConfig({
  test: {
    ...shared,
    include: everyFolder('browser.test'),
    exclude: ['**/node_modules/**'],
    maxWorkers: 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
