import type { MetricUnit } from '../run/run-record.ts';
import type { LevelEstimate } from './level-estimate.ts';
import { LEAST_ALIKE, LEAST_DIFFERENT } from './mean-estimate.ts';
import type { MetricScores, Requirement } from './requirement-input.ts';

interface Said {
  readonly requirement: Requirement;
  readonly metric: MetricScores;
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  /** Null: all cases. */
  readonly slice: string | null;
  readonly estimate: LevelEstimate | null;
  readonly confidence: number;
  readonly cases: number;
  /** So many cases ended in an error, which is what withholds a pass; null when that is not the reason. */
  readonly errors: number | null;
  /** Of these, how many are of the scorer. */
  readonly scorerErrors: number;
  readonly mostErrorsShare: number;
  /** Outside the bound alone, but not sure enough beside so many other claims; null when that is not the reason. */
  readonly claims: number | null;
  readonly more: number | null;
  /** Candidate and baseline have the same scores. */
  readonly areEqual: boolean;
}

/** One sentence about one requirement, for people. */
export const sentence = (said: Said): string => {
  const { requirement, metric, verdict, slice, estimate, confidence, cases, errors, claims, more } = said;
  const where = slice === null ? '' : `${slice}: `;
  if (estimate === null)
    return metric.candidate.kind === 'estimate'
      ? `${metric.name} was not measured`
      : errors !== null && said.scorerErrors > 0
        ? `${where}${tooManyScorerErrors(metric.name, said.scorerErrors, cases, said.mostErrorsShare)}`
        : `${where}no case says anything about ${metric.name}`;
  const isDifference = requirement.bound.kind === 'not-worse-by';
  const show = (value: number): string => figure(metric.unit, value, isDifference);
  const { low, high } = estimate.at(confidence, 1);
  const range = requirement.statistic.kind === 'total' ? '' : `${show(low)} to ${show(high)}, `;
  const what = estimate.of ?? 'cases';
  const seen = `${where}${show(estimate.value)} (${range}${grouped(estimate.n)} ${estimate.n === 1 ? what.slice(0, -1) : what})`;
  const held = bound(requirement, metric.unit);
  if (verdict === 'pass') return `${seen} is ${held}`;
  if (verdict === 'fail') return `${seen} is not ${held}`;
  if (errors !== null) {
    return said.scorerErrors > said.mostErrorsShare * cases
      ? `${seen}; ${tooManyScorerErrors(metric.name, said.scorerErrors, cases, said.mostErrorsShare)}`
      : `${seen}; ${tooManyErrors(errors, cases, said.mostErrorsShare)}`;
  }
  if (claims !== null) {
    return `${seen} is outside alone, but not sure enough among ${claims} claims held at once; ${settles(more, what)}`;
  }
  if (more === null && !Number.isFinite(low) && !Number.isFinite(high))
    return `${seen}: whether it is ${held} is open, for its interval is not known; that takes at least ${LEAST_DIFFERENT} cases that differ, or ${LEAST_ALIKE} that are all the same`;
  if (said.areEqual)
    return `${seen}: the two sides do not differ, which so few ${what} cannot show to be ${held}; ${settles(more, what)}`;
  return `${seen} may or may not be ${held}; ${settles(more, what)}`;
};

export const tooManyErrors = (errors: number, cases: number, mostShare: number): string =>
  `${grouped(errors)} of ${grouped(cases)} cases ended in an error, more than the ${trimmed(mostShare * 100)} % up to which it can pass`;

export const tooManyScorerErrors = (name: string, errors: number, cases: number, mostShare: number): string =>
  `the scorer of ${name} failed on ${grouped(errors)} of ${grouped(cases)} cases, more than the ${trimmed(mostShare * 100)} % up to which anything follows`;

const settles = (more: number | null, what: string): string =>
  more === null
    ? `the estimate is too close to the bound for any number of ${what} to settle it`
    : `about ${grouped(more)} more ${more === 1 ? what.slice(0, -1) : what} like these would settle it`;

const bound = ({ bound: given }: Requirement, unit: MetricUnit): string => {
  switch (given.kind) {
    case 'min':
      return `at least ${limit(unit, given.limit, false)}`;
    case 'max':
      return `at most ${limit(unit, given.limit, false)}`;
    case 'not-worse-by':
      return given.margin === 0
        ? 'no worse than the baseline'
        : `at most ${limit(unit, given.margin, true)} worse than the baseline`;
  }
};

const limit = (unit: MetricUnit, value: number, isDifference: boolean): string =>
  unit === 'share'
    ? `${trimmed(value * 100)} ${isDifference ? 'points' : '%'}`
    : withUnit(unit, grouped(trimmed(value)));

const figure = (unit: MetricUnit, value: number, isDifference: boolean): string => {
  if (!Number.isFinite(value)) return 'unknown';
  const sign = isDifference && value >= 0 ? '+' : '';
  if (unit === 'share') return `${sign}${percent(value)} ${isDifference ? 'points' : '%'}`;
  return withUnit(unit, `${sign}${grouped(Number(value.toPrecision(4)))}`);
};

const withUnit = (unit: MetricUnit, text: string): string => {
  switch (unit) {
    case 'share':
    case 'score':
      return text;
    case 'ms':
      return `${text} ms`;
    case 'tokens':
      return `${text} tokens`;
    case 'usd':
      return `${text} USD`;
    case 'per-second':
      return `${text} per second`;
  }
};

/** Only a perfect share reads 100.00. */
const percent = (share: number): string => {
  const text = (share * 100).toFixed(2);
  return text === '100.00' && share < 1 ? '99.99' : text;
};

/** `60,000`, as tables show it. */
const grouped = (value: number | string): string =>
  String(value).replace(
    /^([+-]?)(\d{4,})(?=$|\.)/,
    (_, sign: string, digits: string) => `${sign}${digits.replace(/\B(?=(?:\d{3})+$)/g, ',')}`,
  );

const trimmed = (value: number): string => `${Number(value.toPrecision(10))}`;
