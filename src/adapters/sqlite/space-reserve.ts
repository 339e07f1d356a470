import { randomFillSync } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, statfsSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Blocks of the disk kept occupied, so that they can be given up when they are needed most. */
export interface SpaceReserve {
  /** Something of it was given up, or it could not be filled yet. */
  isShort(): boolean;
  /** Gives up one slice. False when nothing is left. */
  give(): boolean;
  /** Fills it up when the disk has room for that and some more. True when it is whole afterwards. */
  refill(): boolean;
  close(): void;
}

export const reserveBytes = 4 * 1024 * 1024;
const sliceBytes = 512 * 1024;
/** Left to everybody else when the reserve is filled up again, so that it is not given up at the next commit. */
const slackBytes = 1024 * 1024;

/** @throws a file system error when the file cannot be opened for writing. A full disk is no error here. */
export function openSpaceReserve(file: string, bytes: number = reserveBytes): SpaceReserve {
  const descriptor = openSync(file, 'a+', 0o600);
  let heldBytes = fstatSync(descriptor).size;

  const resize = (to: number): void => {
    ftruncateSync(descriptor, to);
    // Some file systems hand out freed blocks only once the truncation itself is durable.
    fsyncSync(descriptor);
    heldBytes = to;
  };

  const fill = (): void => {
    const { bavail, bsize } = statfsSync(dirname(file));
    if (bavail * bsize < bytes - heldBytes + slackBytes) return;
    while (heldBytes < bytes) {
      // Random, because a compressing file system would keep zeros in no blocks at all.
      heldBytes += writeSync(
        descriptor,
        randomFillSync(Buffer.allocUnsafe(Math.min(sliceBytes, bytes - heldBytes))),
      );
    }
    fsyncSync(descriptor);
  };

  const isShort = (): boolean => heldBytes < bytes;

  return {
    isShort,
    give() {
      if (heldBytes === 0) return false;
      return tryTo(() => resize(Math.max(0, Math.ceil(heldBytes / sliceBytes - 1) * sliceBytes)));
    },
    refill() {
      if (!isShort()) return true;
      const before = heldBytes;
      if (tryTo(() => fill())) return !isShort();
      tryTo(() => resize(before));
      return false;
    },
    close: () => closeSync(descriptor),
  };
}

/** A reserve that cannot be changed is one that helps less; that alone stops nobody. */
function tryTo(act: () => void): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
