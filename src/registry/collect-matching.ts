import { glob } from 'node:fs/promises';
import { isAbsolute, join, posix } from 'node:path';
import { sealError } from './seal-error.ts';
import { readSourceEntry, type SourceFile } from './source-file.ts';
import { isNeverSealed, walkSource } from './walk-source.ts';

/**
 * The files that a list of globs names: all that any pattern matches without those that a pattern with a leading `!`
 * matches, in whatever order they stand. `*` and `**` pass over names that begin with a dot. A directory named without
 * wildcard brings everything in it, and so does a link to a directory.
 * @param isElsewhere true for paths that only a pattern without wildcard may name
 * @throws `seal-failed` for a pattern that leads out of the directory or matches nothing
 */
export const collectMatching = async (
  directory: string,
  patterns: readonly string[],
  isElsewhere: (path: string) => boolean,
): Promise<readonly SourceFile[]> => {
  const unwanted = new Set<string>();
  for (const pattern of patterns.filter((each) => each.startsWith('!'))) {
    for (const path of await matches(directory, pattern.slice(1))) unwanted.add(path);
  }
  const isUnwanted = (path: string): boolean => {
    for (let each = path; each !== '.'; each = posix.dirname(each)) if (unwanted.has(each)) return true;
    return false;
  };
  const wanted = new Map<string, SourceFile>();
  for (const pattern of patterns.filter((each) => !each.startsWith('!'))) {
    const isLiteral = !/[*?[\]{}()]/.test(pattern);
    const matched = await matches(directory, pattern);
    if (matched.length === 0) {
      throw sealError(`The pattern '${pattern}' in components.code.files matches nothing.`, {
        data: { pattern },
      });
    }
    for (const path of matched) {
      const skips = (each: string) =>
        isUnwanted(each) || isPassedBy(pattern, each) || (isElsewhere(each) && !(isLiteral && each === path));
      if (path !== '.' && (isNeverSealed(path) || skips(path))) continue;
      const entry = path === '.' ? null : await readSourceEntry(directory, join(directory, path), path);
      if (entry?.kind === 'file') wanted.set(path, entry.file);
      else if (isLiteral || (entry?.kind === 'directory' && entry.isLink)) {
        for (const file of await walkSource(directory, path === '.' ? '' : path, skips))
          wanted.set(file.path, file);
      }
    }
  }
  return [...wanted.values()];
};

const matches = async (directory: string, pattern: string): Promise<readonly string[]> => {
  if (pattern === '' || isAbsolute(pattern) || pattern.split('/').includes('..') || pattern.includes('\\')) {
    throw sealError(`The pattern '${pattern}' in components.code.files does not stay inside the project.`, {
      data: { pattern },
    });
  }
  if (posix.normalize(pattern) === '.' || posix.normalize(pattern) === './') return ['.'];
  const paths: string[] = [];
  for await (const path of glob(pattern, { cwd: directory, exclude: (each) => isPassedBy(pattern, each) })) {
    paths.push(posix.normalize(path).replace(/(.)\/$/, '$1'));
  }
  return paths;
};

/** Dependencies are large, and `install` brings them: only a pattern that names them walks into them. */
const isPassedBy = (pattern: string, path: string): boolean =>
  !pattern.includes('node_modules') && posix.basename(path) === 'node_modules';
