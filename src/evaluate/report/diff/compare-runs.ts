import { seededRandom } from '../../../core/evaluation/seeded-random.ts';
import { holm } from '../../../core/paired/holm.ts';
import type { RunIndex } from '../run/index-run.ts';
import {
  type ComparableMetric,
  comparableMetrics,
  decidingMetrics,
  type IncomparableMetric,
} from './comparable-metrics.ts';
import { compareScores, type ScoreComparison } from './compare-scores.ts';
import { CASE_CHANGES, type PairedCases, pairCases } from './pair-cases.ts';

export interface DiffMetric extends ScoreComparison {
  readonly metric: ComparableMetric;
  /** Null: all cases. */
  readonly slice: string | null;
  /** After Holm's correction, over the metrics on all cases or over all pairs of metric and slice. */
  readonly adjustedP: number;
  /** Common cases that have no score in one of the runs, because of an error or because it is undefined. */
  readonly unscored: number;
}

/** Run B held against run A, case by case. */
export interface RunDiff {
  readonly a: RunIndex;
  readonly b: RunIndex;
  readonly pairs: PairedCases;
  /** Cases in both runs that were asked the same. */
  readonly common: number;
  readonly isSameGolden: boolean;
  readonly metrics: readonly DiffMetric[];
  readonly slices: readonly DiffMetric[];
  /** Slices with fewer common cases than `LEAST_SLICE` are left out, and all beyond the largest `MOST_SLICES`. */
  readonly slicesLeftOut: number;
  readonly incomparable: readonly IncomparableMetric[];
  /** Which metrics say whether a case broke or was fixed. */
  readonly deciding: readonly ComparableMetric[];
  readonly verdict: DiffVerdict;
  readonly confidence: number;
}

/** By the metrics on all cases whose corrected p-value is at most 0.05. */
export type DiffVerdict = 'better' | 'worse' | 'mixed' | 'open';

export const LEAST_SLICE = 10;
export const MOST_SLICES = 40;
const ALPHA = 0.05;

export const compareRuns = (a: RunIndex, b: RunIndex, confidence = 0.95): RunDiff => {
  const { comparable, incomparable } = comparableMetrics(a, b);
  const deciding = decidingMetrics(comparable, a, b);
  const pairs = pairCases(a, b, deciding);
  const asked = askedAlike(pairs);
  const compare = (metric: ComparableMetric, slice: string | null, rows: readonly number[]) => {
    const { scores, unscored } = scorePairs(metric, a, b, pairs, rows);
    const random = seededRandom(0, `diff ${metric.name} ${slice ?? ''}`);
    const found = compareScores(scores, confidence, random);
    return found === null ? [] : [{ ...found, metric, slice, unscored, adjustedP: 1 }];
  };
  const metrics = corrected(comparable.flatMap((metric) => compare(metric, null, asked)));
  const { shown, leftOut } = slicesOf(b, pairs, asked);
  const quality = comparable.filter(({ isQuality }) => isQuality);
  const slices = corrected(
    quality.flatMap((metric) => shown.flatMap(({ tag, rows }) => compare(metric, tag, rows))),
  );
  return {
    a,
    b,
    pairs,
    common: asked.length,
    isSameGolden: a.head.golden.digest === b.head.golden.digest,
    metrics,
    slices,
    slicesLeftOut: leftOut,
    incomparable,
    deciding,
    verdict: verdictOf(metrics),
    confidence,
  };
};

const askedAlike = ({ size, change }: PairedCases): number[] => {
  const unlike = new Set(
    (['asked-differently', 'only-a', 'only-b'] as const).map((kind) => CASE_CHANGES.indexOf(kind)),
  );
  return Array.from({ length: size }, (_, row) => row).filter((row) => !unlike.has(change[row]!));
};

const scorePairs = (
  { placeA, placeB, scoreOf }: ComparableMetric,
  a: RunIndex,
  b: RunIndex,
  pairs: PairedCases,
  rows: readonly number[],
) => {
  const inA = scoreOf(a.table.candidate, placeA);
  const inB = scoreOf(b.table.candidate, placeB);
  const scores = { a: [] as number[], b: [] as number[], weight: [] as number[] };
  for (const row of rows) {
    const x = inA[pairs.a[row]!]!;
    const y = inB[pairs.b[row]!]!;
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    scores.a.push(x);
    scores.b.push(y);
    scores.weight.push(b.table.weight[pairs.b[row]!]!);
  }
  return { scores, unscored: rows.length - scores.a.length };
};

/** The largest slices first. A case belongs to the slices that run B says. */
const slicesOf = (b: RunIndex, pairs: PairedCases, rows: readonly number[]) => {
  const byTag = new Map<number, number[]>();
  for (const row of rows)
    for (const tag of new Set(b.table.tags[pairs.b[row]!])) {
      const known = byTag.get(tag);
      if (known === undefined) byTag.set(tag, [row]);
      else known.push(row);
    }
  const all = [...byTag]
    .map(([tag, members]) => ({ tag: b.table.tagNames[tag]!, rows: members }))
    .sort((x, y) => y.rows.length - x.rows.length);
  const shown = all.filter(({ rows: members }) => members.length >= LEAST_SLICE).slice(0, MOST_SLICES);
  return { shown, leftOut: all.length - shown.length };
};

/**
 * Where no case differs no test could ever say anything, so it takes nothing from the others (Tarone, "A modified Bonferroni method for
 * discrete data", Biometrics 46, 1990).
 */
const corrected = (metrics: readonly DiffMetric[]): DiffMetric[] => {
  const tested = metrics.filter(({ higher, lower }) => higher + lower > 0);
  const adjusted = holm(tested.map(({ p }) => p));
  return metrics.map((one) => ({ ...one, adjustedP: adjusted[tested.indexOf(one)] ?? 1 }));
};

/** Whether B is better or worse by this metric; `open` while the corrected p-value leaves it open. */
export const standingOf = ({ metric, difference, adjustedP }: DiffMetric): 'better' | 'worse' | 'open' => {
  if (adjustedP > ALPHA || difference === 0) return 'open';
  return difference > 0 === (metric.better === 'higher') ? 'better' : 'worse';
};

const verdictOf = (metrics: readonly DiffMetric[]): DiffVerdict => {
  const found = new Set(metrics.map(standingOf));
  if (found.has('better') && found.has('worse')) return 'mixed';
  return found.has('better') ? 'better' : found.has('worse') ? 'worse' : 'open';
};
