import type { Bound } from '../bound.ts';
import { sideOf } from '../bound.ts';
import { moreCases } from '../more-cases.ts';
import type { RequirementFinding } from '../run/run-record.ts';
import { MOST_ERRORS_SHARE } from '../verdict.ts';
import { boundOfRequirement } from './bound-of-requirement.ts';
import { estimateOf } from './estimate-of.ts';
import { intervalAt } from './interval-at.ts';
import type { LevelEstimate } from './level-estimate.ts';
import { estimateAt } from './level-estimate.ts';
import type { CaseFacts, MetricScores, Requirement, RequirementInput } from './requirement-input.ts';
import { SCORER_FAILED } from './requirement-input.ts';
import { sentence, tooManyErrors, tooManyScorerErrors } from './sentence.ts';
import { sidesAreEqual } from './sides-are-equal.ts';
import type { Slice } from './slices.ts';
import { requiredSlices, slicesOf } from './slices.ts';
import { stepDown } from './step-down.ts';

export interface RequirementVerdict {
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  /** In the order of the requirements. */
  readonly requirements: readonly RequirementFinding[];
  /** The texts of those that too many errors among their own cases keep from passing. */
  readonly withheld: readonly string[];
  /** Why a pass was withheld from the whole, where it was. */
  readonly notes: readonly string[];
}

/** One bound on one set of cases. */
interface Claim extends Slice {
  readonly requirement: number;
  readonly bound: Bound;
  readonly estimate: LevelEstimate | null;
  /** Without an answer, or without a score of it. */
  readonly errors: number;
  /** Of these, those on which the scorer failed. */
  readonly scorerErrors: number;
}

/**
 * Holds each requirement against an interval: `pass` when all of it is within the bound, `fail` when all of it is outside, else
 * `inconclusive`; `not-applicable` is a comparison without a baseline. One failed requirement fails the whole, one open one leaves it open.
 *
 * What is wrong how often, at confidence 95 %: the whole passes at most 1 time in 40 although a requirement is broken. All claims
 * must pass, and the broken one is among them, so however many requirements and slices there are, each may use the full level
 * (Berger, "Multiparameter hypothesis testing and acceptance sampling", Technometrics 24, 1982). The whole fails at most 1 time in 40
 * although none is broken: here many claims give many chances, so `fail` is corrected over all requirements and slices together (Holm).
 * How exact each level is depends on the interval named in the finding's metric.
 *
 * A requirement does not pass when more than `mostErrorsShare` of its cases ended in an error (of either side in a comparison, and under a metric
 * that looks at both), nor does the whole when that is so of all cases, or when there are none. Nor does it fail when the scorer failed on more than that:
 * those on which it did not may be of a special kind, and its errors are no evidence about the target.
 *
 * About a set of cases all of which are there (`about: 'set'`) every interval is a single value: nothing is inconclusive but what errors leave open, and nothing is
 * corrected, for a value that was counted is not wrong by chance.
 *
 * Throws a RangeError for a requirement on a metric that was not measured, and for a confidence outside (0, 1).
 */
