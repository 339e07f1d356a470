import { quantileOf, quantileRanks } from '../../src/core/evaluation/quantile.ts';
import { shareInterval } from '../../src/core/evaluation/share-interval.ts';
import type { Ending } from '../../src/simulator/world/ending.ts';

/** A part of the runs with its 95 % interval (Clopper and Pearson). */
export interface Part {
  readonly runs: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** Quantiles of what was measured; `medianLow` and `medianHigh` are the 95 % interval of the median (order statistics). */
export interface Spread {
  readonly median: number;
  readonly medianLow: number;
  readonly medianHigh: number;
  readonly p90: number;
}

/** Everything reported about one rule in one world. Null where no run ended so. */
export interface Outcomes {
  readonly runs: number;
  readonly rolledBack: Part;
  readonly promoted: Part;
  /** Handed to a person, or undecided after the longest simulated time. */
  readonly waiting: Part;
  readonly requestsToRollback: Spread | null;
  readonly secondsToRollback: Spread | null;
  /** Until the candidate serves nearly everything (95 %), of the promoted. */
  readonly secondsToServeAll: Spread | null;
  /** Candidate requests in runs that were promoted: what users met. Mean over all runs of bad candidate requests. */
  readonly meanBadCandidateRequests: number;
}

export const NEARLY_ALL = 0.95;

export const outcomesOf = (endings: readonly Ending[]): Outcomes => {
  const back = endings.filter(({ outcome }) => outcome === 'rolled-back');
  const promoted = endings.filter(({ outcome }) => outcome === 'promoted');
  const part = (runs: number): Part => ({
    runs,
    share: round(runs / endings.length),
    ...rounded(shareInterval(runs, endings.length, 0.95)),
  });
  return {
    runs: endings.length,
    rolledBack: part(back.length),
    promoted: part(promoted.length),
    waiting: part(endings.length - back.length - promoted.length),
    requestsToRollback: spreadOf(back.map(({ candidateRequests }) => candidateRequests)),
    secondsToRollback: spreadOf(back.map(({ atMs }) => atMs / 1_000)),
    secondsToServeAll: spreadOf(promoted.map((ending) => servesAllAtMs(ending) / 1_000)),
    meanBadCandidateRequests: round(
      endings.reduce((sum, { badCandidateRequests }) => sum + badCandidateRequests, 0) / endings.length,
    ),
  };
};

const servesAllAtMs = ({ stages, atMs }: Ending): number =>
  stages.find(({ candidateShare }) => candidateShare >= NEARLY_ALL)?.enteredAtMs ?? atMs;

const spreadOf = (values: readonly number[]): Spread | null => {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const { low, high } = quantileRanks(sorted.length, 0.5, 0.95);
  return {
    median: round(quantileOf(sorted, 0.5)),
    medianLow: round(sorted[Math.max(0, low - 1)]!),
    medianHigh: round(sorted[Math.min(sorted.length, high) - 1]!),
    p90: round(quantileOf(sorted, 0.9)),
  };
};

const rounded = ({ low, high }: { low: number; high: number }) => ({ low: round(low), high: round(high) });
/** Four digits are more than the runs can say. */
const round = (value: number): number => Number(value.toPrecision(4));
