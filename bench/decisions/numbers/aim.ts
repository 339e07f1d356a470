import { quantileOf, quantileRanks } from '../../../src/core/evaluation/quantile.ts';
import { shareInterval } from '../../../src/core/evaluation/share-interval.ts';

/** A figure that Tidegate means to reach, with what was measured. */
export interface Aim {
  readonly what: string;
  readonly under: string;
  readonly unit: 'share of runs' | 'candidate requests' | 'requests' | 'ms';
  /** At most this much. */
  readonly target: number;
  readonly measured: number;
  /** 95 % interval of the measured figure. */
  readonly low: number;
  readonly high: number;
  readonly runs: number;
  /** `within error`: the interval contains the target, so the runs can say neither. For other figures than shares, measured above it. */
  readonly verdict: 'met' | 'missed' | 'within error';
  /** Wald's limit, where there is one. */
  readonly limit: number | null;
}

type Question = Pick<Aim, 'what' | 'under' | 'target'> & { readonly limit?: number };

export const shareAim = (question: Question, happened: number, runs: number): Aim =>
  aim(question, 'share of runs', runs, {
    measured: happened / runs,
    ...shareInterval(happened, runs, 0.95),
  });

export const meanAim = (question: Question, values: readonly number[]): Aim => {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = 1.96 * Math.sqrt(variance / n);
  return aim(question, 'candidate requests', n, { measured: mean, low: mean - half, high: mean + half });
};

export const quantileAim = (
  question: Question,
  unit: Aim['unit'],
  values: readonly number[],
  at: number,
): Aim => {
  const sorted = values.toSorted((a, b) => a - b);
  const ranks = quantileRanks(sorted.length, at, 0.95);
  return aim(question, unit, sorted.length, {
    measured: quantileOf(sorted, at),
    low: sorted[Math.max(0, ranks.low - 1)]!,
    high: sorted[Math.min(sorted.length, ranks.high) - 1]!,
  });
};

const aim = (
  { what, under, target, limit }: Question,
  unit: Aim['unit'],
  runs: number,
  { measured, low, high }: Pick<Aim, 'measured' | 'low' | 'high'>,
): Aim => ({
  what,
  under,
  unit,
  target,
  measured: round(measured),
  low: round(low),
  high: round(high),
  runs,
  // A share that was never seen may still be above the target: that takes runs to refute.
  verdict:
    (unit === 'share of runs' ? high : measured) <= target ? 'met' : low > target ? 'missed' : 'within error',
  limit: limit === undefined ? null : round(limit),
});

const round = (value: number): number => Number(value.toPrecision(4));
