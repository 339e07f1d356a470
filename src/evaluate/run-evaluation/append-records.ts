import type { CaseRecord } from '../../core/evaluation/run/run-record.ts';
import type { RunFile } from '../records/open-run-file.ts';

/** Records that may wait for the disk. */
const MOST_UNWRITTEN = 256;

/** Appends records without waiting for the disk, until too many wait for it. Throws what the disk said, at the next record. */
export const appendRecords = (file: RunFile): ((record: CaseRecord) => Promise<void>) => {
  const unwritten = new Set<Promise<void>>();
  const failures: unknown[] = [];
  return async (record) => {
    const writing = file.append(record).catch((error: unknown) => {
      failures.push(error);
    });
    unwritten.add(writing);
    void writing.then(() => unwritten.delete(writing));
    if (unwritten.size >= MOST_UNWRITTEN) await Promise.race(unwritten);
    if (failures.length > 0) throw failures[0];
  };
};
