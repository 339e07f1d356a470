/** The public face of live evidence: the rest of this folder is how it is done. */
export { absorb } from './absorb.ts';
export type { CohortUpdate, ComparisonCounts, Outcomes, PairCounts, TrackOutcomes } from './cohort-update.ts';
export { COMPARISON_GUARD } from './comparison-guard.ts';
export type { EvidenceSpec, GuardSpec } from './evidence-spec.ts';
export type { RolloutEvidence } from './evidence-state.ts';
export { forsake } from './forsake.ts';
export type {
  AdvanceReading,
  EvidenceRule,
  GuardReading,
  RollbackReading,
  TrackReading,
  TracksReading,
  WaitingFor,
} from './guard-reading.ts';
export { openEvidence } from './open-evidence.ts';
export { readGuards } from './read-guards.ts';
