import { execFileSync } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';

/**
 * Builds the dashboard into dist/web when it is missing or older than any of its sources; `--always` builds in any case.
 * Prints only when it builds.
 */
const built = 'dist/web/index.html';
const sources = ['web/src/**/*', 'web/public/**/*', 'web/*.{html,ts,json}', 'package-lock.json'];

const newestSourceMs = (): number => Math.max(...globSync(sources).map((file) => statSync(file).mtimeMs));
const isFresh = existsSync(built) && statSync(built).mtimeMs >= newestSourceMs();

if (process.argv.includes('--always') || !isFresh)
  execFileSync('npm', ['run', '--silent', 'build', '--workspace', 'web'], { stdio: ['ignore', 2, 2] });
