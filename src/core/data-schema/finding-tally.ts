import type { DataFault, DataFinding, OffendingCell } from './data-finding.ts';

/** Counts the rows that break each rule and keeps the first few of them. */
export interface FindingTally {
  readonly note: (
    fault: DataFault,
    column: string | null,
    line: number,
    value: unknown,
    about?: NoteAbout,
  ) => void;
  readonly countOf: (fault: DataFault, column: string | null) => number;
  readonly findings: () => DataFinding[];
}

export interface NoteAbout {
  readonly limit?: number | null;
  readonly firstLine?: number;
}

export const findingTally = (mostCells: number): FindingTally => {
  const found = new Map<
    string,
    { -readonly [K in keyof DataFinding]: DataFinding[K] } & { cells: OffendingCell[] }
  >();
  return {
    note: (fault, column, line, value, { limit = null, firstLine } = {}) => {
      const key = `${fault} ${column ?? ''}`;
      let finding = found.get(key);
      if (finding === undefined) {
        finding = { fault, column, count: 0, limit, found: null, cells: [] };
        found.set(key, finding);
      }
      finding.count += 1;
      if (finding.cells.length < mostCells)
        finding.cells.push({
          line,
          value: fault === 'unreadable' ? String(value) : shown(value),
          firstLine: firstLine ?? null,
        });
    },
    countOf: (fault, column) => found.get(`${fault} ${column ?? ''}`)?.count ?? 0,
    findings: () => [...found.values()],
  };
};

const LONGEST_SHOWN = 80;

const shown = (value: unknown): string => {
  const text = value === undefined || value === null ? 'null' : JSON.stringify(value);
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN - 1)}…`;
};
