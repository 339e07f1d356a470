import { headRepeats } from '../../../core/evaluation/repeats/head-repeats.ts';
import type { PassingScore } from '../../../core/evaluation/repeats/repeat-counts.ts';
import type { RunHead, RunSummary } from '../../../core/evaluation/run/run-record.ts';
import { readRunEntries } from '../../records/read-run-file.ts';
import { type CaseTable, emptyCaseTable, putCase } from './case-table.ts';

/** A run file read once: everything but the texts. */
export interface RunIndex {
  readonly path: string;
  readonly head: RunHead;
  /** Null: the run was killed, or is still under way. A summary with records behind it is that of an earlier part, and none of the whole. */
  readonly summary: RunSummary | null;
  readonly table: CaseTable;
}

/** @throws `not-found`, `run-file-broken` */
export const indexRun = async (path: string): Promise<RunIndex> => {
  let head: RunHead | null = null;
  let summary: RunSummary | null = null;
  let table = emptyCaseTable(0, false);
  let by: readonly PassingScore[] = [];
  const tagPlaces = new Map<string, number>();
  const tagLists = new Map<string, readonly number[]>();
  const tagPlace = (tag: string): number => {
    const known = tagPlaces.get(tag);
    if (known !== undefined) return known;
    tagPlaces.set(tag, table.tagNames.length);
    return table.tagNames.push(tag) - 1;
  };
  const listOf = (tags: readonly string[]): readonly number[] => {
    const key = JSON.stringify(tags);
    const known = tagLists.get(key);
    if (known !== undefined) return known;
    const list = tags.map(tagPlace);
    tagLists.set(key, list);
    return list;
  };
  for await (const { line, offset, bytes } of readRunEntries(path)) {
    switch (line.kind) {
      case 'run':
        head ??= line;
        if (head === line) {
          table = emptyCaseTable(head.metrics.length, head.baseline !== null);
          by = headRepeats(head).by;
        }
        break;
      case 'case':
        if (head !== null) putCase(table, head.metrics, by, line, { offset, bytes }, listOf);
        summary = null;
        break;
      case 'part':
        summary = null;
        break;
      case 'summary':
        summary = line;
        break;
    }
  }
  // The reader refuses a file that does not begin with a head.
  return { path, head: head!, summary, table };
};
