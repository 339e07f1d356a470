/** How often each case is asked: `least` times, and on up to `most` times where the answers do not agree. */
export interface RepeatPlan {
  /** At least 1; flaky cases are only found from 2 on. */
  readonly least: number;
  /** At least `least`. */
  readonly most: number;
}

/** What the repeats of one case came to so far. */
export interface RepeatCounts {
  readonly passed: number;
  readonly failed: number;
  /** No answer, or one that a scorer failed on. */
  readonly errors: number;
}

/**
 * Whether to ask again after `made` repeats. An answer to "does it pass" that has gone both ways varies, and more repeats say how often; one that
 * has not may vary too, but so seldom that money is better spent elsewhere. A case in error is one however often it is asked. Depends on
 * counts alone, which `unbiasedPowers` relies on.
 */
export const needsRepeat = (
  { least, most }: RepeatPlan,
  made: number,
  { passed, failed, errors }: RepeatCounts,
): boolean => made < least || (made < most && errors === 0 && passed > 0 && failed > 0);

/** The same where every repeat passed or failed. */
export const goesOn = (plan: RepeatPlan, passed: number, failed: number): boolean =>
  needsRepeat(plan, passed + failed, { passed, failed, errors: 0 });
