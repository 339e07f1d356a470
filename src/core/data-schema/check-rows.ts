import { checkColumn } from './check-column.ts';
import type { DataFinding, DataReport } from './data-finding.ts';
import type { DataRow, DataSchema } from './data-schema.ts';
import { findingTally } from './finding-tally.ts';

export interface RowCheck {
  readonly add: (row: DataRow) => void;
  /** A row that could not be read. */
  readonly addUnreadable: (line: number, why: string) => void;
  readonly finish: () => DataReport;
}

export interface RowCheckOptions {
  /** Milliseconds since 1970; what ages are counted from. */
  readonly nowMs: number;
  /** The file knows no types but text. */
  readonly isText: boolean;
  /** How many offending rows a finding names. */
  readonly mostCells: number;
}

/** Holds rows to a schema, one at a time and in constant memory (unique columns apart). Throws a RangeError for an unusable pattern. */
export const checkRows = (schema: DataSchema, { nowMs, isText, mostCells }: RowCheckOptions): RowCheck => {
  const tally = findingTally(mostCells);
  const nullWords = new Set(schema.nullWords);
  const checks = schema.columns.map((rule) => ({
    rule,
    check: checkColumn(rule, { nowMs, isText, nullWords }, tally),
  }));
  const known = new Set(schema.columns.map(({ name }) => name));
  let rows = 0;
  let readable = 0;
  return {
    add: ({ line, fields }) => {
      rows += 1;
      readable += 1;
      for (const { rule, check } of checks)
        check.add(Object.hasOwn(fields, rule.name) ? fields[rule.name] : undefined, line);
      if (schema.otherColumns === 'allow') return;
      for (const name of Object.keys(fields))
        if (!known.has(name)) tally.note('unknown-column', name, line, fields[name]);
    },
    addUnreadable: (line, why) => {
      rows += 1;
      tally.note('unreadable', null, line, why);
    },
    finish: () => {
      const noted = tally.findings();
      const about = (
        fault: DataFinding['fault'],
        column: string | null,
        given: Partial<DataFinding>,
      ): DataFinding => ({
        fault,
        column,
        count: 0,
        limit: null,
        found: null,
        cells: [],
        ...given,
      });
      const findings: DataFinding[] = noted.filter(({ fault }) => fault === 'unreadable');
      const { least, most } = schema.rows;
      if (rows < least) findings.push(about('too-few-rows', null, { limit: least, found: rows }));
      if (rows > most) findings.push(about('too-many-rows', null, { limit: most, found: rows }));
      for (const { rule, check } of checks) {
        const { isMissing, nulls, newestMs } = check.finish();
        if (isMissing && readable > 0 && rule.mostNullsShare < 1) {
          findings.push(about('missing-column', rule.name, { count: rows }));
          continue;
        }
        for (const finding of noted) {
          if (finding.column !== rule.name || finding.fault === 'unknown-column') continue;
          if (finding.fault !== 'nulls') findings.push(finding);
          else if (nulls > rule.mostNullsShare * rows)
            findings.push({ ...finding, limit: rule.mostNullsShare, found: nulls / rows });
        }
        const ageMs = newestMs === null ? null : nowMs - newestMs;
        if (rule.newestWithinMs !== null && rows > 0 && (ageMs === null || ageMs > rule.newestWithinMs))
          findings.push(about('stale', rule.name, { limit: rule.newestWithinMs, found: ageMs }));
      }
      findings.push(...noted.filter(({ fault }) => fault === 'unknown-column'));
      return { rows, isSound: findings.length === 0, findings };
    },
  };
};
