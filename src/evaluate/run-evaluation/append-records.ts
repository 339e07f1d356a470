import type { CasePart, CaseRecord } from '../../core/evaluation/run/run-record.ts';
import type { RunFile } from '../records/open-run-file.ts';

/** Records that may wait for the disk. */
const MOST_UNWRITTEN = 256;

/** Appends records without waiting for the disk, until too many wait for it. Throws what the disk said, at the next record. */
export const appendRecords = (file: RunFile): ((record: CaseRecord | CasePart) => Promise<void>) => {
  let unwritten = 0;
  let failure: { readonly error: unknown } | null = null;
  // One promise for all who wait: racing the records themselves would hang a reaction on each of them, again for every record. And counted instead
  // of kept in a set, whose thrown-away tables would hold on to records that are long written.
  let room: { readonly isThere: Promise<void>; readonly open: () => void } | null = null;
  const settled = (): void => {
    unwritten -= 1;
    room?.open();
    room = null;
  };
  const failed = (error: unknown): void => {
    failure ??= { error };
    settled();
  };
  return async (record) => {
    unwritten += 1;
    file.append(record).then(settled, failed);
    if (unwritten >= MOST_UNWRITTEN) {
      if (room === null) {
        const { promise, resolve } = Promise.withResolvers<void>();
        room = { isThere: promise, open: resolve };
      }
      await room.isThere;
    }
    if (failure !== null) throw failure.error;
  };
};
