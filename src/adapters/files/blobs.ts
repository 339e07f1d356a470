import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, type FileHandle, lstat, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, isDigest } from '../../core/digest.ts';
import type { ReleaseManifest } from '../../core/release/manifest.ts';
import { TidegateError } from '../../errors.ts';
import type { Blobs } from '../../ports/blobs.ts';
import { isLeftover, syncDirectory, writeWhole } from './durable-file.ts';
import { initialiseLayout, recordInLayout } from './oci-layout.ts';

export interface FileBlobs extends Blobs {
  /**
   * Enters a release into `index.json` as an OCI artifact manifest and stores its manifest as a blob. Doing it again
   * changes nothing. @returns digest of the release. @throws `blob-missing` when any of its bytes is not here
   */
  recordRelease(manifest: ReleaseManifest): Promise<Digest>;
}

const pieceBytes = 1024 * 1024;

/**
 * Opens (or creates) blobs in a directory laid out as the OCI image layout 1.0 asks. Directories have mode 0700, files
 * 0600. What a crash left unfinished is removed.
 * @param maxBytes largest blob taken; default no limit but the disk's.
 * @throws `disk-full`
 */
export const openFileBlobs = async (
  directory: string,
  { maxBytes = Number.POSITIVE_INFINITY }: { maxBytes?: number } = {},
): Promise<FileBlobs> => {
  const folder = join(directory, 'blobs', 'sha256');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const each of [directory, join(directory, 'blobs'), folder]) {
    // An existing directory keeps the mode it had; mkdir does not say so.
    await chmod(each, 0o700);
    for (const name of await readdir(each)) {
      if (isLeftover(each, name)) await rm(join(each, name), { force: true });
    }
    await syncDirectory(each);
  }
  await initialiseLayout(directory);

  const pathOf = (digest: Digest): string => {
    // A digest becomes a file name, so one that is none must never get here.
    if (!isDigest(digest))
      throw new TidegateError('bad-request', `${JSON.stringify(digest)} is not a digest.`);
    return join(folder, digest.slice('sha256:'.length));
  };
  // Known to be damaged: absent for `has`, so that whoever has the bytes sends them again.
  const damaged = new Set<Digest>();
  const syncFolder = shareRuns(() => syncDirectory(folder));

  const blobs: Blobs = {
    async put(input, expected) {
      if (expected !== undefined) pathOf(expected);
      let bytes = 0;
      let digest: Digest | undefined;
      await writeWhole(folder, async (handle) => {
        const hash = createHash('sha256');
        for await (const chunk of input instanceof Uint8Array ? [input] : input) {
          bytes += chunk.length;
          if (bytes > maxBytes)
            throw new TidegateError('too-large', `A blob may have at most ${maxBytes} bytes.`);
          hash.update(chunk);
          await writeAll(handle, chunk);
        }
        digest = `sha256:${hash.digest('hex')}`;
        if (expected !== undefined && digest !== expected) {
          throw new TidegateError('blob-corrupt', `The bytes sent as ${expected} are ${digest}.`);
        }
        return pathOf(digest);
      });
      await syncFolder();
      damaged.delete(digest!);
      return { digest: digest!, bytes };
    },

    async has(digest) {
      if (damaged.has(digest)) return false;
      try {
        return (await lstat(pathOf(digest))).isFile();
      } catch (error) {
        if (isNoEntry(error)) return false;
        throw error;
      }
    },

    async *open(digest) {
      const handle = await openBlob(pathOf(digest), digest);
      try {
        const hash = createHash('sha256');
        for await (const chunk of handle.createReadStream({ highWaterMark: pieceBytes, autoClose: false })) {
          hash.update(chunk as Uint8Array);
          yield chunk as Uint8Array;
        }
        if (`sha256:${hash.digest('hex')}` !== digest) throw corrupt(digest);
      } finally {
        await handle.close();
      }
    },

    async read(digest, maxBytesToRead = 64 * 1024 * 1024) {
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of blobs.open(digest)) {
        size += chunk.length;
        if (size > maxBytesToRead) {
          throw new TidegateError(
            'too-large',
            `${digest} has more than the ${maxBytesToRead} bytes expected at most.`,
          );
        }
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    },
  };

  const corrupt = (digest: Digest): TidegateError => {
    damaged.add(digest);
    return new TidegateError('blob-corrupt', `The bytes stored for ${digest} have changed.`);
  };

  return { ...blobs, recordRelease: (manifest) => recordInLayout(directory, blobs, manifest) };
};

const openBlob = async (path: string, digest: Digest): Promise<FileHandle> => {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (isNoEntry(error))
      throw new TidegateError('blob-missing', `There are no bytes for ${digest}.`, { cause: error });
    throw error;
  }
};

const writeAll = async (handle: FileHandle, chunk: Uint8Array): Promise<void> => {
  for (let written = 0; written < chunk.length; ) {
    written += (await handle.write(chunk, written)).bytesWritten;
  }
};

const isNoEntry = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/**
 * Lets callers share runs of a slow action: a caller is served by the first run that starts after its call. Many files
 * renamed at once so cost one or two syncs of their directory instead of one each.
 */
const shareRuns = (action: () => Promise<void>): (() => Promise<void>) => {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  return () => {
    next ??= running
      .catch(() => {})
      .then(() => {
        next = null;
        running = action();
        return running;
      });
    return next;
  };
};
