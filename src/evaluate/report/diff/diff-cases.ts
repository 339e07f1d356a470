import type { AnswerRecord, CaseRecord } from '../../../core/evaluation/run/run-record.ts';
import { loadCases } from '../run/load-cases.ts';
import { tellingAnswer } from '../telling-answer.ts';
import { valueGist, valueLine } from '../value-text.ts';
import { oneLine } from '../visible-text.ts';
import type { RunDiff } from './compare-runs.ts';
import { CASE_CHANGES, type CaseChange } from './pair-cases.ts';

export interface ChangedCase<T> {
  readonly change: CaseChange;
  readonly row: number;
  /** What was made of it in each run; null where it is not in that one. */
  readonly a: T | null;
  readonly b: T | null;
}

/** Reads some cases from both files, in the order of `rows`, and keeps of each record what `make` makes of it. */
export const loadChanges = async <T>(
  { a, b, pairs }: RunDiff,
  rows: readonly number[],
  make: (record: CaseRecord, run: 'a' | 'b', change: CaseChange) => T,
): Promise<ChangedCase<T>[]> => {
  const changeOf = (row: number): CaseChange => CASE_CHANGES[pairs.change[row]!]!;
  const load = async (run: 'a' | 'b'): Promise<Map<number, T>> => {
    const { path, table } = run === 'a' ? a : b;
    // By its row in the run.
    const wanted = new Map(
      rows.filter((row) => pairs[run][row] !== -1).map((row) => [pairs[run][row]!, row]),
    );
    const made = await loadCases(path, table, wanted.keys(), (record, rowInRun) => {
      const row = wanted.get(rowInRun)!;
      return [row, make(record, run, changeOf(row))] as const;
    });
    return new Map(made);
  };
  const [inA, inB] = [await load('a'), await load('b')];
  return rows.map((row) => ({
    change: changeOf(row),
    row,
    a: inA.get(row) ?? null,
    b: inB.get(row) ?? null,
  }));
};

/** The first cases with something to see: broken, fixed, changed. */
export const firstChanges = ({ pairs }: RunDiff, most: number): number[] => {
  const shown = (['broken', 'fixed', 'changed'] as const).map((kind) => CASE_CHANGES.indexOf(kind));
  const rows = [...pairs.ordered].filter((row) => shown.includes(pairs.change[row]!));
  // Of each kind its share, or a thousand broken cases would hide what was fixed.
  const each = shown.map((kind) => rows.filter((row) => pairs.change[row] === kind).slice(0, most));
  const taken: number[] = [];
  for (let at = 0; taken.length < most && each.some((list) => at < list.length); at += 1)
    for (const list of each) if (at < list.length && taken.length < most) taken.push(list[at]!);
  return taken.sort((x, y) => pairs.change[x]! - pairs.change[y]!);
};

/** A case in a few words; `answer` is the repeat that shows what changed: from the best to the worst where it broke, else the other way. */
export interface CaseInShort {
  readonly id: string;
  readonly input: string;
  readonly expected: string;
  readonly answer: string;
}

const MOST_CHARACTERS = 600;

export const loadChangesInShort = (diff: RunDiff, most: number): Promise<ChangedCase<CaseInShort>[]> =>
  loadChanges(diff, firstChanges(diff, most), (record, run, change) => {
    const which = (change === 'broken') === (run === 'b') ? 'worst' : 'best';
    const answer = tellingAnswer(record.candidate, diff.deciding, which);
    return {
      id: record.id,
      input: oneLine(valueGist(record.input), MOST_CHARACTERS),
      expected: oneLine(valueLine(record.expected), MOST_CHARACTERS),
      answer: oneLine(answerGist(answer), MOST_CHARACTERS),
    };
  });

const answerGist = (answer: AnswerRecord | undefined): string => {
  if (answer === undefined) return '';
  return answer.kind === 'answer' ? valueLine(answer.output) : `error ${answer.reason}: ${answer.detail}`;
};
