import type { LoadPlan } from './load-plan.ts';

/**
 * Requests of a load stage at the gate of a release. Each is kept until the stage has its figures, and there in the memory of the control plane, which
 * has more to do than to measure.
 */
export const MOST_AT_GATES = 500_000;

/** How many requests the open loop will send; those of the closed loop depend on the target. */
export const openRequests = ({ open }: LoadPlan): number =>
  open === null ? 0 : Math.ceil((open.ratePerSecond * (open.warmUpMs + open.durationMs)) / 1_000);
