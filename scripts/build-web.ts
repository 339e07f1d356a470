import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { lockedPackages, pagePackages } from './page-packages.ts';

/**
 * Builds the dashboard into dist/web when it is missing or older than any of its sources; `--always` builds in any case.
 * Prints only when it builds. Beside the page lie the licences of what is bundled into it, as these ask for.
 */
const built = 'dist/web/index.html';
const sources = [
  'web/src/**/*',
  'web/public/**/*',
  'web/*.{html,ts,json}',
  'src/client/**/*',
  'package-lock.json',
];

const newestSourceMs = (): number => Math.max(...globSync(sources).map((file) => statSync(file).mtimeMs));
const isFresh = existsSync(built) && statSync(built).mtimeMs >= newestSourceMs();

if (process.argv.includes('--always') || !isFresh) {
  execFileSync('npm', ['run', '--silent', 'build', '--workspace', 'web'], { stdio: ['ignore', 2, 2] });
  writeFileSync('dist/web/licences.txt', licencesOfPage());
}

function licencesOfPage(): string {
  const packages = lockedPackages();
  const parts = [...pagePackages(packages)].map((path) => {
    const [file] = globSync(`${path}/{LICENSE,LICENCE,license,licence}*`);
    if (file === undefined) throw new Error(`${path} has no licence file to pass on.`);
    const name = path.replace(/^.*node_modules\//, '');
    return `${name} ${packages[path]?.version}\n\n${readFileSync(file, 'utf8').trim()}\n`;
  });
  return parts.join(`\n${'-'.repeat(80)}\n\n`);
}
