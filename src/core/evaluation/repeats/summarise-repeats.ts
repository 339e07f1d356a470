import { intervalAt } from '../requirements/interval-at.ts';
import { meanEstimate } from '../requirements/mean-estimate.ts';
import type { RepeatFindings } from '../run/run-record.ts';
import type { RepeatCounts, RepeatPlan } from './repeat-plan.ts';
import { steadinessOf } from './steadiness.ts';
import { casePowers } from './unbiased-powers.ts';

export interface RepeatedCase extends RepeatCounts {
  readonly weight: number;
}

/** What repeats say about the cases together. Each case counts once by its weight, however often it was asked; intervals are over cases. */
export const summariseRepeats = (
  cases: readonly RepeatedCase[],
  plan: RepeatPlan,
  { confidence, seed }: { readonly confidence: number; readonly seed: number },
): RepeatFindings => {
  const classes = { stablePass: 0, stableFail: 0, flaky: 0, unknown: 0 };
  const flaky: number[] = [];
  const disagreements: number[] = [];
  const weights: number[] = [];
  for (const one of cases) {
    const kind = steadinessOf(one);
    classes[KEYS[kind]] += 1;
    const powers = kind === 'unknown' ? null : casePowers(plan, one, 2);
    if (powers === null) continue;
    flaky.push(kind === 'flaky' ? 1 : 0);
    // 2 p (1 - p) is what is left when neither both pass nor both fail.
    disagreements.push(Math.max(0, powers.anyPasses - powers.allPass));
    weights.push(one.weight);
  }
  const over = (stream: string, values: readonly number[]) => {
    const estimate = meanEstimate({ values, weights }, [0, 1], { seed, stream });
    return estimate === null ? null : intervalAt(estimate, confidence);
  };
  return {
    classes,
    flakyShare: over('flaky', flaky),
    disagreement: over('disagreement', disagreements),
  };
};

const KEYS = {
  'stable-pass': 'stablePass',
  'stable-fail': 'stableFail',
  flaky: 'flaky',
  unknown: 'unknown',
} as const;
