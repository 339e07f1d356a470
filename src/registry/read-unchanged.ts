import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTidegateError } from '../errors.ts';
import { sealError } from './seal-error.ts';

/**
 * The bytes of a file, piece by piece (1 MiB), and an error at the end when it was not one and the same file with the same
 * contents from the first byte to the last: half of an old model and half of a new one must never be sealed together.
 * @throws `seal-failed` with `data.changed` naming the file
 */
export async function* readUnchanged(source: string): AsyncGenerator<Uint8Array, void, void> {
  const handle = await open(source, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const before = await handle.stat({ bigint: true });
    let bytes = 0n;
    for await (const chunk of handle.createReadStream({ highWaterMark: 1024 * 1024, autoClose: false })) {
      bytes += BigInt((chunk as Uint8Array).length);
      yield chunk as Uint8Array;
    }
    const after = await handle.stat({ bigint: true });
    // The name may meanwhile belong to another file: editors write beside and rename.
    const named = await stat(source, { bigint: true });
    if (bytes !== before.size || !isSame(before, after) || !isSame(before, named)) throw changed(source);
  } finally {
    await handle.close();
  }
}

const isSame = (a: BigIntStats, b: BigIntStats): boolean =>
  a.dev === b.dev &&
  a.ino === b.ino &&
  a.size === b.size &&
  a.mtimeNs === b.mtimeNs &&
  a.ctimeNs === b.ctimeNs;

export const changed = (source: string) =>
  sealError(`${source} changes while it is read.`, {
    data: { changed: source },
    todo: 'Wait until whatever writes it is done, then ship again.',
  });

/** Does something with files again when one changed meanwhile: three times in all, then the error stands. */
export const retryWhenChanged = async <T>(action: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      const hasChanged = isTidegateError(error, 'seal-failed') && error.data?.changed !== undefined;
      const hasGone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!(hasChanged || hasGone) || attempt === 3) throw error;
      await sleep(50 * attempt);
    }
  }
};
