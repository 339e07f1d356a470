import type { MeasuredMetric } from '../../../core/evaluation/run/run-record.ts';
import type { CaseTable, SideColumns } from './case-table.ts';

/**
 * What can be said of a case. `worse` and `better` are about the baseline; a case may have several flags.
 */
export type CaseFlag = 'worse' | 'wrong' | 'error' | 'flaky' | 'better';

export const CASE_FLAGS: readonly CaseFlag[] = ['worse', 'wrong', 'error', 'flaky', 'better'];

export interface JudgedCases {
  /** By row: bits in the order of CASE_FLAGS. */
  readonly flags: Uint8Array;
  readonly counts: Readonly<Record<CaseFlag, number>>;
  /** Rows, the worst first. */
  readonly worstFirst: Int32Array;
  /** Places of the metrics that tell right from wrong, and better from worse. */
  readonly deciding: readonly number[];
  /** False: no metric scores cases 0 or 1, so nothing is called wrong. */
  readonly tellsRightFromWrong: boolean;
}

const EPSILON = 1e-9;

/**
 * Right and wrong are told by the metrics that score single cases 0 or 1. A case is `wrong` when all repeats are, by one of them;
 * `flaky` when some repeats pass and others fail (`doesPass`); `error` when a repeat had nothing to score. Where no metric scores
 * cases 0 or 1, nothing is wrong, and `worse` and `better` go by all quality scores.
 */
export const judgeCases = (metrics: readonly MeasuredMetric[], table: CaseTable): JudgedCases => {
  const quality = [...metrics.keys()].filter((m) => isQuality(metrics[m]!) && hasScores(table.candidate, m));
  const binary = quality.filter(
    (m) => canBeBinary(metrics[m]!) && isBinary(table.candidate, m) && isBinary(table.baseline, m),
  );
  const deciding = binary.length > 0 ? binary : quality;
  const sign = metrics.map(({ better }) => (better === 'higher' ? 1 : -1));
  const flags = new Uint8Array(table.size);
  const counts: Record<CaseFlag, number> = { worse: 0, wrong: 0, error: 0, flaky: 0, better: 0 };
  for (let row = 0; row < table.size; row += 1) {
    const { candidate, baseline } = table;
    const mean = (of: SideColumns, m: number): number => of.scores[m]![row]!;
    const isWrong = binary.some((m) => mean(candidate, m) === (sign[m] === 1 ? 0 : 1));
    const hasError = candidate.errors[row]! > 0;
    const gains = deciding.map((m) => sign[m]! * (mean(candidate, m) - mean(baseline, m)));
    // An answer against none is a difference as well, and one that no score shows.
    const lost = candidate.answered[row] === 0 && baseline.answered[row]! > 0;
    const won = baseline.answered[row] === 0 && baseline.errors[row]! > 0 && candidate.answered[row]! > 0;
    const found: Record<CaseFlag, boolean> = {
      worse: lost || gains.some((gain) => gain < -EPSILON),
      wrong: isWrong,
      error: hasError,
      flaky: candidate.flaky[row] === 1,
      better: (won && !isWrong) || gains.some((gain) => gain > EPSILON),
    };
    for (const [bit, flag] of CASE_FLAGS.entries()) {
      if (!found[flag]) continue;
      flags[row] = flags[row]! | (1 << bit);
      counts[flag] += 1;
    }
  }
  const loss = lossesOf(quality, sign, table);
  return {
    flags,
    counts,
    worstFirst: worstFirst(flags, loss, table),
    deciding,
    tellsRightFromWrong: binary.length > 0,
  };
};

export const flagsOf = (judged: Pick<JudgedCases, 'flags'>, row: number): CaseFlag[] =>
  CASE_FLAGS.filter((_, bit) => ((judged.flags[row] ?? 0) & (1 << bit)) !== 0);

/** What belongs to every call, such as its latency, is a metric of the run and no score of its cases. */
const hasScores = (side: SideColumns, m: number): boolean =>
  side.scores[m]!.some((score) => !Number.isNaN(score));

/** Speed and money say nothing about whether an answer is good. */
const isQuality = ({ unit, perCase }: MeasuredMetric): boolean =>
  perCase && (unit === 'share' || unit === 'score');

/** A count of bad things, where fewer is better, is no share, and tells good from bad all the same when it is 0 or 1. */
export const canBeBinary = ({ unit, better }: Pick<MeasuredMetric, 'unit' | 'better'>): boolean =>
  unit === 'share' || better === 'lower';

/** Means of repeats lie between 0 and 1 also for a metric that knows only these two; then every repeat-free case must be one of them. */
export const isBinary = (side: SideColumns, m: number): boolean => {
  const scores = side.scores[m]!;
  const varies = side.varies[m]!;
  return scores.every((score, row) => Number.isNaN(score) || score === 0 || score === 1 || varies[row] === 1);
};

/** By row: how far its scores lie from the best that occurs, as parts of the range that occurs, summed over metrics. */
const lossesOf = (quality: readonly number[], sign: readonly number[], table: CaseTable): Float64Array => {
  const loss = new Float64Array(table.size);
  for (const m of quality) {
    const scores = table.candidate.scores[m]!;
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (const score of scores) {
      if (score < least) least = score;
      if (score > most) most = score;
    }
    if (!(most > least)) continue;
    for (let row = 0; row < table.size; row += 1) {
      const score = scores[row]!;
      if (Number.isNaN(score)) continue;
      loss[row] = loss[row]! + (sign[m] === 1 ? most - score : score - least) / (most - least);
    }
  }
  return loss;
};

const RANK: readonly number[] = [8, 4, 2, 1, 0];

const worstFirst = (
  flags: Uint8Array,
  loss: Float64Array,
  { size, weight, position }: CaseTable,
): Int32Array => {
  const rank = flags.map((bits) =>
    RANK.reduce((sum, one, bit) => sum + ((bits & (1 << bit)) === 0 ? 0 : one), 0),
  );
  return Int32Array.from({ length: size }, (_, row) => row).sort(
    (a, b) =>
      rank[b]! - rank[a]! || loss[b]! - loss[a]! || weight[b]! - weight[a]! || position[a]! - position[b]!,
  );
};
