import type { Digest } from '../core/digest.ts';

/** Content-addressed bytes. What `put` acknowledged survives a power cut; what `open` yields matches its digest. */
export interface Blobs {
  /** Streams bytes in; `expected`, when given, must match or nothing is kept. @throws `blob-corrupt`, `disk-full`, `too-large` */
  put(
    bytes: AsyncIterable<Uint8Array> | Uint8Array,
    expected?: Digest,
  ): Promise<{ digest: Digest; bytes: number }>;
  has(digest: Digest): Promise<boolean>;
  /** Yields the bytes and checks them on the way; throws `blob-corrupt` at the end when they are not what they were, `blob-missing` at once. */
  open(digest: Digest): AsyncIterable<Uint8Array>;
  /** The whole of a small blob (at most `maxBytes`, default 64 MiB), checked. */
  read(digest: Digest, maxBytes?: number): Promise<Uint8Array>;
}
