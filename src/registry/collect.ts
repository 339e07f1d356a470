import { realpath } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { collectMatching } from './collect-matching.ts';
import { listTrackedFiles, listUntrackedFiles } from './git-tree.ts';
import { sealError } from './seal-error.ts';
import { readSourceEntry, type SourceFile } from './source-file.ts';
import { isNeverSealed, walkSource } from './walk-source.ts';

/** What a component consists of, before anything is hashed. */
export interface Collected {
  /** Where its files stand in the release's directory; `.` for the top. */
  readonly path: string;
  readonly files: readonly SourceFile[];
}

export interface CodeToCollect {
  readonly directory: string;
  /** Globs; a leading `!` takes away. Null: what git tracks, or everything that is not in the list of what is never code. */
  readonly patterns: readonly string[] | null;
  /** Files and directories that belong to other components or to no release; a pattern that names one literally overrides. */
  readonly elsewhere: readonly string[];
  /** Hears about what a person may have overlooked. */
  readonly onNotice?: (text: string) => void;
}

/** Where there is no git and no pattern, these names are no code. */
const notCode: ReadonlySet<string> = new Set([
  ...['node_modules', '__pycache__', '.venv', 'venv', '.tox', '.pytest_cache', '.mypy_cache', '.ruff_cache'],
  ...['.idea', '.vscode', '.ipynb_checkpoints', 'coverage', '.coverage', '.nyc_output', '.cache'],
]);

/** What pins the versions that `install` fetches; belongs to the code whatever the patterns say. */
export const lockFiles: readonly string[] = [
  ...[
    'package-lock.json',
    'npm-shrinkwrap.json',
    'yarn.lock',
    'pnpm-lock.yaml',
    'bun.lock',
    'bun.lockb',
    'deno.lock',
  ],
  ...['poetry.lock', 'uv.lock', 'pdm.lock', 'pylock.toml', 'Pipfile.lock', 'conda-lock.yml'],
  ...['Gemfile.lock', 'go.sum', 'Cargo.lock', 'composer.lock'],
];

/** The files of the component `code`. @throws `seal-failed`, also when a pattern matches nothing or nothing is left */
export const collectCode = async ({
  patterns,
  elsewhere,
  onNotice,
  ...rest
}: CodeToCollect): Promise<Collected> => {
  const directory = await realpath(rest.directory);
  const isElsewhere = (path: string): boolean => elsewhere.some((other) => isAtOrBelow(path, other));
  const found =
    patterns === null
      ? await collectUnnamed(directory, isElsewhere, onNotice)
      : await collectMatching(directory, patterns, isElsewhere);
  const files = new Map(found.map((file) => [file.path, file]));
  const taken =
    patterns?.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1)) ?? [];
  for (const name of lockFiles) {
    if (files.has(name) || isElsewhere(name) || taken.includes(name)) continue;
    const entry = await readSourceEntry(directory, join(directory, name), name);
    if (entry?.kind === 'file') files.set(name, entry.file);
  }
  if (files.size === 0) throw sealError('No file belongs to the code of this release.');
  return { path: '.', files: [...files.values()] };
};

const collectUnnamed = async (
  directory: string,
  isElsewhere: (path: string) => boolean,
  onNotice: CodeToCollect['onNotice'],
): Promise<readonly SourceFile[]> => {
  const tracked = await listTrackedFiles(directory);
  if (tracked === null) {
    return walkSource(
      directory,
      '',
      (path) => isElsewhere(path) || isEnvironmentFile(path) || notCode.has(posix.basename(path)),
    );
  }
  const untracked = (await listUntrackedFiles(directory)).filter(
    (path) => !isElsewhere(path) && !isNeverSealed(path),
  );
  if (untracked.length > 0) {
    onNotice?.(
      `${untracked.length} files are not in git and so not in the release, ${untracked[0]} for one.`,
    );
  }
  const files: SourceFile[] = [];
  for (const path of tracked) files.push(...(await walkSource(directory, path, isElsewhere)));
  return files;
};

/** Files that hold secrets by custom. Git users ignore them; without git nobody has said so. */
const isEnvironmentFile = (path: string): boolean => /^\.env(\..*)?$/.test(posix.basename(path));

const isAtOrBelow = (path: string, other: string): boolean => path === other || path.startsWith(`${other}/`);

export interface PathToCollect {
  readonly directory: string;
  /** A directory or a single file, relative; as declared in the configuration. */
  readonly path: string;
  /** Paths of other components, of which some may lie inside. */
  readonly elsewhere: readonly string[];
}

/** The files of any other component: all there are below a path, or the one file it names. @throws `seal-failed` */
export const collectPath = async ({ path, elsewhere, ...rest }: PathToCollect): Promise<Collected> => {
  const directory = await realpath(rest.directory);
  const inside = elsewhere.filter((other) => other !== path && isAtOrBelow(other, path));
  const start = path === '.' ? '' : path;
  const entry = start === '' ? null : await readSourceEntry(directory, join(directory, start), start);
  if (start !== '' && entry === null)
    throw sealError(`There is no ${path}, which the configuration names.`, { data: { path } });
  const found = await walkSource(directory, start, (each) =>
    inside.some((other) => isAtOrBelow(each, other)),
  );
  if (found.length === 0)
    throw sealError(`There are no files in ${path}, which the configuration names.`, { data: { path } });
  // A single file stands in the directory it was in.
  const base = entry?.kind === 'file' ? posix.dirname(path) : path;
  const files = found.map((file) => ({
    ...file,
    path: base === '.' ? file.path : file.path.slice(base.length + 1),
  }));
  return { path: base, files };
};