export const decide = (input: RequirementInput): RequirementVerdict => {
  const { cases, metrics, requirements, confidence = 0.95, mostErrorsShare = MOST_ERRORS_SHARE } = input;
  if (!(confidence > 0 && confidence < 1))
    throw new RangeError(`no interval has the confidence ${confidence}`);
  const all = cases.map((_, place) => place);
  const slices = slicesOf(cases);
  const byName = new Map(metrics.map((metric) => [metric.name, metric]));
  const metricOf = ({ metric }: Requirement): MetricScores => {
    const found = byName.get(metric);
    if (found === undefined) throw new RangeError(`no scores of ${metric}, which a requirement is about`);
    return found;
  };
  const claims = requirements.flatMap((requirement, at) => {
    const metric = metricOf(requirement);
    const bound = boundOfRequirement(requirement.bound, metric.better);
    const side = bound.about === 'difference' ? 'difference' : 'candidate';
    return requiredSlices(requirement.cases, all, slices).map(
      (slice): Claim => ({
        ...slice,
        requirement: at,
        bound,
        estimate: estimateOf(input, metric, slice.places, side, requirement.statistic),
        ...errorsOf(metric, cases, slice.places, side === 'difference'),
      }),
    );
  });
  const tail = (1 - confidence) / 2;
  const measured = claims.flatMap(({ estimate }, at) => (estimate === null ? [] : [at]));
  const { shown, tailOfRest } = stepDown(measured.length, tail, (i, each) => {
    const { estimate, bound, scorerErrors, places } = claims[measured[i]!]!;
    if (scorerErrors > mostErrorsShare * places.length) return false;
    return sideOf(bound, estimate!.at(1 - 2 * each, 1)) === 'bad';
  });
  const failed = new Set([...shown].map((i) => claims[measured[i]!]!));
  const findings = requirements.map((requirement, at): RequirementFinding => {
    const metric = metricOf(requirement);
    const own = claims.filter((claim) => claim.requirement === at);
    const facts = { requirement: requirement.text, found: null, moreCases: null };
    if (requirement.bound.kind === 'not-worse-by' && metric.baseline === null) {
      return { ...facts, verdict: 'not-applicable', detail: 'there is no baseline to compare with' };
    }
    const verdicts = own.map((claim) => {
      if (failed.has(claim)) return 'fail';
      if (claim.estimate === null || claim.errors > mostErrorsShare * claim.places.length)
        return 'inconclusive';
      return sideOf(claim.bound, claim.estimate.at(confidence, 1)) === 'good' ? 'pass' : 'inconclusive';
    });
    const verdict = verdicts.includes('fail')
      ? 'fail'
      : verdicts.includes('inconclusive') || own.length === 0
        ? 'inconclusive'
        : 'pass';
    // What is shown is the slice that decides: a failed one, an open one, and among those the worst.
    const deciding = worst(own.filter((_, i) => verdicts[i] === verdict));
    if (deciding === undefined) return { ...facts, verdict, detail: 'no slice has enough cases' };
    const { estimate, bound, places, errors, scorerErrors } = deciding;
    const hasTooManyErrors = verdict === 'inconclusive' && errors > mostErrorsShare * places.length;
    const isOutside = estimate !== null && sideOf(bound, estimate.at(confidence, 1)) === 'bad';
    const level = isOutside ? 1 - 2 * tailOfRest : confidence;
    const more =
      verdict !== 'inconclusive' || estimate === null || hasTooManyErrors
        ? null
        : moreCases(estimateAt(estimate, level), (interval) => sideOf(bound, interval) !== 'open');
    return {
      requirement: requirement.text,
      verdict,
      found: estimate === null ? null : intervalAt(estimate, confidence),
      held: {
        metric: metric.name,
        unit: metric.unit,
        about: bound.about === 'difference' ? 'difference' : 'candidate',
        good: bound.good,
        limit: bound.limit,
      },
      moreCases: more,
      detail: sentence({
        requirement,
        metric,
        verdict,
        slice: deciding.tag,
        estimate,
        confidence,
        cases: places.length,
        errors: hasTooManyErrors ? errors : null,
        scorerErrors,
        mostErrorsShare,
        claims: verdict === 'inconclusive' && isOutside ? measured.length : null,
        more,
        areEqual: bound.about === 'difference' && sidesAreEqual(metric, places, estimate),
      }),
    };
  });
  const notes: string[] = [];
  if (cases.length === 0) notes.push('no case was run, so nothing was measured');
  const errors = cases.filter(({ candidateErred }) => candidateErred).length;
  if (errors > mostErrorsShare * cases.length)
    notes.push(tooManyErrors(errors, cases.length, mostErrorsShare));
  const inError = new Set(all.filter((place) => cases[place]!.candidateErred));
  for (const metric of metrics) {
    const missing = metric.unscored?.candidate ?? null;
    if (missing === null) continue;
    for (const place of all) if (missing[place] !== 0) inError.add(place);
    const { scorerErrors } = errorsOf(metric, cases, all, false);
    if (scorerErrors > mostErrorsShare * cases.length)
      notes.push(tooManyScorerErrors(metric.name, scorerErrors, cases.length, mostErrorsShare));
  }
  if (notes.length === 0 && inError.size > mostErrorsShare * cases.length)
    notes.push(tooManyErrors(inError.size, cases.length, mostErrorsShare));
  const verdict = combined(findings);
  const withheld = requirements.filter(
    (_, at) =>
      findings[at]!.verdict !== 'not-applicable' &&
      claims.some(
        ({ requirement, errors, places }) => requirement === at && errors > mostErrorsShare * places.length,
      ),
  );
  return {
    verdict: verdict === 'pass' && notes.length > 0 ? 'inconclusive' : verdict,
    requirements: findings,
    withheld: withheld.map(({ text }) => text),
    notes,
  };
};

const hasErred = ({ candidateErred, baselineErred }: CaseFacts, isOfBoth: boolean): boolean =>
  candidateErred || (isOfBoth && baselineErred);

const errorsOf = (
  { candidate, looksBeside, unscored }: MetricScores,
  cases: readonly CaseFacts[],
  places: readonly number[],
  isDifference: boolean,
): Pick<Claim, 'errors' | 'scorerErrors'> => {
  let errors = 0;
  let scorerErrors = 0;
  if (candidate.kind === 'estimate') return { errors, scorerErrors };
  const own = unscored?.candidate ?? null;
  const other = isDifference ? (unscored?.baseline ?? null) : null;
  for (const place of places) {
    const ownMissing = own?.[place] ?? 0;
    const otherMissing = other?.[place] ?? 0;
    if (ownMissing === SCORER_FAILED || otherMissing === SCORER_FAILED) scorerErrors += 1;
    const isBroken = hasErred(cases[place]!, isDifference || looksBeside === true);
    if (isBroken || ownMissing !== 0 || otherMissing !== 0) errors += 1;
  }
  return { errors, scorerErrors };
};

const combined = (findings: readonly RequirementFinding[]): RequirementVerdict['verdict'] => {
  if (findings.some(({ verdict }) => verdict === 'fail')) return 'fail';
  return findings.some(({ verdict }) => verdict === 'inconclusive') ? 'inconclusive' : 'pass';
};

/** Nothing measured is worst of all; then whatever is nearest to breaking its bound, or farthest beyond it. */
const worst = (claims: readonly Claim[]): Claim | undefined => {
  const distance = ({ estimate, bound }: Claim): number => {
    if (estimate === null) return Number.NEGATIVE_INFINITY;
    return bound.good === 'at-least' ? estimate.value - bound.limit : bound.limit - estimate.value;
  };
  return claims.toSorted((a, b) => distance(a) - distance(b))[0];
};
