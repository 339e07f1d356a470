import type { CaseTable } from '../run/case-table.ts';
import type { RunIndex } from '../run/index-run.ts';
import type { ComparableMetric } from './comparable-metrics.ts';

/**
 * What became of a case from run A to run B. `broken` and `fixed` go by the scores; `changed` is another answer with the same
 * scores; under `asked-differently` the id is the same and the input or the expected answer is not, so nothing is compared.
 */
export type CaseChange = 'broken' | 'fixed' | 'changed' | 'asked-differently' | 'only-b' | 'only-a' | 'same';

/** In the order in which people want to see them. */
export const CASE_CHANGES: readonly CaseChange[] = [
  'broken',
  'fixed',
  'changed',
  'asked-differently',
  'only-b',
  'only-a',
  'same',
];

/** The cases of two runs, each once; a row is a case. */
export interface PairedCases {
  readonly size: number;
  /** Row in run A, or -1. */
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** Place in CASE_CHANGES. */
  readonly change: Uint8Array;
  readonly counts: Readonly<Record<CaseChange, number>>;
  /** Rows in the order of CASE_CHANGES; within one, the greatest change first. */
  readonly ordered: Int32Array;
}

const EPSILON = 1e-9;

/**
 * Pairs by id. `deciding` are the metrics that say what is better: a case is broken when it is worse by one of them or lost its
 * answer to an error, fixed when it is better by one and worse by none, or has an answer where there was an error.
 */
export const pairCases = (a: RunIndex, b: RunIndex, deciding: readonly ComparableMetric[]): PairedCases => {
  const rowsA: number[] = [];
  const rowsB: number[] = [];
  for (const [id, rowB] of b.table.rowOfId) {
    rowsA.push(a.table.rowOfId.get(id) ?? -1);
    rowsB.push(rowB);
  }
  for (const [id, rowA] of a.table.rowOfId) {
    if (b.table.rowOfId.has(id)) continue;
    rowsA.push(rowA);
    rowsB.push(-1);
  }
  const size = rowsA.length;
  const change = new Uint8Array(size);
  const gains = new Float64Array(size);
  const counts: Record<CaseChange, number> = {
    broken: 0,
    fixed: 0,
    changed: 0,
    'asked-differently': 0,
    'only-b': 0,
    'only-a': 0,
    same: 0,
  };
  for (let row = 0; row < size; row += 1) {
    const { kind, gain } = changeOf(a.table, b.table, rowsA[row]!, rowsB[row]!, deciding);
    change[row] = CASE_CHANGES.indexOf(kind);
    gains[row] = Math.abs(gain);
    counts[kind] += 1;
  }
  const ordered = Int32Array.from({ length: size }, (_, row) => row).sort(
    (x, y) => change[x]! - change[y]! || gains[y]! - gains[x]! || x - y,
  );
  return { size, a: Int32Array.from(rowsA), b: Int32Array.from(rowsB), change, counts, ordered };
};

const changeOf = (
  a: CaseTable,
  b: CaseTable,
  rowA: number,
  rowB: number,
  deciding: readonly ComparableMetric[],
): { readonly kind: CaseChange; readonly gain: number } => {
  if (rowA === -1) return { kind: 'only-b', gain: 0 };
  if (rowB === -1) return { kind: 'only-a', gain: 0 };
  if (a.asked[rowA] !== b.asked[rowB]) return { kind: 'asked-differently', gain: 0 };
  const hadAnswer = a.candidate.answered[rowA]! > 0;
  const hasAnswer = b.candidate.answered[rowB]! > 0;
  if (hadAnswer && !hasAnswer) return { kind: 'broken', gain: 1 };
  if (!hadAnswer && hasAnswer) return { kind: 'fixed', gain: 1 };
  let worst = 0;
  let best = 0;
  for (const { placeA, placeB, better } of deciding) {
    const difference = b.candidate.scores[placeB]![rowB]! - a.candidate.scores[placeA]![rowA]!;
    const gain = better === 'higher' ? difference : -difference;
    if (gain < worst) worst = gain;
    if (gain > best) best = gain;
  }
  if (worst < -EPSILON) return { kind: 'broken', gain: worst };
  if (best > EPSILON) return { kind: 'fixed', gain: best };
  return { kind: a.candidate.output[rowA] === b.candidate.output[rowB] ? 'same' : 'changed', gain: 0 };
};
