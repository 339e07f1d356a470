import { createHash } from 'node:crypto';
import type { Digest } from '../core/digest.ts';
import { digestOf } from '../core/release/seal.ts';
import { changed, readUnchanged, retryWhenChanged } from './read-unchanged.ts';
import { scannedBytes } from './secret-scan.ts';

/** Where sealed bytes go. `put` gets exactly `bytes` bytes and checks that they match the digest. */
export interface SealTarget {
  readonly has: (digest: Digest) => Promise<boolean>;
  readonly put: (pieces: AsyncIterable<Uint8Array>, digest: Digest, bytes: number) => Promise<void>;
}

export interface SealedFile {
  readonly digest: Digest;
  readonly bytes: number;
}

/**
 * Hashes a file and hands its bytes over unless they are there already. Small files are read once; large ones once to
 * hash and once to send, never held in memory.
 * @param inspect sees the contents of a small file, and null for a large one, before anything is sent
 */
export const sealFile = (
  source: string,
  target: SealTarget,
  inspect: (contents: Uint8Array | null) => void,
): Promise<SealedFile> =>
  retryWhenChanged(async () => {
    const hash = createHash('sha256');
    let bytes = 0;
    let kept: Uint8Array[] | null = [];
    for await (const piece of readUnchanged(source)) {
      hash.update(piece);
      bytes += piece.length;
      if (bytes > scannedBytes) kept = null;
      kept?.push(piece);
    }
    const digest: Digest = `sha256:${hash.digest('hex')}`;
    const contents = kept === null ? null : Buffer.concat(kept);
    inspect(contents);
    if (!(await target.has(digest))) {
      await target.put(contents === null ? readExactly(source, digest) : one(contents), digest, bytes);
    }
    return { digest, bytes };
  });

/** Stores bytes that were made here. */
export const sealBytes = async (contents: Uint8Array, target: SealTarget): Promise<SealedFile> => {
  const digest = digestOf(contents);
  if (!(await target.has(digest))) await target.put(one(contents), digest, contents.length);
  return { digest, bytes: contents.length };
};

async function* one(contents: Uint8Array): AsyncGenerator<Uint8Array> {
  yield contents;
}

/** The file once more; fails before its end when it is not what was hashed. */
async function* readExactly(source: string, digest: Digest): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const piece of readUnchanged(source)) {
    hash.update(piece);
    yield piece;
  }
  if (`sha256:${hash.digest('hex')}` !== digest) throw changed(source);
}
