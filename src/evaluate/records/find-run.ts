import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { TidegateError } from '../../errors.ts';

export type FoundRun =
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'none' }
  /** The prefix fits several; the ids that it fits, newest first. */
  | { readonly kind: 'ambiguous'; readonly ids: readonly string[] };

/** A folder that has one keeps its own runs, and shows no others. */
export const EVALUATION_FILE = 'tidegate-eval.yaml';

/** Where runs are kept: the nearest `.tidegate/evaluations` from here upwards, up to a folder with an `EVALUATION_FILE`; otherwise there, or here without any. */
export const evaluationsDirectory = (cwd: string): string => {
  for (let at = resolve(cwd); ; at = dirname(at)) {
    const directory = join(at, '.tidegate', 'evaluations');
    if (existsSync(directory) || existsSync(join(at, EVALUATION_FILE))) return directory;
    if (at === dirname(at)) return join(resolve(cwd), '.tidegate', 'evaluations');
  }
};

/** The ids of all runs in a directory, newest first by when their files were last written to. */
export const listRuns = (directory: string): string[] => {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => ({
      id: name.slice(0, -'.jsonl'.length),
      writtenMs: statSync(join(directory, name)).mtimeMs,
    }))
    .sort((a, b) => b.writtenMs - a.writtenMs || (a.id < b.id ? 1 : -1))
    .map(({ id }) => id);
};

/**
 * A run by its id, the beginning of its id, the path of its file (relative to `cwd`), or the newest one where nothing is
 * said. What could be both is an id.
 */
export const findRun = (directory: string, idOrFile: string | undefined, cwd = process.cwd()): FoundRun => {
  const ids = listRuns(directory);
  const fileOf = (id: string): FoundRun => ({ kind: 'found', path: join(directory, `${id}.jsonl`) });
  if (idOrFile === undefined) return ids[0] === undefined ? { kind: 'none' } : fileOf(ids[0]);
  if (ids.includes(idOrFile)) return fileOf(idOrFile);
  const path = isAbsolute(idOrFile) ? idOrFile : resolve(cwd, idOrFile);
  if (idOrFile !== '' && existsSync(path) && statSync(path).isFile()) return { kind: 'found', path };
  // Ids are told apart without their letters' case, for people type them.
  const fitting = ids.filter((id) => id.toLowerCase().startsWith(idOrFile.toLowerCase()));
  if (fitting.length > 1) return { kind: 'ambiguous', ids: fitting };
  return fitting[0] === undefined ? { kind: 'none' } : fileOf(fitting[0]);
};

/** As `findRun`, for commands. @throws `not-found` */
export const needRun = (directory: string, idOrFile: string | undefined, cwd: string): string => {
  const found = findRun(directory, idOrFile, cwd);
  switch (found.kind) {
    case 'found':
      return found.path;
    case 'ambiguous':
      throw new TidegateError(
        'not-found',
        `${idOrFile} is the beginning of ${found.ids.length} evaluations: ${found.ids.slice(0, 5).join(', ')}.`,
        { todo: 'Give more letters of the one that is meant.' },
      );
    case 'none': {
      const known = listRuns(directory);
      const what = idOrFile === undefined ? 'no evaluation' : `no evaluation ${idOrFile}`;
      const newest = known.length === 0 ? '' : `; the newest is ${known[0]}`;
      throw new TidegateError('not-found', `There is ${what} in ${directory}${newest}.`, {
        todo: 'Run `tidegate eval run`, or give the path of a run file.',
      });
    }
  }
};
