import type { RepeatCounts, RepeatPlan } from './repeat-plan.ts';
import { goesOn } from './repeat-plan.ts';

/** Of one case: the probability that k answers in a row all pass, and that at least one of k does. */
export interface CasePowers {
  readonly allPass: number;
  readonly anyPasses: number;
}

/**
 * Estimates of p^k and 1 - (1 - p)^k that are right on average although a case was repeated more often where its answers varied. The
 * plain share of passes is not: three in a row end the repeats, and a failure among them would not have. Girshick, Mosteller, Savage
 * ("Unbiased estimates for certain binomial sampling problems with applications", Annals of Mathematical Statistics 17, 1946): of all orders in
 * which the plan could have come to these counts, the part that begins with k passes (or k failures). With the same number of
 * repeats everywhere the second is the estimator of Chen et al. ("Evaluating large language models trained on code", 2021), 1 - C(failed, k) /
 * C(repeats, k), and with k = 1 and `least` 2 the first is the share of passes among the first two.
 *
 * Null when k is more than `least`, for then no such estimate exists, or when there are fewer than k answers. `k` is 1 or more.
 */
export const unbiasedPowers = (
  plan: RepeatPlan,
  passed: number,
  failed: number,
  k: number,
): CasePowers | null => {
  if (k > plan.least || passed + failed < k) return null;
  const all = ordersTo(plan, passed, failed, 0, 0);
  if (all === 0) return null;
  const allPass = ordersTo(plan, passed, failed, k, 0) / all;
  // Of one answer both are the same, to the last digit.
  const anyPasses = k === 1 ? allPass : 1 - ordersTo(plan, passed, failed, 0, k) / all;
  return { allPass, anyPasses };
};

/**
 * The same for one case as it was recorded. Null also where a repeat ended in an error. Where fewer repeats could be had than the plan asks for (those of an
 * earlier run), it is as if the plan ended there: the orders that lead there are the same.
 */
export const casePowers = (
  plan: RepeatPlan,
  { passed, failed, errors }: RepeatCounts,
  k: number,
): CasePowers | null => (errors > 0 ? null : unbiasedPowers(plan, passed, failed, k));

/** In how many orders the plan goes from some counts to others. */
const ordersTo = (
  plan: RepeatPlan,
  passed: number,
  failed: number,
  fromPassed: number,
  fromFailed: number,
): number => {
  if (fromPassed > passed || fromFailed > failed) return 0;
  // orders[f] after each number of passes; a point is left only where the plan goes on.
  let orders = new Float64Array(failed + 1);
  for (let s = fromPassed; s <= passed; s += 1) {
    const next = new Float64Array(failed + 1);
    for (let f = fromFailed; f <= failed; f += 1) {
      if (s === fromPassed && f === fromFailed) next[f] = 1;
      if (s > fromPassed && goesOn(plan, s - 1, f)) next[f]! += orders[f]!;
      if (f > fromFailed && goesOn(plan, s, f - 1)) next[f]! += next[f - 1]!;
    }
    orders = next;
  }
  return orders[failed]!;
};
