import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TidegateError } from '../../errors.ts';

/** Makes the names in a directory survive a power cut. Without it a renamed file may be gone although its bytes are safe. */
export const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** `disk-full` for a full disk or quota, any other error as it is. */
export const namedDiskError = (error: unknown): unknown => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new TidegateError('disk-full', 'There is no space left where Tidegate keeps its releases.', {
        cause: error,
      })
    : error;
};

// Names of files this process writes right now; whatever else looks like one is left from a crash.
const inWork = new Set<string>();
const temporaryName = /^\.writing-(\d+)-[0-9a-f]{16}$/;

/** True for the name of an unfinished file whose writer is gone. */
export const isLeftover = (directory: string, name: string): boolean => {
  const match = temporaryName.exec(name);
  if (match === null || inWork.has(join(directory, name))) return false;
  const pid = Number(match[1]);
  return pid === process.pid || !isAlive(pid);
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

/**
 * Writes a file so that it is there whole or not at all: temporary name beside it, fsync, rename. `fill` writes the bytes
 * and returns the path to publish under, in the same directory. The caller syncs the directory. Leaves nothing behind
 * on failure. Mode 0600.
 * @throws `disk-full`
 */
export const writeWhole = async (
  directory: string,
  fill: (handle: FileHandle) => Promise<string>,
): Promise<void> => {
  const temporary = join(directory, `.writing-${process.pid}-${randomBytes(8).toString('hex')}`);
  inWork.add(temporary);
  try {
    const handle = await open(temporary, 'wx', 0o600);
    let target: string;
    try {
      target = await fill(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw namedDiskError(error);
  } finally {
    inWork.delete(temporary);
  }
};

/** Replaces a small file as a whole, durably. */
export const replaceFile = async (path: string, bytes: Uint8Array): Promise<void> => {
  await writeWhole(dirname(path), async (handle) => {
    await handle.writeFile(bytes);
    return path;
  });
  await syncDirectory(dirname(path));
};
