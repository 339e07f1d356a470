import { intervalAt } from '../requirements/interval-at.ts';
import { meanEstimate } from '../requirements/mean-estimate.ts';
import type { Interval } from '../run/run-record.ts';
import type { RepeatCounts, RepeatPlan } from './repeat-plan.ts';
import type { Steadiness } from './steadiness.ts';
import { steadinessOf } from './steadiness.ts';
import { unbiasedPowers } from './unbiased-powers.ts';

export interface RepeatedCase extends RepeatCounts {
  readonly weight: number;
}

export interface RepeatSummary {
  /** How many cases are of each class; cases in error are `unknown`. */
  readonly classes: Readonly<Record<Steadiness, number>>;
  /** Part of the cases that were seen to go both ways, of those asked at least twice. A lower bound: others may vary unseen. */
  readonly flakyShare: Interval | null;
  /** How often two answers to the same case disagree; unbiased. Null where cases are asked once. */
  readonly disagreement: Interval | null;
  readonly powers: readonly RepeatPower[];
}

export interface RepeatPower {
  readonly k: number;
  /** pass@k: at least one of k answers passes. Null when k is more than the plan's `least`. */
  readonly anyPasses: Interval | null;
  /** pass^k: all of k answers pass. */
  readonly allPass: Interval | null;
}

/** What repeats say about the cases together. Each case counts once by its weight, however often it was asked; intervals are over cases. */
export const summariseRepeats = (
  cases: readonly RepeatedCase[],
  plan: RepeatPlan,
  {
    ks,
    confidence,
    seed,
  }: { readonly ks: readonly number[]; readonly confidence: number; readonly seed: number },
): RepeatSummary => {
  const kinds = cases.map((one) => (hasErred(plan, one) ? 'unknown' : steadinessOf(one)));
  const classes = { 'stable-pass': 0, 'stable-fail': 0, flaky: 0, unknown: 0 };
  for (const kind of kinds) classes[kind] += 1;
  const over = (stream: string, of: (one: RepeatedCase) => number | null): Interval | null => {
    const values: number[] = [];
    const weights: number[] = [];
    for (const one of cases) {
      const value = hasErred(plan, one) ? null : of(one);
      if (value === null) continue;
      values.push(value);
      weights.push(one.weight);
    }
    const estimate = meanEstimate({ values, weights }, [0, 1], { seed, stream });
    return estimate === null ? null : intervalAt(estimate, confidence);
  };
  const powersOf = ({ passed, failed }: RepeatedCase, k: number) => unbiasedPowers(plan, passed, failed, k);
  return {
    classes,
    flakyShare: over('flaky', (one) => {
      const kind = steadinessOf(one);
      return kind === 'unknown' ? null : kind === 'flaky' ? 1 : 0;
    }),
    disagreement: over('disagreement', (one) => {
      const powers = powersOf(one, 2);
      // 2 p (1 - p) is what is left when neither both pass nor both fail.
      return powers === null ? null : Math.max(0, powers.anyPasses - powers.allPass);
    }),
    powers: ks.map((k) => ({
      k,
      anyPasses: over(`pass@${k}`, (one) => powersOf(one, k)?.anyPasses ?? null),
      allPass: over(`pass^${k}`, (one) => powersOf(one, k)?.allPass ?? null),
    })),
  };
};

const hasErred = (plan: RepeatPlan, { errors }: RepeatCounts): boolean => errors > plan.mostErrors;
