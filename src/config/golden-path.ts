import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Suites that are shipped, by what stands after `tidegate:`. */
export const SHIPPED_SUITES = ['prompt-injection', 'jailbreak', 'refusal'] as const;

const SHIPPED = /^tidegate:(.*)$/;

/** What is wrong with the name of a golden set; null where it is a path or a suite that is shipped. */
export const goldenProblem = (named: string): string | null => {
  const suite = SHIPPED.exec(named)?.[1];
  return suite === undefined || (SHIPPED_SUITES as readonly string[]).includes(suite)
    ? null
    : `there is no suite ${suite}; there are ${SHIPPED_SUITES.join(', ')}`;
};

/** The file of a golden set: of one that is shipped (`tidegate:refusal`), or relative to a directory. */
export const goldenPath = (named: string, directory: string): string => {
  const suite = SHIPPED.exec(named)?.[1];
  return suite === undefined
    ? resolve(directory, named)
    : fileURLToPath(new URL(`../../suites/${suite}.jsonl`, import.meta.url));
};
