import type { Digest } from '../digest.ts';
import type { EvaluationResult } from '../evaluation/requirement.ts';
import type { AssignmentReading, GuardReading } from '../evidence/guard-reading.ts';
import type { MetricReading } from '../metrics/metric-reading.ts';
import type { Plan } from './plan.ts';

/**
 * What can happen in a lane: one service in one environment. Facts in the past tense; the state is their fold and
 * nothing else. A shape never changes in place: a new one gets a new schema number and the old one is upcast.
 */
export type LaneEvent =
  | RolloutQueued
  | RolloutStarted
  | StageEntered
  | GateOpened
  | GateDecided
  | StageApproved
  | RolloutPaused
  | RolloutResumed
  | RolloutEnded
  | WorkloadObserved
  | CandidateTripped
  | CandidatePulled
  | CandidateRestored;

export type RolloutKind = 'ship' | 'promote' | 'rollback';

/** A rollout as it was asked for: everything it will be held to is in here. */
export interface RolloutOrder {
  readonly rollout: string;
  readonly kind: RolloutKind;
  readonly release: Digest;
  readonly releaseVersion: string;
  readonly plan: Plan;
  /** Salt of the assignment of this rollout. */
  readonly salt: string;
  /** The rollout in the environment before, when this is a promotion. */
  readonly origin: string | null;
  /** From which age on an unanswered request is slow, and where that number came from. */
  readonly slow: { readonly limitMs: number; readonly from: 'service' | 'stable-p99' | 'default' };
  readonly reason: string | null;
}

export interface RolloutQueued {
  readonly type: 'rollout.queued';
  readonly order: RolloutOrder;
}

export interface RolloutStarted {
  readonly type: 'rollout.started';
  readonly order: RolloutOrder;
  /** What served when it started; null for the first release. */
  readonly baseline: Served | null;
}

export interface Served {
  readonly release: Digest;
  readonly releaseVersion: string;
}

export interface StageEntered {
  readonly type: 'stage.entered';
  readonly rollout: string;
  readonly stage: number;
  readonly name: string;
  /** The person who moved it on before its gates had passed (break glass), with the gates that were skipped. */
  readonly override: { readonly skipped: readonly string[]; readonly reason: string } | null;
}

/** A one-shot gate (a command) is about to be carried out: logged before, so that a lost receipt is seen. */
export interface GateOpened {
  readonly type: 'gate.opened';
  readonly rollout: string;
  readonly stage: number;
  readonly gate: number;
}

export interface GateDecided {
  readonly type: 'gate.decided';
  readonly rollout: string;
  readonly release: Digest;
  readonly stage: number;
  readonly gate: number;
  readonly outcome: 'passed' | 'failed' | 'unknown';
  readonly evidence: GateEvidence;
}

/** What a gate was decided on. */
export type GateEvidence =
  | { readonly kind: 'evaluation'; readonly result: EvaluationResult }
  | {
      readonly kind: 'evidence';
      readonly readings: readonly GuardReading[];
      /** Of the stored evidence that the readings follow from (`core/evidence/evidence-digest.ts`). */
      readonly evidenceDigest?: Digest;
      /** Where the plan has any. */
      readonly metrics?: readonly MetricReading[];
    }
  | { readonly kind: 'approval'; readonly by: readonly string[] }
  | {
      readonly kind: 'soak';
      readonly durationMs: number;
      /** Where the plan has any and the stage has no gate for evidence. */
      readonly metrics?: readonly MetricReading[];
    }
  | { readonly kind: 'command'; readonly exitCode: number | null; readonly output: string }
  | { readonly kind: 'failure'; readonly detail: string };

export interface StageApproved {
  readonly type: 'stage.approved';
  readonly rollout: string;
  readonly stage: number;
  readonly by: string;
}

export interface RolloutPaused {
  readonly type: 'rollout.paused';
  readonly rollout: string;
  readonly cause: PauseCause;
}

export type PauseCause =
  | { readonly kind: 'person'; readonly reason: string | null }
  | { readonly kind: 'timeout'; readonly stage: number; readonly waitingFor: readonly string[] }
  | { readonly kind: 'gate-unknown'; readonly stage: number; readonly gate: number; readonly detail: string }
  /** The tracks do not get the parts of the traffic that the coin gives them, so nothing can be compared. */
  | { readonly kind: 'sample-ratio'; readonly assignment: AssignmentReading };

export interface RolloutResumed {
  readonly type: 'rollout.resumed';
  readonly rollout: string;
}

export interface RolloutEnded {
  readonly type: 'rollout.ended';
  readonly rollout: string;
  readonly release: Digest;
  readonly outcome: 'completed' | 'rolled-back' | 'aborted' | 'superseded' | 'rejected';
  readonly cause: EndCause;
}

export type EndCause =
  | { readonly kind: 'completed' }
  /** A person ended the last stage before its gates had passed (break glass). */
  | { readonly kind: 'override'; readonly skipped: readonly string[]; readonly reason: string }
  | {
      readonly kind: 'guard';
      readonly guards: readonly string[];
      readonly readings: readonly GuardReading[];
      /** Of the stored evidence that the readings follow from (`core/evidence/evidence-digest.ts`). */
      readonly evidenceDigest?: Digest;
    }
  /** Outside metrics broke their bounds. */
  | {
      readonly kind: 'metric';
      readonly metrics: readonly string[];
      readonly readings: readonly MetricReading[];
    }
  | { readonly kind: 'gate'; readonly stage: number; readonly gate: number; readonly evidence: GateEvidence }
  | { readonly kind: 'workload'; readonly detail: string }
  | { readonly kind: 'trip-wire'; readonly gateway: string; readonly detail: string }
  | { readonly kind: 'person'; readonly reason: string | null }
  | { readonly kind: 'superseded'; readonly by: string };

/** Where the replicas of a release answer, and how it stands with them. Logged only when it changes. */
export interface WorkloadObserved {
  readonly type: 'workload.observed';
  readonly release: Digest;
  readonly addresses: readonly string[];
  readonly ready: number;
  readonly wanted: number;
  readonly failure: string | null;
}

/** A gateway stopped sending to the candidate by itself. */
export interface CandidateTripped {
  readonly type: 'candidate.tripped';
  readonly rollout: string;
  readonly gateway: string;
  readonly cause: 'unreachable' | 'evidence';
  readonly detail: string;
}

/**
 * Under sticky assignment: requests looked worse, so the candidate gets no more users while copies of stable's requests
 * decide. What is returned to is the same stage.
 */
export interface CandidatePulled {
  readonly type: 'candidate.pulled';
  readonly rollout: string;
  readonly stage: number;
  readonly guards: readonly string[];
  readonly readings: readonly GuardReading[];
  readonly evidenceDigest?: Digest;
}

/** The copies showed the candidate not worse by the margin; it gets its share again. */
export interface CandidateRestored {
  readonly type: 'candidate.restored';
  readonly rollout: string;
  readonly stage: number;
  readonly readings: readonly GuardReading[];
  readonly evidenceDigest?: Digest;
}

/** An event with what the ledger knows about it. */
export interface Recorded<E> {
  readonly event: E;
  readonly atMs: number;
  readonly actor: string;
  readonly seq: number;
}
