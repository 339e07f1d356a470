import { relative } from 'node:path';
import type { Reporter, TestCase } from 'vitest/node';

/**
 * Ends a test run with the line `N passed, N failed`, which `.ci/run` adds up. A file that does not load, a set-up that
 * throws and an error outside of any test count as one failure each. A skipped test is named with its reason; where `CI` is set it is a
 * failure, so that a suite cannot turn green by running nothing. A test that passed only on its second try (see `shared` in
 * `vitest.config.ts`) is named, with what it said the first time: it is a fault to repair, in the test or in the code.
 */
export const countReporter = (): Reporter => ({
  onTestRunEnd(modules, unhandledErrors) {
    const isCi = process.env.CI !== undefined && process.env.CI !== 'false';
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: 'passed' | 'failed') =>
      tests.filter((test) => test.result().state === state).length;
    const skipped = tests.filter((test) => test.result().state === 'skipped');
    const groups = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const unusable = groups.filter((group) => group.errors().length > 0);
    const failed = count('failed') + unusable.length + unhandledErrors.length + (isCi ? skipped.length : 0);

    for (const test of tests.filter((test) => test.diagnostic()?.flaky === true))
      console.log(`UNSTEADY ${describe(test)}: ${firstError(test)}`);
    for (const test of skipped) console.log(`SKIPPED ${describe(test)}`);
    if (isCi && skipped.length > 0) console.log('In CI a skipped test is a failed one.');
    console.log(`${count('passed')} passed, ${failed} failed`);
    if (failed > 0) process.exitCode = 1;
  },
});

const firstError = (test: TestCase): string =>
  (test.result().errors?.[0]?.message ?? 'no message').split('\n', 1)[0]!;

const describe = (test: TestCase): string => {
  const result = test.result();
  const reason = result.state === 'skipped' && result.note ? `: ${result.note}` : '';
  return `${relative(process.cwd(), test.module.moduleId)} > ${test.fullName}${reason}`;
};
