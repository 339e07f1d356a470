import { defineConfig } from 'vitest/config';
import { shared } from './vitest.config.ts';

/** What holds for the gateway holds for its other transport too: the same tests once more. */
export default defineConfig({
  test: {
    ...shared,
    env: { TIDEGATE_TEST_TRANSPORT: 'standard' },
    include: ['src/gateway/**/*.test.ts', 'test/attack/**/*.test.ts'],
    exclude: [
      '**/node_modules/**',
      '**/*.slow.test.ts',
      'src/gateway/{identity,checks,telemetry,invocation-log}/**',
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
