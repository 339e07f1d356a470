import { compilePattern } from '../scorers/text/pattern/compile-pattern.ts';
import type { ColumnRule } from './data-schema.ts';
import type { FindingTally } from './finding-tally.ts';
import { fingerprintSet } from './fingerprint-set.ts';
import type { CellValue } from './read-cell.ts';
import { readCell } from './read-cell.ts';

export interface ColumnCheck {
  /** Takes the value of one row; undefined where the row has no such field. */
  readonly add: (value: unknown, line: number) => void;
  /** After the last row. */
  readonly finish: () => ColumnTotals;
}

export interface ColumnTotals {
  /** No row has it. */
  readonly isMissing: boolean;
  readonly nulls: number;
  /** Newest timestamp that does not lie in the future; null without any. */
  readonly newestMs: number | null;
}

export interface ColumnCheckOptions {
  readonly nowMs: number;
  readonly isText: boolean;
  readonly nullWords: ReadonlySet<string>;
}

/** Clocks differ; a timestamp so little ahead is no fault. */
const CLOCK_SLACK_MS = 5 * 60_000;

/** Holds one column to its rule, row by row, in constant memory (but for `isUnique`, which keeps 24 to 48 bytes of each row). */
export const checkColumn = (
  rule: ColumnRule,
  { nowMs, isText, nullWords }: ColumnCheckOptions,
  tally: FindingTally,
): ColumnCheck => {
  const { name, type } = rule;
  const matches = rule.pattern === null ? null : patternTest(rule.pattern);
  const allowed = rule.oneOf === null ? null : new Set(rule.oneOf.map(String));
  const seen = rule.isUnique ? fingerprintSet() : null;
  const isDated = rule.newestWithinMs !== null || rule.eachWithinMs !== null;
  let isMissing = true;
  let nulls = 0;
  let newestMs: number | null = null;

  const checkNumber = (value: number, line: number): void => {
    if (rule.least !== null && value < rule.least)
      tally.note('below', name, line, value, { limit: rule.least });
    if (rule.greatest !== null && value > rule.greatest)
      tally.note('above', name, line, value, { limit: rule.greatest });
  };
  const checkText = (value: string, line: number): void => {
    if (rule.leastLength !== null || rule.mostLength !== null) {
      const length = lengthOf(value);
      if (rule.leastLength !== null && length < rule.leastLength)
        tally.note('too-short', name, line, value, { limit: rule.leastLength });
      if (rule.mostLength !== null && length > rule.mostLength)
        tally.note('too-long', name, line, value, { limit: rule.mostLength });
    }
    if (matches !== null && !matches(value)) tally.note('pattern', name, line, value);
  };
  const checkTime = (ms: number, line: number, written: unknown): void => {
    if (ms > nowMs + CLOCK_SLACK_MS) {
      if (isDated) tally.note('future', name, line, written);
      return;
    }
    if (newestMs === null || ms > newestMs) newestMs = ms;
    if (rule.eachWithinMs !== null && nowMs - ms > rule.eachWithinMs)
      tally.note('old', name, line, written, { limit: rule.eachWithinMs });
  };
  const checkValue = (value: Exclude<CellValue, null>, line: number, written: unknown): void => {
    if (type === 'timestamp') checkTime(value as number, line, written);
    else if (typeof value === 'number') checkNumber(value, line);
    else if (typeof value === 'string') checkText(value, line);
    if (allowed !== null && !allowed.has(String(value))) tally.note('category', name, line, written);
    if (seen === null) return;
    const firstLine = seen.add(typeof written === 'string' ? written : JSON.stringify(written), line);
    if (firstLine !== null) tally.note('duplicate', name, line, written, { firstLine });
  };
  return {
    add: (given, line) => {
      if (given !== undefined) isMissing = false;
      if (given === undefined || given === null || (typeof given === 'string' && nullWords.has(given))) {
        nulls += 1;
        tally.note('nulls', name, line, given);
        return;
      }
      const value = readCell(given, type, isText);
      if (value === null) tally.note('type', name, line, given);
      else checkValue(value, line, given);
    },
    finish: () => ({ isMissing, nulls, newestMs }),
  };
};

/** Throws a RangeError for a pattern that cannot be compiled; readers of schemas refuse those before. */
const patternTest = (pattern: string): ((text: string) => boolean) => {
  const compiled = compilePattern(pattern, {
    ignoreCase: false,
    multiline: false,
    dotAll: false,
    whole: false,
  });
  if (!compiled.isCompiled) throw new RangeError(`the pattern ${pattern} cannot be used: ${compiled.reason}`);
  return compiled.matches;
};

/** In code points. */
const lengthOf = (text: string): number => {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
};
