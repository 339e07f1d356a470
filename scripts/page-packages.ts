import { globSync, readFileSync } from 'node:fs';

/** What package-lock.json says about one folder under node_modules. */
export interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}

export const lockedPackages = (): Readonly<Record<string, LockedPackage>> =>
  (JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, LockedPackage> })
    .packages;

/** Folders of the packages whose code is bundled into the page: what web/src imports, and what that depends on. */
export const pagePackages = (packages: Readonly<Record<string, LockedPackage>>): ReadonlySet<string> => {
  const reached = new Set<string>();
  const reach = (from: string, name: string): void => {
    const path = locate(packages, from, name);
    if (path === undefined || reached.has(path)) return;
    reached.add(path);
    for (const next of Object.keys(packages[path]?.dependencies ?? {})) reach(path, next);
  };
  for (const file of globSync('web/src/**/*.{ts,tsx}', { exclude: ['**/*.test.*'] }))
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/from '((?:@[^/']+\/)?[^./'][^/']*)/g))
      reach('web', name as string);
  return reached;
};

/** Where a package of that name is found from the folder `from`, as Node.js would look. */
const locate = (
  packages: Readonly<Record<string, LockedPackage>>,
  from: string,
  name: string,
): string | undefined => {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (folder === '') return undefined;
  }
};
