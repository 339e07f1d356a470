import type { GuardReading } from '../../core/evidence/rollout-evidence.ts';
import type { Plan, Stage } from '../../core/rollout/plan.ts';
import { guardsToPass } from '../../core/rollout/verdict.ts';

/** Natural logs that evidence may lack: a guard's rollback, or the gate of the guard that is farthest from passing. */
const NEAR_ROLLBACK = 3;
const NEAR_ADVANCE = 1.5;

/** Whether the rollout may be ended, or its stage be left, on little more evidence than there was at the last look. */
export const isNearVerdict = (
  plan: Plan,
  stage: Stage | undefined,
  readings: readonly GuardReading[],
): boolean => {
  if (readings.some(({ rollback }) => rollback.logE > rollback.logThreshold - NEAR_ROLLBACK)) return true;
  if (stage?.gates.some(({ type }) => type === 'evidence') !== true) return false;
  const needed = guardsToPass(plan, stage);
  return (
    readings.length > 0 &&
    readings.every(
      ({ guard, advance }) =>
        !needed.includes(guard) || advance.passed || advance.logE > advance.logThreshold - NEAR_ADVANCE,
    )
  );
};
