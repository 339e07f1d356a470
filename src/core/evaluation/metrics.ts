import type { CaseOutcome } from './case-outcome.ts';
import { isRight } from './case-outcome.ts';
import { shareOf } from './class-tally.ts';
import { classificationEstimate } from './classification.ts';
import type { Estimate } from './interval.ts';
import type { OutcomePair } from './paired-bootstrap.ts';
import { classificationDifference, quantileDifference } from './paired-bootstrap.ts';
import { pairedSharesEstimate } from './paired-shares.ts';
import { quantileEstimate } from './quantile.ts';
import type { MetricName } from './requirement.ts';
import type { Random } from './seeded-random.ts';
import { shareEstimate } from './share-interval.ts';

export const METRICS = [
  'accuracy',
  'precision',
  'recall',
  'f1',
  'error_rate',
  'latency_p50_ms',
  'latency_p95_ms',
  'latency_p99_ms',
] as const satisfies readonly MetricName[];

export const higherIsBetter = (metric: MetricName): boolean =>
  metric === 'accuracy' || metric === 'precision' || metric === 'recall' || metric === 'f1';

export interface MeasureOptions {
  /** The label that precision, recall and F1 are about; null averages over the labels of the golden set. */
  readonly positive: string | null;
  /** Of the two-sided intervals, such as 0.95. */
  readonly confidence: number;
  /** Where calls are cut off; no latency lies above it. */
  readonly ceilingMs: number;
}

/**
 * One metric of one release with its interval, taking the cases as independent draws from what the golden set stands
 * for. Shares are 0 to 1, latencies milliseconds. Weights count in the quality metrics, not in `error_rate` and the
 * latencies, which are about calls. Null when the metric makes no sense for these answers.
 */
export const measure = (
  metric: MetricName,
  outcomes: readonly CaseOutcome[],
  { positive, confidence, ceilingMs }: MeasureOptions,
): Estimate | null => {
  switch (metric) {
    case 'accuracy':
      return shareEstimate(
        shareOf(outcomes.map((outcome) => ({ weight: outcome.weight, right: isRight(outcome) }))),
        confidence,
      );
    case 'error_rate':
      return shareEstimate(
        shareOf(outcomes.map((outcome) => ({ weight: 1, right: outcome.answered === null }))),
        confidence,
      );
    case 'precision':
    case 'recall':
    case 'f1':
      return classificationEstimate(metric, outcomes, positive, confidence);
    case 'latency_p50_ms':
    case 'latency_p95_ms':
    case 'latency_p99_ms':
      return quantileEstimate(
        outcomes.map((outcome) => outcome.latencyMs),
        QUANTILES[metric],
        ceilingMs,
        confidence,
      );
  }
};

const QUANTILES = { latency_p50_ms: 0.5, latency_p95_ms: 0.95, latency_p99_ms: 0.99 } as const;

/**
 * The difference of a metric, candidate minus stable, on the same cases. Cases that stable did not answer are left
 * out, except from `error_rate`: counting them as stable's mistakes would let a broken stable excuse any candidate.
 */
export const measureDifference = (
  metric: MetricName,
  pairs: readonly OutcomePair[],
  { positive, confidence, ceilingMs }: MeasureOptions,
  random: Random,
): Estimate | null => {
  if (metric === 'error_rate') {
    return pairedSharesEstimate(
      pairs.map(({ candidate, stable }) => ({
        weight: 1,
        candidateRight: candidate.answered === null,
        stableRight: stable.answered === null,
      })),
      confidence,
    );
  }
  const answered = pairs.filter((pair) => pair.stable.answered !== null);
  switch (metric) {
    case 'accuracy':
      return pairedSharesEstimate(answered.map(judged), confidence);
    case 'recall':
      // Of one label, recall is the share of right ones among the cases that expect it.
      return positive === null
        ? classificationDifference(metric, answered, positive, confidence, random)
        : pairedSharesEstimate(
            answered.filter((pair) => pair.candidate.expected === positive).map(judged),
            confidence,
          );
    case 'precision':
    case 'f1': {
      // A side that never said the label has no precision; holding it against 0 would prove nothing.
      const sides = [answered.map((pair) => pair.candidate), answered.map((pair) => pair.stable)];
      const isMeasured = sides.every(
        (side) => classificationEstimate(metric, side, positive, confidence)?.n !== 0,
      );
      return classificationDifference(metric, isMeasured ? answered : [], positive, confidence, random);
    }
    case 'latency_p50_ms':
    case 'latency_p95_ms':
    case 'latency_p99_ms':
      return quantileDifference(answered, QUANTILES[metric], ceilingMs, confidence, random);
  }
};

const judged = ({ candidate, stable }: OutcomePair) => ({
  weight: candidate.weight,
  candidateRight: isRight(candidate),
  stableRight: isRight(stable),
});
