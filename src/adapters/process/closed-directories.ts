import { realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { Cover } from './mount-script.ts';

/**
 * What hides a path from other users, and how to open just that path to one replica: for each directory that others
 * may not pass (root's home, mostly), an empty passable one to put over it, in which only what is needed shows again.
 * Paths that do not exist, or are themselves closed to others, are left out.
 */
export function coversForClosedDirectories(
  paths: readonly string[],
  isPassable: (directory: string) => boolean = isPassableForOthers,
): Cover[] {
  const keepsByCover = new Map<string, Set<string>>();
  for (const given of paths) {
    const path = realPathOrNull(given);
    if (path === null) continue;
    const closed = withAncestors(path).filter((directory) => !isPassable(directory));
    const first = closed[0];
    const last = closed.at(-1);
    if (first === undefined || last === undefined || last === path) continue;
    const keep = join(last, relative(last, path).split(sep)[0] ?? '');
    keepsByCover.set(first, (keepsByCover.get(first) ?? new Set()).add(keep));
  }
  return [...keepsByCover].map(([over, keeps]) => ({
    over,
    keep: withoutNested([...keeps]).map((path) => ({ path, isReadOnly: false })),
  }));
}

function isPassableForOthers(directory: string): boolean {
  try {
    return (statSync(directory).mode & 0o001) !== 0;
  } catch {
    return false;
  }
}

/** From the root down to the path itself. */
function withAncestors(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...withAncestors(parent), path];
}

const withoutNested = (paths: readonly string[]): string[] =>
  paths.filter((path) => !paths.some((other) => other !== path && path.startsWith(other + sep)));

function realPathOrNull(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
