/** The public face of live evidence: the rest of this folder is how it is done. */
export { absorb } from './absorb.ts';
export {
  type CohortUpdate,
  type ComparisonCounts,
  EARLY_AGE_MS,
  type EarlyOutcomes,
  MEAN_STEPS,
  type MeanOutcomes,
  type Outcomes,
  type PairCounts,
  type TrackMeans,
  type TrackOutcomes,
} from './cohort-update.ts';
export { COMPARISON_GUARD } from './comparison-guard.ts';
export type { EvidenceSpec, GuardSpec } from './evidence-spec.ts';
export type { RolloutEvidence } from './evidence-state.ts';
export { forsake } from './forsake.ts';
export type {
  AdvanceReading,
  AssignmentReading,
  DifferenceReading,
  EvidenceRule,
  GuardReading,
  PullReading,
  RollbackReading,
  TrackReading,
  TracksReading,
  WaitingFor,
} from './guard-reading.ts';
export { openEvidence } from './open-evidence.ts';
export { beginPull, endPull } from './pull.ts';
export { readAssignment } from './read-assignment.ts';
export { type ReadingOptions, readGuards } from './read-guards.ts';
