import type { Digest } from '../../core/digest.ts';
import { digestOf } from '../../core/release/seal.ts';
import { TidegateError } from '../../errors.ts';
import type { Blobs } from '../../ports/blobs.ts';

export interface MemoryBlobs extends Blobs {
  /** Overwrites stored bytes without changing their name, as a failing disk would. For tests and drills. */
  corrupt(digest: Digest, bytes: Uint8Array): void;
}

/** Blobs that live as long as the process. @param maxBytes largest blob taken; default no limit. */
export const openMemoryBlobs = ({ maxBytes = Number.POSITIVE_INFINITY } = {}): MemoryBlobs => {
  const stored = new Map<Digest, Uint8Array>();
  const checked = (digest: Digest): Uint8Array => {
    const bytes = stored.get(digest);
    if (bytes === undefined) throw new TidegateError('blob-missing', `There are no bytes for ${digest}.`);
    if (digestOf(bytes) !== digest)
      throw new TidegateError('blob-corrupt', `The bytes stored for ${digest} have changed.`);
    return bytes;
  };
  return {
    async put(input, expected) {
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of input instanceof Uint8Array ? [input] : input) {
        size += chunk.length;
        if (size > maxBytes)
          throw new TidegateError('too-large', `A blob may have at most ${maxBytes} bytes.`);
        chunks.push(chunk.slice());
      }
      const bytes = new Uint8Array(Buffer.concat(chunks));
      const digest = digestOf(bytes);
      if (expected !== undefined && digest !== expected) {
        throw new TidegateError('blob-corrupt', `The bytes sent as ${expected} are ${digest}.`);
      }
      stored.set(digest, bytes);
      return { digest, bytes: bytes.length };
    },
    async has(digest) {
      const bytes = stored.get(digest);
      return bytes !== undefined && digestOf(bytes) === digest;
    },
    async *open(digest) {
      yield checked(digest).slice();
    },
    async read(digest, maxBytesToRead = 64 * 1024 * 1024) {
      const bytes = checked(digest);
      if (bytes.length > maxBytesToRead) {
        throw new TidegateError(
          'too-large',
          `${digest} has ${bytes.length} bytes; ${maxBytesToRead} were expected at most.`,
        );
      }
      return bytes.slice();
    },
    corrupt(digest, bytes) {
      stored.set(digest, bytes.slice());
    },
  };
};
