import { expect, it } from 'vitest';
import type { CaseOutcome } from './case-outcome.ts';
import { classificationEstimate } from './classification.ts';
import { incompleteBeta } from './incomplete-beta.ts';
import { measure } from './metrics.ts';
import { normalQuantile } from './normal-quantile.ts';
import { classificationDifference } from './paired-bootstrap.ts';
import { pairedSharesInterval } from './paired-shares.ts';
import { quantileOf, quantileRanks } from './quantile.ts';
import vectors from './reference-vectors.golden.json' with { type: 'json' };
import { seededRandom } from './seeded-random.ts';
import { shareInterval } from './share-interval.ts';

// The figures come from numpy, scipy and scikit-learn; make-reference-vectors.py says how.

it('agrees with scipy.stats.norm.ppf', () => {
  for (const [p, z] of vectors.normalQuantiles) expect(normalQuantile(p!)).toBeCloseTo(z!, 10);
});

it('agrees with scipy.special.betainc', () => {
  for (const [x, a, b, value] of vectors.incompleteBeta) {
    expect(incompleteBeta(x!, a!, b!) / value!).toBeCloseTo(1, 9);
  }
});

it('agrees with scipy on the exact interval of a share', () => {
  for (const { hits, total, confidence, interval } of vectors.shares) {
    const { low, high } = shareInterval(hits, total, confidence);
    expect(low).toBeCloseTo(interval[0]!, 9);
    expect(high).toBeCloseTo(interval[1]!, 9);
  }
});

it('agrees with a numerical maximisation on the interval of a paired difference', () => {
  for (const { interval, confidence, ...counts } of vectors.pairedShares) {
    const { low, high } = pairedSharesInterval(counts, confidence);
    expect(low).toBeCloseTo(interval[0]!, 6);
    expect(high).toBeCloseTo(interval[1]!, 6);
  }
});

it('agrees with scipy.stats.binom on the ranks of a quantile', () => {
  for (const { n, at, confidence, ranks } of vectors.quantileRanks) {
    expect(quantileRanks(n, at, confidence)).toEqual({ low: ranks[0], high: ranks[1] });
  }
});

it('agrees with numpy on quantiles', () => {
  const sorted = vectors.latencies.values.toSorted((a, b) => a - b);
  for (const [at, value] of vectors.latencies.quantiles) expect(quantileOf(sorted, at!)).toBe(value);
});

it('agrees with scikit-learn on accuracy, precision, recall and F1, weighted or not, with errors or without', () => {
  for (const set of vectors.classification) {
    const outcomes: CaseOutcome[] = set.expected.map((expected, i) => ({
      expected,
      answered: set.answered[i] ?? null,
      weight: set.weights[i]!,
      latencyMs: 1,
    }));
    const options = { positive: null, confidence: 0.95, ceilingMs: 1 };
    expect(measure('accuracy', outcomes, options)?.value).toBeCloseTo(set.accuracy, 12);
    for (const [index, metric] of (['precision', 'recall', 'f1'] as const).entries()) {
      expect(classificationEstimate(metric, outcomes, set.positive, 0.95)?.value).toBeCloseTo(
        set.ofPositive[index]!,
        12,
      );
      expect(classificationEstimate(metric, outcomes, null, 0.95)?.value).toBeCloseTo(set.macro[index]!, 12);
    }
  }
});

it('agrees with the same bootstrap in numpy up to the noise of resampling', () => {
  for (const set of vectors.bootstrap) {
    const pairs = set.expected.map((expected, i) => {
      const outcome = (answer: number | undefined): CaseOutcome => ({
        expected: `${expected}`,
        answered: `${answer}`,
        weight: 1,
        latencyMs: 1,
      });
      return { candidate: outcome(set.candidate[i]), stable: outcome(set.stable[i]) };
    });
    const metric = set.metric === 'f1' ? 'f1' : 'precision';
    const found = classificationDifference(metric, pairs, '1', 0.95, seededRandom(5));
    expect(found?.value).toBeCloseTo(set.value, 12);
    expect(Math.abs(found!.low - set.interval[0]!)).toBeLessThan(0.006);
    expect(Math.abs(found!.high - set.interval[1]!)).toBeLessThan(0.006);
  }
});
