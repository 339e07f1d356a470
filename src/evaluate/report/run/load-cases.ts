import { open } from 'node:fs/promises';
import type { CaseRecord } from '../../../core/evaluation/run/run-record.ts';
import { TidegateError } from '../../../errors.ts';
import { parseRunLine } from '../../records/parse-run-line.ts';
import type { CaseTable } from './case-table.ts';

/**
 * Reads the records of some rows again and makes of each what is kept of it, so that one record is in memory at a time. In
 * the order of `rows`.
 */
export const loadCases = async <T>(
  path: string,
  table: Pick<CaseTable, 'offset' | 'bytes'>,
  rows: Iterable<number>,
  make: (record: CaseRecord, row: number) => T,
): Promise<T[]> => {
  const handle = await open(path, 'r');
  try {
    const made: T[] = [];
    for (const row of rows) {
      const bytes = Buffer.alloc(table.bytes[row]!);
      await handle.read(bytes, 0, bytes.length, table.offset[row]!);
      const parsed = parseRunLine(bytes.toString('utf8'));
      if (parsed.kind !== 'line' || parsed.line.kind !== 'case')
        throw new TidegateError('run-file-broken', `${path} changed while it was read.`);
      made.push(make(parsed.line, row));
    }
    return made;
  } finally {
    await handle.close();
  }
};
