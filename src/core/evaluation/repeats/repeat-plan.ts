/** How often each case is asked: `least` times, and on up to `most` times where the answers do not agree. */
export interface RepeatPlan {
  /** At least 1; flaky cases are only found from 2 on. */
  readonly least: number;
  readonly most: number;
  /** Repeats that end in an error are made again, so often for each case; then the case is one in error. */
  readonly mostErrors: number;
}

/** What the repeats of one case came to so far. */
export interface RepeatCounts {
  readonly passed: number;
  readonly failed: number;
  readonly errors: number;
}

/**
 * Whether to ask again. An answer to "does it pass" that has gone both ways varies, and more repeats say how often; one that has not may
 * vary too, but so seldom that money is better spent elsewhere. Depends on counts alone, which `unbiasedPowers` relies on.
 */
export const needsRepeat = (plan: RepeatPlan, { passed, failed, errors }: RepeatCounts): boolean =>
  errors <= plan.mostErrors && goesOn(plan, passed, failed);

export const goesOn = ({ least, most }: RepeatPlan, passed: number, failed: number): boolean => {
  const made = passed + failed;
  return made < least || (made < most && passed > 0 && failed > 0);
};
