import { existsSync, readFileSync } from 'node:fs';
import { lockedPackages, pagePackages } from './page-packages.ts';

/**
 * Checks that everything users receive, installed as a dependency or bundled into the page, may be passed on under
 * Apache-2.0 without conditions beyond naming its authors. Reads what is installed; needs no network.
 */
const permissive = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
]);

/** `(MIT OR GPL-3.0)` is fine with one good choice; `MIT AND Zlib` needs all of them. */
export const isPermissive = (licence: string): boolean =>
  licence
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((part) => permissive.has(part.trim())));

const licenceOf = (path: string): string => {
  const { license, licenses } = JSON.parse(readFileSync(`${path}/package.json`, 'utf8')) as {
    license?: unknown;
    licenses?: readonly { type: string }[];
  };
  if (typeof license === 'string') return license;
  return licenses?.map(({ type }) => type).join(' OR ') ?? 'none named';
};

if (import.meta.main) {
  const packages = lockedPackages();
  const installed = Object.entries(packages).filter(
    ([path, entry]) => path.startsWith('node_modules/') && !entry.link && existsSync(`${path}/package.json`),
  );
  const page = pagePackages(packages);
  const shipped = installed.filter(([path, entry]) => !entry.dev || page.has(path)).map(([path]) => path);
  const refused = shipped.filter((path) => !isPermissive(licenceOf(path)));
  for (const path of refused)
    console.error(`${path}: ${licenceOf(path)} is not on the list in scripts/check-licences.ts`);
  if (shipped.length === 0) console.error('Nothing is installed: run `npm ci` first.');
  if (refused.length > 0 || shipped.length === 0) process.exitCode = 1;
  else
    console.log(
      `${shipped.length} packages reach users, ${page.size} of them within the page; all licences are permissive`,
    );
}
