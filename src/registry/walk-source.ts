import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestLimits } from './manifest-schema.ts';
import { sealError } from './seal-error.ts';
import { readSourceEntry, type SourceFile } from './source-file.ts';

/** Never part of anything: histories of version control and what file managers scatter. */
const neverNames: ReadonlySet<string> = new Set([
  '.git',
  '.hg',
  '.svn',
  '.tidegate',
  '.DS_Store',
  'Thumbs.db',
]);

export const isNeverSealed = (path: string): boolean => path.split('/').some((name) => neverNames.has(name));

/**
 * All files under a path, with paths as seen from `directory`.
 * @param directory absolute real path of what is sealed; links may not lead out of it
 * @param start relative path to begin at; '' for the directory itself
 * @param skips says what to leave out, by path and before it is looked at
 */
export const walkSource = async (
  directory: string,
  start: string,
  skips: (path: string) => boolean,
): Promise<readonly SourceFile[]> => {
  const found: SourceFile[] = [];
  // `above`: real paths of the directories on the way down, to notice links that lead back up.
  const visit = async (location: string, path: string, above: readonly string[]): Promise<void> => {
    if (path !== '' && (isNeverSealed(path) || skips(path))) return;
    const entry =
      path === ''
        ? ({ kind: 'directory', source: location, isLink: false } as const)
        : await readSourceEntry(directory, location, path);
    if (entry === null) return;
    if (entry.kind === 'file') {
      found.push(entry.file);
      if (found.length > manifestLimits.filesPerComponent) throw tooMany(start);
      return;
    }
    if (entry.isLink && (above.includes(entry.source) || directory === entry.source)) {
      throw sealError(`The symbolic link ${path} leads back to a directory above it.`, { data: { path } });
    }
    const names = await readdir(entry.source);
    for (const name of names.sort()) {
      await visit(join(entry.source, name), path === '' ? name : `${path}/${name}`, [...above, entry.source]);
    }
  };
  await visit(start === '' ? directory : join(directory, start), start, []);
  return found;
};

const tooMany = (start: string) =>
  sealError(
    `There are more than ${manifestLimits.filesPerComponent} files in ${start === '' ? 'the project' : start}.`,
    {
      todo: 'Name fewer files in components.code.files, or pack them into archives.',
    },
  );
