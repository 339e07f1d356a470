import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../core/digest.ts';
import { compareCodeUnits } from '../core/release/file-tree.ts';

/** What stands in a directory, down to the last byte; empty directories do not count. Sorted by path. */
export type Listing = readonly ListedEntry[];

export type ListedEntry =
  | ListedFile
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

export interface ListedFile {
  readonly kind: 'file';
  readonly path: string;
  readonly digest: Digest;
  readonly bytes: number;
  readonly executable: boolean;
  /** Modification time, where it is known: tells that a file was touched without reading it. */
  readonly mtimeMs?: number;
}

/** Lists a directory and hashes every file in it. @throws Error for what is neither file, directory nor link */
export const listDirectory = async (directory: string): Promise<Listing> => {
  const entries: ListedEntry[] = [];
  for await (const { path, location, stats } of walk(directory)) {
    if (stats.isSymbolicLink()) entries.push({ kind: 'link', path, target: await readlink(location) });
    else entries.push({ kind: 'file', path, digest: await hashFile(location), ...factsOf(stats) });
  }
  return sorted(entries);
};

export const sorted = (entries: readonly ListedEntry[]): Listing =>
  [...entries].sort((a, b) => compareCodeUnits(a.path, b.path));

/**
 * The first difference between a directory and its listing, as the end of a sentence; null when there is none.
 * @param reads true reads and hashes every file; false compares names, kinds, sizes, modes and, where listed, times
 */
export const differenceTo = async (
  directory: string,
  listing: Listing,
  reads: boolean,
): Promise<string | null> => {
  const expected = new Map(listing.map((entry) => [entry.path, entry]));
  try {
    for await (const { path, location, stats } of walk(directory)) {
      const entry = expected.get(path);
      if (entry === undefined) return `${path} does not belong there`;
      expected.delete(path);
      if (entry.kind === 'link') {
        if (!stats.isSymbolicLink() || (await readlink(location)) !== entry.target)
          return `${path} is another link`;
        continue;
      }
      const facts = factsOf(stats);
      if (!stats.isFile() || facts.bytes !== entry.bytes) return `${path} has other contents`;
      if (facts.executable !== entry.executable) return `${path} has another mode`;
      if (reads) {
        if ((await hashFile(location)) !== entry.digest) return `${path} has other contents`;
      } else if (entry.mtimeMs !== undefined && facts.mtimeMs !== entry.mtimeMs) return `${path} was touched`;
    }
  } catch (error) {
    return `it cannot be read (${error instanceof Error ? error.message : String(error)})`;
  }
  const [missing] = expected.keys();
  return missing === undefined ? null : `${missing} is missing`;
};

const factsOf = (stats: Stats) => ({
  bytes: stats.size,
  executable: (stats.mode & 0o100) !== 0,
  mtimeMs: stats.mtimeMs,
});

async function* walk(
  directory: string,
  below = '',
): AsyncGenerator<{ readonly path: string; readonly location: string; readonly stats: Stats }> {
  for (const name of (await readdir(join(directory, below))).sort()) {
    const path = below === '' ? name : `${below}/${name}`;
    const location = join(directory, path);
    const stats = await lstat(location);
    if (stats.isDirectory()) yield* walk(directory, path);
    else if (stats.isFile() || stats.isSymbolicLink()) yield { path, location, stats };
    else throw new Error(`${path} is neither a file nor a directory`);
  }
}

const hashFile = async (location: string): Promise<Digest> => {
  const handle = await open(location, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const hash = createHash('sha256');
    for await (const piece of handle.createReadStream({ highWaterMark: 1024 * 1024, autoClose: false })) {
      hash.update(piece as Uint8Array);
    }
    return `sha256:${hash.digest('hex')}`;
  } finally {
    await handle.close();
  }
};
