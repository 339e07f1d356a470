import type { NotWorsePay } from './bet-not-worse.ts';
import type { PairCounts, TrackMeans, TrackOutcomes } from './cohort-update.ts';
import type { DifferenceCell } from './difference-cell.ts';
import type { EProcess } from './e-process.ts';
import type { EvidenceSpec } from './evidence-spec.ts';

/** Outcomes of keys that one coin of known bias decided about. */
export interface KeyGroup {
  candidateShare: number;
  outcomes: TrackOutcomes;
  /** Pay of the advance test; absent where no coin decides between the tracks. */
  notWorsePay?: NotWorsePay;
}

/** What one cohort says to one guard, with everything that was fixed when the cohort was first seen. */
export interface CohortOutcomes {
  /** Of requests. */
  outcomes: TrackOutcomes;
  /** Of keys, where these are the unit: first those seen for the first time, then those whose coin was tossed again. */
  keys?: KeyGroup[];
  means?: TrackMeans;
  /** What their units were drawn with, where that is not the cohort's own probability. */
  meansShare?: number;
  pairs?: PairCounts;
  /** Stable bad share (of the unit that decides), or mean, expected from the cohorts before this one. */
  stableShare: number;
  /** The same for outcomes at the early age. */
  earlyShare: number;
  /** The same for requests where keys are the unit. */
  requestShare?: number;
  /** Pay of the advance test on requests; absent where no coin decides between the tracks. */
  notWorsePay?: NotWorsePay;
  /** Absent where the candidate is compared with stable, or where there is nothing to derive a bound from. */
  boundShare?: number;
  /** Of a mean: too little of stable was measured to bet on. */
  isUncentred?: boolean;
  /** Began within the declared warm-up: counted, never played. */
  isWarmUp?: boolean;
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
  /** The probability behind the tracks is not known, only how many requests each got. */
  isRealised?: boolean;
  /** The pull during which it began; absent outside. */
  pull?: number;
  /** Its requests belong to a warning that has been dealt with. */
  isPullSpent?: boolean;
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
  keys: TrackOutcomes;
  means?: TrackMeans;
  pairs: PairCounts;
  /** Stable outcomes of the unit while there was enough stable traffic to be a yardstick. */
  yardstick: { bad: number; good: number };
  /** Requests of both tracks that were left out. */
  warmUpRequests: number;
  advance: { compare: EProcess; bound: EProcess; paired: EProcess };
  newest?: Exposure;
}

/** Two readings of the same requests with half of the stake each: their final outcomes, and those at the early age. */
export interface WorseProcess {
  final: EProcess;
  early: EProcess;
  /** Highest log of the mean of both after any cohort, at least 0. */
  peakLogE: number;
}

export interface RollbackProcesses {
  compare: EProcess;
  bound: EProcess;
  paired: EProcess;
  /** On what may mislead: outcomes at the early age, and requests where keys are the unit. It only warns. */
  pull: WorseProcess;
}

export interface GuardEvidence {
  rollback: RollbackProcesses;
  /** By stage index. */
  stages: Record<string, StageEvidence>;
  /** Bound derived when the candidate took nearly all traffic; dropped when stable gets its share again. */
  derivedBoundShare?: number;
  /** Counts by coin and centre, from which the interval of the difference is computed. */
  cells: Record<string, DifferenceCell>;
  /** Stable outcomes of the last few hundred, older ones fading. */
  recentStable: { bad: number; good: number };
  /** Mirrored requests of the present pull. */
  cleared: EProcess;
}

/**
 * The evidence of one rollout: plain data that may be stored as JSON at any moment and read back. Its size depends on the number of
 * guards, stages and cohorts in flight, not on the number of requests. Made by `openEvidence`, changed by `absorb`,
 * `forsake`, `beginPull` and `endPull`.
 */
export interface RolloutEvidence {
  spec: EvidenceSpec;
  /** In order of first sight. Settled cohorts leave it from the front only, into the processes of the guards. */
  open: OpenCohort[];
  guards: Record<string, GuardEvidence>;
  /** Highest index of each source that takes no more updates. */
  finishedUpTo: Record<string, number>;
  /** How the coin has fallen; see `readAssignment`. */
  assignment: { process: EProcess; stable: number; candidate: number; expectedCandidate: number };
  /** When the first cohort with a candidate in it began; absent before. */
  candidateSinceMs?: number;
  /** Number of the newest pull, and whether the candidate is still pulled. */
  pull: { episode: number; isOpen: boolean };
}
