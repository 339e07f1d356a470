import { TidegateError } from '../../errors.ts';
import type { Written } from './append-writer.ts';
import type { PendingAppend } from './ledger-calls.ts';
import type { SpaceReserve } from './space-reserve.ts';
import { isOutOfSpace } from './sqlite-failure.ts';

/**
 * Commits appends that waited together in one transaction with one sync, and gives each its own result. When the
 * transaction fails as a whole, each is tried alone, so that one too big for the disk takes no other with it.
 *
 * While the reserve is short, the space that is left belongs to appends that may use it; the others are refused without
 * being tried, until the reserve could be filled up again.
 */
export function groupCommit(
  write: (appends: readonly PendingAppend[]) => readonly Written[],
  reserve: SpaceReserve,
  asFailure: (error: unknown) => TidegateError,
): (appends: readonly PendingAppend[]) => readonly Written[] {
  const writeAlone = (append: PendingAppend): Written => {
    for (;;) {
      try {
        return write([append])[0] as Written;
      } catch (error) {
        const mayRetry = isOutOfSpace(error) && append.reserve && reserve.give();
        if (!mayRetry) return asFailure(error);
      }
    }
  };

  const writeTogether = (appends: readonly PendingAppend[]): readonly Written[] => {
    if (appends.length === 1) return appends.map(writeAlone);
    try {
      return write(appends);
    } catch {
      return appends.map(writeAlone);
    }
  };

  return (appends) => {
    if (appends.length === 0) return [];
    const isRestricted = reserve.isShort() && appends.some((append) => !append.reserve) && !reserve.refill();
    if (!isRestricted) return writeTogether(appends);
    return appends.map((append) =>
      append.reserve
        ? writeAlone(append)
        : new TidegateError(
            'disk-full',
            'The disk is full; what is left of it is kept for events that reduce exposure.',
          ),
    );
  };
}
