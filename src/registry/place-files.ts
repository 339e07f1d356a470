import { constants } from 'node:fs';
import { chmod, copyFile, link, mkdir, open, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TreeFile } from '../core/release/file-tree.ts';
import { TidegateError } from '../errors.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { Listing } from './listing.ts';

const filesAtOnce = 8;

/** Read-only for everybody, its owner included: nothing a running release does by mistake changes what it is. */
export const sealedMode = (executable: boolean): number => (executable ? 0o555 : 0o444);

/**
 * Writes sealed files from their blobs into a fresh directory, each checked against its digest on the way.
 * @param files with paths relative to `directory` that have been validated together
 * @throws `blob-missing`, `blob-corrupt`, `disk-full`
 */
export const writeFiles = async (
  directory: string,
  files: readonly TreeFile[],
  blobs: Blobs,
): Promise<void> => {
  await makeDirectories(
    directory,
    files.map((file) => file.path),
  );
  await inParallel(files, async (file) => {
    // Exclusive and without following links: in a fresh directory nothing can be in the way but an attack.
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const handle = await open(join(directory, file.path), flags, 0o600);
    try {
      let bytes = 0;
      for await (const piece of blobs.open(file.digest)) {
        await handle.writeFile(piece);
        bytes += piece.length;
      }
      if (bytes !== file.bytes) {
        throw new TidegateError(
          'blob-corrupt',
          `${file.path} has ${bytes} bytes; the release says ${file.bytes}.`,
        );
      }
      await handle.chmod(sealedMode(file.executable));
    } finally {
      await handle.close();
    }
  });
};

/**
 * Puts what a listing names from one directory into another.
 * @param shares true makes hard links, which cost no space but let whoever may write one change all; false copies, by
 *   reflink where the file system can (the copy then shares its blocks until one side is written)
 */
export const placeListing = async (
  from: string,
  to: string,
  listing: Listing,
  shares: boolean,
): Promise<void> => {
  await makeDirectories(
    to,
    listing.map((entry) => entry.path),
  );
  await inParallel(listing, async (entry) => {
    const target = join(to, entry.path);
    if (entry.kind === 'link') return symlink(entry.target, target);
    const source = join(from, entry.path);
    if (shares && (await hasLinked(source, target))) return;
    await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await chmod(target, sealedMode(entry.executable));
  });
};

const hasLinked = async (source: string, target: string): Promise<boolean> => {
  try {
    await link(source, target);
    return true;
  } catch (error) {
    // Another file system, too many links, or a file system without: a copy does as well.
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (['EXDEV', 'EMLINK', 'EPERM', 'ENOTSUP', 'ENOSYS'].includes(String(code))) return false;
    throw error;
  }
};

const makeDirectories = async (directory: string, paths: readonly string[]): Promise<void> => {
  const wanted = new Set(paths.map((path) => dirname(path)));
  for (const each of wanted) {
    await mkdir(join(directory, each), { recursive: true, mode: 0o755 });
    // The umask may have taken away what other users need to read a release.
    for (let up = each; up !== '.'; up = dirname(up)) await chmod(join(directory, up), 0o755);
  }
  await chmod(directory, 0o755);
};

const inParallel = async <T>(items: readonly T[], action: (item: T) => Promise<void>): Promise<void> => {
  const waiting = [...items].reverse();
  const work = async () => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await action(item);
  };
  // All end before the first error is passed on, so that nobody writes into a directory that is being removed.
  const outcomes = await Promise.allSettled(
    Array.from({ length: filesAtOnce }, () =>
      work().catch((error: unknown) => {
        waiting.length = 0;
        throw error;
      }),
    ),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
};
