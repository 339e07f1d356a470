/**
 * Parts of a guard's alpha. The rules look at different requests (served beside stable, served nearly alone, mirrored), so
 * each keeps its own account and the parts add up to one. Nearly all goes to `compare`, where canaries spend their time: it costs
 * log(1/0.9) = 0.11 there, while a bound or a mirror waits for 3.2 more, some twenty requests of a candidate that fails every tenth.
 * `boundLimit` is the chance that a bound derived from stable's outcomes is set too low.
 */
export const RULE_WEIGHT = { compare: 0.9, bound: 0.04, boundLimit: 0.02, paired: 0.04 } as const;

/** log e-value at which a guard rolls back under a rule with this part of its alpha. */
export function rollbackThreshold(alphaRollback: number, guards: number, weight: number): number {
  return Math.log(guards / alphaRollback) - Math.log(weight);
}
