import { existsSync, globSync, readFileSync } from 'node:fs';

/**
 * Checks that everything users receive, installed as a dependency or bundled into the page, may be passed on under
 * Apache-2.0 without conditions beyond naming its authors. Reads what is installed; needs no network.
 */
const permissive = new Set(['MIT', 'MIT-0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'BlueOak-1.0.0', 'CC0-1.0', 'Unlicense']);

interface Locked {
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** `(MIT OR GPL-3.0)` is fine with one good choice; `MIT AND Zlib` needs all of them. */
export const isPermissive = (licence: string): boolean =>
  licence
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((part) => permissive.has(part.trim())));

const readJson = (file: string): Record<string, unknown> => JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;

/** Where a package of that name is found from `from`, as Node.js would look. */
const locate = (packages: Readonly<Record<string, Locked>>, from: string, name: string): string | undefined => {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules') - 1))) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (folder === '') return undefined;
  }
};

const bundledIntoPage = (packages: Readonly<Record<string, Locked>>): Set<string> => {
  const reached = new Set<string>();
  const reach = (from: string, name: string): void => {
    const path = locate(packages, from, name);
    if (path === undefined || reached.has(path)) return;
    reached.add(path);
    for (const next of Object.keys({ ...packages[path]?.dependencies })) reach(path, next);
  };
  for (const file of globSync('web/src/**/*.{ts,tsx}', { exclude: ['**/*.test.*'] }))
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/from '((?:@[^/']+\/)?[^./'][^/']*)/g)) reach('', name as string);
  return reached;
};

const licenceOf = (path: string): string => {
  const { license, licenses } = readJson(`${path}/package.json`) as { license?: unknown; licenses?: readonly { type: string }[] };
  if (typeof license === 'string') return license;
  return licenses?.map(({ type }) => type).join(' OR ') ?? 'none named';
};

if (import.meta.main) {
  const { packages } = readJson('package-lock.json') as { packages: Record<string, Locked> };
  const installed = Object.entries(packages).filter(
    ([path, entry]) => path.startsWith('node_modules/') && !entry.link && existsSync(`${path}/package.json`),
  );
  const page = bundledIntoPage(packages);
  const shipped = installed.filter(([path, entry]) => !entry.dev || page.has(path)).map(([path]) => path);
  const refused = shipped.filter((path) => !isPermissive(licenceOf(path)));
  for (const path of refused) console.error(`${path}: ${licenceOf(path)} is not on the list in scripts/check-licences.ts`);
  if (shipped.length === 0) console.error('Nothing is installed: run `npm ci` first.');
  if (refused.length > 0 || shipped.length === 0) process.exitCode = 1;
  else console.log(`${shipped.length} packages reach users, ${page.size} of them within the page; all licences are permissive`);
}
