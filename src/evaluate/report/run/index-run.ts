import type { RunHead, RunSummary } from '../../../core/evaluation/run/run-record.ts';
import { readRunEntries } from '../../records/read-run-file.ts';
import { type CaseTable, emptyCaseTable, putCase } from './case-table.ts';

/** A run file read once: everything but the texts. */
export interface RunIndex {
  readonly path: string;
  readonly head: RunHead;
  /** Null: the run was interrupted, or is still under way. */
  readonly summary: RunSummary | null;
  readonly table: CaseTable;
}

/** @throws `not-found`, `run-file-broken` */
export const indexRun = async (path: string): Promise<RunIndex> => {
  let head: RunHead | null = null;
  let summary: RunSummary | null = null;
  let table = emptyCaseTable(0);
  const tagPlaces = new Map<string, number>();
  const tagPlace = (tag: string): number => {
    const known = tagPlaces.get(tag);
    if (known !== undefined) return known;
    tagPlaces.set(tag, table.tagNames.length);
    return table.tagNames.push(tag) - 1;
  };
  for await (const { line, offset, bytes } of readRunEntries(path)) {
    switch (line.kind) {
      case 'run':
        head ??= line;
        if (head === line) table = emptyCaseTable(head.metrics.length);
        break;
      case 'case':
        if (head !== null) putCase(table, head.metrics, line, { offset, bytes }, tagPlace);
        break;
      case 'summary':
        summary = line;
        break;
    }
  }
  // The reader refuses a file that does not begin with a head.
  return { path, head: head!, summary, table };
};
