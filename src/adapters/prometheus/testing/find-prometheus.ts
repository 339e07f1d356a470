import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Where the `prometheus` program is; null when this machine has none, which is said aloud, for then tests are left out.
 * @throws Error where tests must not be left out (`CI=true`)
 */
export const findPrometheus = (): string | null => {
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(directory, 'prometheus');
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {}
  }
  const missing = 'There is no `prometheus` in PATH (on Debian: apt-get install prometheus)';
  if (process.env.CI === 'true') throw new Error(`${missing}, and nothing may be left out here.`);
  process.stderr.write(`\n!!! ${missing}. TESTS AGAINST A REAL PROMETHEUS ARE LEFT OUT.\n\n`);
  return null;
};
