import type { NotWorsePay } from './bet-not-worse.ts';
import type { PairCounts, TrackOutcomes } from './cohort-update.ts';
import type { EProcess } from './e-process.ts';
import type { EvidenceSpec } from './evidence-spec.ts';

/** What one cohort says to one guard, with everything that was fixed when the cohort was first seen. */
export interface CohortOutcomes {
  outcomes: TrackOutcomes;
  pairs?: PairCounts;
  /** Stable bad share expected from the cohorts before this one. */
  stableShare: number;
  /** Pay of the advance test; absent where no coin decides between the tracks. */
  notWorsePay?: NotWorsePay;
  /** Absent where the candidate is compared with stable, or where there is nothing to derive a bound from. */
  boundShare?: number;
}

/** A cohort whose outcomes may still change, or that stands behind one. */
export interface OpenCohort {
  source: string;
  index: number;
  stage: number;
  candidateShare: number;
  closed: boolean;
  settled: boolean;
  /** Its gateway process is gone; what is pending stays pending. */
  forsaken: boolean;
  guards: Record<string, CohortOutcomes>;
}

/** The exposure that the newest cohort of a stage started under. */
export interface Exposure {
  candidateShare: number;
  stableShare: number;
  boundShare?: number;
}

export interface StageEvidence {
  outcomes: TrackOutcomes;
  pairs: PairCounts;
  /** Stable outcomes while there was enough stable traffic to be a yardstick. */
  yardstick: { bad: number; good: number };
  advance: { compare: EProcess; bound: EProcess; paired: EProcess };
  newest?: Exposure;
}

export interface RollbackProcesses {
  compare: EProcess;
  bound: EProcess;
  paired: EProcess;
}

export interface GuardEvidence {
  rollback: RollbackProcesses;
  /** By stage index. */
  stages: Record<string, StageEvidence>;
  /** Bound derived when the candidate took nearly all traffic; dropped when stable gets its share again. */
  derivedBoundShare?: number;
}

/**
 * The evidence of one rollout: plain data that may be stored as JSON at any moment and read back. Its size depends on the number of
 * guards, stages and cohorts in flight, not on the number of requests. Made by `openEvidence`, changed by `absorb` and `forsake`.
 */
export interface RolloutEvidence {
  spec: EvidenceSpec;
  /** In order of first sight. Settled cohorts leave it from the front only, into the processes of the guards. */
  open: OpenCohort[];
  guards: Record<string, GuardEvidence>;
  /** Highest index of each source that takes no more updates. */
  finishedUpTo: Record<string, number>;
}
