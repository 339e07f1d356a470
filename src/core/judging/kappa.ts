import { criticalValue } from '../evaluation/normal-quantile.ts';
import { boundedMeanInterval } from '../evaluation/requirements/bounded-mean-interval.ts';
import { shareInterval } from '../evaluation/share-interval.ts';

/** How much of a disagreement between categories counts: all of it, or by their distance, or by the square of that. */
export type KappaWeights = 'none' | 'linear' | 'quadratic';

/** How often people (rows) and judge (columns) gave which category, in the order of the categories. */
export type Confusion = readonly (readonly number[])[];

export interface Kappa {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface Agreement {
  readonly kappa: number;
  /** Of large samples (Fleiss, Cohen, Everitt, "Large sample standard errors of kappa and weighted kappa", Psychological Bulletin 72, 1969). */
  readonly standardError: number;
  /** Weighted shares: what was seen, and what two strangers with the same habits would reach. */
  readonly observed: number;
  readonly byChance: number;
  readonly n: number;
}

/**
 * Cohen's kappa ("A coefficient of agreement for nominal scales", 1960; weighted, 1968): the value is that of scikit-learn's `cohen_kappa_score`. Null where
 * agreement by chance is certain, because both gave one category throughout, and where nothing was counted.
 */
export const agreementOf = (counts: Confusion, weights: KappaWeights): Agreement | null => {
  const k = counts.length;
  const n = counts.flat().reduce((sum, count) => sum + count, 0);
  if (n === 0 || k < 2) return null;
  const rows = counts.map((row) => row.reduce((sum, count) => sum + count, 0) / n);
  const columns = counts.map((_, j) => counts.reduce((sum, row) => sum + (row[j] ?? 0), 0) / n);
  const agreement = (i: number, j: number): number => 1 - penalty(weights, i, j) / penalty(weights, 0, k - 1);
  const sumOver = (of: (i: number, j: number) => number): number => {
    let sum = 0;
    for (let i = 0; i < k; i += 1) for (let j = 0; j < k; j += 1) sum += of(i, j);
    return sum;
  };
  const share = (i: number, j: number): number => (counts[i]?.[j] ?? 0) / n;
  const observed = sumOver((i, j) => agreement(i, j) * share(i, j));
  const byChance = sumOver((i, j) => agreement(i, j) * rows[i]! * columns[j]!);
  const rest = 1 - byChance;
  if (rest < 1e-12) return null;
  const kappa = (observed - byChance) / rest;
  const ofRow = rows.map((_, i) => columns.reduce((sum, column, j) => sum + column * agreement(i, j), 0));
  const ofColumn = columns.map((_, j) => rows.reduce((sum, row, i) => sum + row * agreement(i, j), 0));
  const squares = sumOver(
    (i, j) => share(i, j) * (agreement(i, j) - (ofRow[i]! + ofColumn[j]!) * (1 - kappa)) ** 2,
  );
  const variance = Math.max(0, squares - (kappa - byChance * (1 - kappa)) ** 2) / (n * rest ** 2);
  return { kappa, standardError: Math.sqrt(variance), observed, byChance, n };
};

/**
 * The same with an interval, each end of which is the wider of two. One is that of large samples, which is too narrow with few labels and of no width where
 * all of them agree. The other takes agreement by chance as it was found and bounds the agreement itself: Clopper and Pearson's interval, or for weighted
 * agreement one of bounded means. No formula is known that holds for every table; in simulations over scales, shares and kappas neither end was wrong more often than it may.
 */
export const cohensKappa = (counts: Confusion, weights: KappaWeights, confidence: number): Kappa | null => {
  const agreement = agreementOf(counts, weights);
  if (agreement === null) return null;
  const { kappa: value, standardError, observed, byChance, n } = agreement;
  const reach = criticalValue(confidence) * standardError;
  const held =
    weights === 'none'
      ? shareInterval(observed * n, n, confidence)
      : boundedMeanInterval(observed, n, confidence);
  const carried = (share: number): number => (share - byChance) / (1 - byChance);
  return {
    value,
    low: Math.max(-1, Math.min(value - reach, carried(held.low))),
    high: Math.min(1, Math.max(value + reach, carried(held.high))),
  };
};

const penalty = (weights: KappaWeights, i: number, j: number): number => {
  const distance = Math.abs(i - j);
  switch (weights) {
    case 'none':
      return distance === 0 ? 0 : 1;
    case 'linear':
      return distance;
    case 'quadratic':
      return distance ** 2;
  }
};
