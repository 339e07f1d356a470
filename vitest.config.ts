import { defineConfig, type TestUserConfig } from 'vitest/config';
import { countReporter } from './scripts/count-reporter.ts';

/** What a test costs is in its file's name: x.test.ts runs in `npm test`, the others in scripts of their own. */
export const everyFolder = (ending: string): string[] =>
  ['src', 'web', 'test', 'examples', 'scripts', 'bench'].map((folder) => `${folder}/**/*.${ending}.ts`);

export const shared: TestUserConfig = {
  pool: 'forks',
  maxWorkers: 2,
  // Most tests run real processes, sockets and disks, on machines of which others want a share. In CI one bad moment has a second
  // try, and the report names it; what fails twice has failed. At a desk nothing is tried again.
  retry: process.env.CI === 'true' ? 1 : 0,
  reporters: ['default', countReporter()],
};

export default defineConfig({
  test: {
    ...shared,
    include: everyFolder('test'),
    exclude: ['**/node_modules/**', '**/*.slow.test.ts', '**/*.browser.test.ts', 'test/package/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
