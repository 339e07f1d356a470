import type { BigIntStats } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { releasePathProblem } from '../core/release/release-path.ts';
import { sealError } from './seal-error.ts';

/** A file of the working tree that goes into a release. */
export interface SourceFile {
  /** Relative to the component's directory, POSIX. */
  readonly path: string;
  /** Where its bytes are: absolute, symbolic links resolved. */
  readonly source: string;
  readonly bytes: number;
  readonly executable: boolean;
}

export type SourceEntry =
  | { readonly kind: 'file'; readonly file: SourceFile }
  | { readonly kind: 'directory'; readonly source: string; readonly isLink: boolean };

/**
 * Looks at one name of the working tree. A symbolic link stands for what it points to, provided that this lies inside
 * `root`: a link that leads out would seal something that is not part of the project, or a secret of the machine.
 * @param root real path of the directory that is sealed
 * @returns null when there is nothing
 * @throws `seal-failed` for links that lead out or nowhere, special files and names no release may contain
 */
export const readSourceEntry = async (
  root: string,
  location: string,
  path: string,
): Promise<SourceEntry | null> => {
  const problem = releasePathProblem(path);
  if (problem !== null)
    throw sealError(`The file name ${JSON.stringify(path)} ${problem}.`, { data: { path } });
  let entry: BigIntStats;
  try {
    entry = await lstat(location, { bigint: true });
  } catch (error) {
    if (isAbsent(error)) return null;
    throw sealError(`${path} cannot be read: ${(error as Error).message}.`, { cause: error, data: { path } });
  }
  const isLink = entry.isSymbolicLink();
  // Also of what is no link itself: a directory on the way to it may be one.
  const source = await targetInside(root, location, path);
  if (isLink) entry = await stat(source, { bigint: true });
  if (entry.isDirectory()) return { kind: 'directory', source, isLink };
  if (!entry.isFile()) {
    throw sealError(`${path} is a ${nounOf(entry)}, which a release cannot contain.`, {
      data: { path },
      todo: 'Remove it, or take it away with a pattern such as !PATH in components.code.files.',
    });
  }
  const executable = (entry.mode & 0o100n) !== 0n;
  return { kind: 'file', file: { path, source, bytes: Number(entry.size), executable } };
};

const targetInside = async (root: string, location: string, path: string): Promise<string> => {
  let target: string;
  try {
    target = await realpath(location);
  } catch (error) {
    throw sealError(`The symbolic link ${path} leads nowhere.`, { cause: error, data: { path } });
  }
  if (target !== root && !target.startsWith(root + sep)) {
    throw sealError(`${path} leads out of the project by a symbolic link, to ${target}.`, {
      data: { path, target },
      todo: 'Copy what it points to into the project, or leave the link out of the release.',
    });
  }
  return target;
};

export const isAbsent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

const nounOf = (entry: BigIntStats): string => {
  if (entry.isFIFO()) return 'named pipe';
  if (entry.isSocket()) return 'socket';
  if (entry.isBlockDevice() || entry.isCharacterDevice()) return 'device';
  return 'special file';
};
