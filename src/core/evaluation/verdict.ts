import { boundOf, sideOf } from './bound.ts';
import type { CaseOutcome } from './case-outcome.ts';
import { differenceOf, figureOf, limitOf } from './figure.ts';
import type { Estimate } from './interval.ts';
import type { MeasureOptions } from './metrics.ts';
import { METRICS, measure, measureDifference } from './metrics.ts';
import { moreCases } from './more-cases.ts';
import type { OutcomePair } from './paired-bootstrap.ts';
import type { EvaluationResult, MetricResult, RequirementResult, RequirementSpec } from './requirement.ts';
import { seededRandom } from './seeded-random.ts';

/** With a greater share of cases in error an evaluation says too little to be a pass. */
export const MOST_ERRORS_SHARE = 0.01;

export interface VerdictInput extends MeasureOptions {
  readonly requirements: readonly RequirementSpec[];
  readonly candidate: readonly CaseOutcome[];
  /** The same cases in the same order; null when there is no stable release. */
  readonly stable: readonly CaseOutcome[] | null;
  /** Makes the resampled intervals reproducible. */
  readonly seed: number;
}

export type Verdict = Pick<
  EvaluationResult,
  'verdict' | 'cases' | 'errors' | 'metrics' | 'requirements' | 'notes'
>;

/**
 * Holds every requirement against its interval: `pass` when the whole interval is within the bound, `fail` when all of
 * it is outside, `inconclusive` when it straddles or nothing was measured. One failed requirement fails the whole; else an
 * open one leaves it open. Without cases, or with more than `MOST_ERRORS_SHARE` of them in error, a pass is withheld.
 *
 * At the default confidence of 95 % a requirement whose bound is really broken passes at most about 1 time in 40. Since all
 * of them must pass, more requirements do not make a wrong pass likelier; they do make a wrong fail likelier.
 */
export const reachVerdict = (input: VerdictInput): Verdict => {
  const { candidate, stable } = input;
  if (!(input.confidence > 0 && input.confidence < 1)) {
    throw new RangeError(`confidence must lie between 0 and 1: ${input.confidence}`);
  }
  const pairs = stable === null ? null : paired(candidate, stable);
  const requirements = input.requirements.map((requirement) => decide(requirement, input, pairs));
  const errors = candidate.filter((outcome) => outcome.answered === null).length;
  const notes: string[] = [];
  let verdict = combined(requirements);
  if (candidate.length === 0) notes.push('no case was run, so nothing was measured');
  if (errors > MOST_ERRORS_SHARE * candidate.length) {
    notes.push(
      `${errors} of ${candidate.length} cases ended in an error, more than the 1 % up to which an evaluation can pass`,
    );
  }
  if (verdict === 'pass' && notes.length > 0) verdict = 'inconclusive';
  const stableErrors = (stable ?? []).filter((outcome) => outcome.answered === null).length;
  if (stableErrors > 0) {
    notes.push(
      `stable did not answer ${stableErrors} of ${candidate.length} cases; comparisons other than of error_rate leave them out`,
    );
  }
  return {
    verdict,
    cases: candidate.length,
    errors,
    metrics: measureAll(input),
    requirements,
    notes,
  };
};

const combined = (requirements: readonly RequirementResult[]): Verdict['verdict'] => {
  if (requirements.some(({ verdict }) => verdict === 'fail')) return 'fail';
  return requirements.some(({ verdict }) => verdict === 'inconclusive') ? 'inconclusive' : 'pass';
};

const paired = (candidate: readonly CaseOutcome[], stable: readonly CaseOutcome[]): OutcomePair[] => {
  if (candidate.length !== stable.length) {
    throw new RangeError(`${candidate.length} outcomes of the candidate against ${stable.length} of stable`);
  }
  return candidate.map((outcome, i) => ({ candidate: outcome, stable: stable[i]! }));
};

const measureAll = (input: VerdictInput): MetricResult[] =>
  METRICS.flatMap((metric) => {
    const estimate = measure(metric, input.candidate, input);
    if (estimate === null) return [];
    const stable = input.stable === null ? null : measure(metric, input.stable, input);
    const { value, low, high, n, method } = estimate;
    return {
      metric,
      value,
      low,
      high,
      confidence: input.confidence,
      n,
      method,
      stable: stable === null ? null : { value: stable.value, low: stable.low, high: stable.high },
    };
  });

const decide = (
  requirement: RequirementSpec,
  input: VerdictInput,
  pairs: readonly OutcomePair[] | null,
): RequirementResult => {
  const { metric } = requirement;
  const bound = boundOf(requirement);
  const unmeasured = { requirement, estimate: null, low: null, high: null, moreCases: null };
  if (bound.about === 'difference' && pairs === null) {
    return {
      ...unmeasured,
      verdict: 'not-applicable',
      detail: 'there is no stable release to compare with',
    };
  }
  const estimate =
    bound.about === 'metric'
      ? measure(metric, input.candidate, input)
      : measureDifference(metric, pairs ?? [], input, seededRandom(input.seed, metric));
  if (estimate === null) {
    return {
      ...unmeasured,
      verdict: 'inconclusive',
      detail: `${metric} is not measured: the golden set has too many labels to average over`,
    };
  }
  if (estimate.n === 0) {
    return {
      ...unmeasured,
      verdict: 'inconclusive',
      detail: `no case says anything about the ${metric} of ${bound.about === 'metric' ? 'this release' : 'both releases'}`,
    };
  }
  const { value, low, high } = estimate;
  const side = sideOf(bound, estimate);
  const verdict = side === 'good' ? 'pass' : side === 'bad' ? 'fail' : 'inconclusive';
  const more =
    verdict === 'inconclusive' ? moreCases(estimate, (interval) => sideOf(bound, interval) !== 'open') : null;
  return {
    requirement,
    verdict,
    estimate: value,
    low,
    high,
    moreCases: more,
    detail: sentence(requirement, estimate, verdict, more),
  };
};

const sentence = (
  requirement: RequirementSpec,
  { value, low, high, n }: Estimate,
  verdict: 'pass' | 'fail' | 'inconclusive',
  more: number | null,
): string => {
  const { metric, min, max, notWorseBy } = requirement;
  const figure = notWorseBy === undefined ? figureOf : differenceOf;
  const held =
    notWorseBy !== undefined
      ? `at most ${limitOf(metric, notWorseBy, 'margin')} worse than stable`
      : min !== undefined
        ? `at least ${limitOf(metric, min, 'value')}`
        : `at most ${limitOf(metric, max ?? Number.NaN, 'value')}`;
  const seen = `${figure(metric, value)} (${figure(metric, low)} to ${figure(metric, high)}, ${n} cases)`;
  if (verdict === 'pass') return `${seen} is ${held}`;
  if (verdict === 'fail') return `${seen} is not ${held}`;
  const settles =
    more === null
      ? 'the estimate is too close to the bound for any number of cases to settle it'
      : `about ${more} more cases would settle it`;
  return `${seen} may or may not be ${held}; ${settles}`;
};
