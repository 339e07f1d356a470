import { existsSync } from 'node:fs';
import { access, constants, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { TidegateError } from '../../errors.ts';
import { stateWriteError } from './state-write-error.ts';

/**
 * Makes the state directory, and tells git to leave it alone: it holds the admin token and the signing keys.
 * @param stateDir absolute
 * @throws TidegateError `state-unwritable` when something else lies there or it cannot be made, `disk-full`
 */
export const makeStateDirectory = async (stateDir: string): Promise<void> => {
  try {
    await makeDirectories(stateDir);
    await ignoreInGit(stateDir);
  } catch (error) {
    throw stateWriteError(error, stateDir);
  }
};

/** One after the other: Node's recursive mkdir tries for ever in a file system that makes no directories, such as /proc. */
const makeDirectories = async (directory: string): Promise<void> => {
  const found = await stat(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
  if (found?.isDirectory()) return access(directory, constants.W_OK | constants.X_OK);
  if (found !== null) throw unwritable(`${directory} is a file, not a directory.`);
  await makeDirectories(dirname(directory));
  await mkdir(directory, { mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
    // Whoever was quicker made it.
    if (cause.code === 'EEXIST' && existsSync(directory)) return;
    if (cause.code !== 'ENOENT' && cause.code !== 'EEXIST') throw cause;
    throw unwritable(`No directory can be made at ${directory}.`, cause);
  });
};

/** Never over one that is there, and not where the state shares a directory with other things. */
const ignoreInGit = async (stateDir: string): Promise<void> => {
  if (basename(stateDir) !== '.tidegate' && (await readdir(stateDir)).length > 0) return;
  await writeFile(join(stateDir, '.gitignore'), '*\n', { flag: 'wx', mode: 0o600 }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
};

const unwritable = (message: string, cause?: unknown): TidegateError =>
  new TidegateError('state-unwritable', message, { cause, todo: 'Choose another directory with --state.' });
