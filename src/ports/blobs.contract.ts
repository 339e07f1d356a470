import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Digest } from '../core/digest.ts';
import { digestOf } from '../core/release/seal.ts';
import type { Blobs } from './blobs.ts';

export interface BlobsSubject {
  readonly blobs: Blobs;
  /** Another view on the same storage, as after a restart; null for storage that dies with the process. */
  readonly reopen: (() => Promise<Blobs>) | null;
  /** Changes stored bytes behind the store's back. */
  readonly corrupt: (digest: Digest, bytes: Uint8Array) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What every `Blobs` promises. `open` is given the largest blob the store shall take. */
export const blobsContract = (name: string, open: (maxBytes: number) => Promise<BlobsSubject>): void => {
  describe(`${name} keeps the promises of Blobs`, () => {
    const maxBytes = 3_000_000;
    let subject: BlobsSubject;
    beforeEach(async () => {
      subject = await open(maxBytes);
    });
    afterEach(() => subject.close());

    test('gives back any bytes, in any pieces, under their digest', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 5_000 }), { maxLength: 6 }), async (pieces) => {
          const whole = Buffer.concat(pieces);
          const stored = await subject.blobs.put(streamOf(pieces));
          expect(stored).toEqual({ digest: digestOf(whole), bytes: whole.length });
          expect(Buffer.from(await subject.blobs.read(stored.digest))).toEqual(whole);
          expect(await gather(subject.blobs.open(stored.digest))).toEqual(whole);
          expect(await subject.blobs.has(stored.digest)).toBe(true);
        }),
        { numRuns: 25 },
      );
    });

    test('takes the same bytes twice, also at once', async () => {
      const bytes = Buffer.from('the same');
      const stored = await Promise.all(Array.from({ length: 8 }, () => subject.blobs.put(bytes)));
      expect(new Set(stored.map((each) => each.digest))).toEqual(new Set([digestOf(bytes)]));
      expect(Buffer.from(await subject.blobs.read(digestOf(bytes)))).toEqual(bytes);
    });

    test('keeps nothing when the bytes are not the expected ones', async () => {
      const expected = digestOf(Buffer.from('expected'));
      await expect(subject.blobs.put(Buffer.from('other'), expected)).rejects.toMatchObject({
        code: 'blob-corrupt',
      });
      expect(await subject.blobs.has(expected)).toBe(false);
      expect(await subject.blobs.has(digestOf(Buffer.from('other')))).toBe(false);
    });

    test('keeps nothing when the sender fails half-way, and passes its error on', async () => {
      const failing = async function* () {
        yield Buffer.from('half');
        throw new Error('the line broke');
      };
      await expect(subject.blobs.put(failing())).rejects.toThrow('the line broke');
      expect(await subject.blobs.has(digestOf(Buffer.from('half')))).toBe(false);
    });

    test('refuses what is too large', async () => {
      const pieces = Array.from({ length: 4 }, () => Buffer.alloc(1_000_000, 7));
      await expect(subject.blobs.put(streamOf(pieces))).rejects.toMatchObject({ code: 'too-large' });
      const stored = await subject.blobs.put(Buffer.alloc(2_000));
      await expect(subject.blobs.read(stored.digest, 1_999)).rejects.toMatchObject({ code: 'too-large' });
      expect(await subject.blobs.read(stored.digest, 2_000)).toHaveLength(2_000);
    });

    test('says at once what it does not have', async () => {
      const absent = digestOf(Buffer.from('absent'));
      expect(await subject.blobs.has(absent)).toBe(false);
      await expect(subject.blobs.read(absent)).rejects.toMatchObject({ code: 'blob-missing' });
      await expect(gather(subject.blobs.open(absent))).rejects.toMatchObject({ code: 'blob-missing' });
    });

    test('notices bytes that changed, wherever the change lies, and heals when they come again', async () => {
      const bytes = Buffer.alloc(200_000, 'x');
      const { digest } = await subject.blobs.put(bytes);
      const damaged: [string, Buffer][] = [
        ['first byte', Buffer.concat([Buffer.from('y'), bytes.subarray(1)])],
        ['last byte', Buffer.concat([bytes.subarray(0, -1), Buffer.from('y')])],
        ['cut short', bytes.subarray(0, 1_000)],
        ['emptied', Buffer.alloc(0)],
        ['longer', Buffer.concat([bytes, Buffer.from('x')])],
      ];
      for (const [how, damage] of damaged) {
        await subject.corrupt(digest, damage);
        await expect(gather(subject.blobs.open(digest)), how).rejects.toMatchObject({ code: 'blob-corrupt' });
        await expect(subject.blobs.read(digest), how).rejects.toMatchObject({ code: 'blob-corrupt' });
        // Once known to be damaged it counts as absent, so that a client sends it again.
        expect(await subject.blobs.has(digest), how).toBe(false);
        await subject.blobs.put(bytes, digest);
        expect(await subject.blobs.has(digest), how).toBe(true);
        expect(Buffer.from(await subject.blobs.read(digest)), how).toEqual(bytes);
      }
    });

    test('what it yields and what it was given stay apart from what it stores', async () => {
      const given = Buffer.from('mine');
      const { digest } = await subject.blobs.put(given);
      given.fill(0);
      (await subject.blobs.read(digest)).fill(0);
      expect(Buffer.from(await subject.blobs.read(digest)).toString()).toBe('mine');
    });

    test('still has everything after a restart, where it is durable', async () => {
      if (subject.reopen === null) return;
      const { digest } = await subject.blobs.put(Buffer.from('kept'));
      const again = await subject.reopen();
      expect(Buffer.from(await again.read(digest)).toString()).toBe('kept');
    });
  });
};

const streamOf = async function* (pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield piece;
};

const gather = async (chunks: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const gathered: Uint8Array[] = [];
  for await (const chunk of chunks) gathered.push(chunk);
  return Buffer.concat(gathered);
};
