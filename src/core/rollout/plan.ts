import type { Audience } from '../audience/audience.ts';
import type { RequirementSpec } from '../evaluation/requirement.ts';
import type { MetricPlan } from '../metrics/metric-plan.ts';

/**
 * Everything a rollout will be held to, pinned in the ledger when it starts. Strategies are presets that expand into
 * stages; from here on there is only one mechanism.
 */
export interface Plan {
  /** The preset it came from, or `stages`. For people only. */
  readonly strategy: string;
  readonly stages: readonly Stage[];
  readonly guards: readonly GuardPlan[];
  /** Outside metrics with fixed bounds. Absent: none, as in all plans from before there were any. */
  readonly metrics?: readonly MetricPlan[];
  readonly alpha: { readonly rollback: number; readonly advance: number };
  readonly evaluation: EvaluationPlan | null;
  readonly leaseMs: number;
  /** What the coin decides about; absent in plans from before keys were counted: `request`. */
  readonly unit?: 'request' | 'key';
  /** Requests of one key share a draw. Absent: false. */
  readonly isSticky?: boolean;
  /** Digest of the policy document these bounds came from. */
  readonly policy: string;
}

export interface Stage {
  readonly name: string;
  readonly exposure: Exposure;
  /** All must pass before the rollout leaves the stage. */
  readonly gates: readonly Gate[];
  readonly minimumMs: number;
  /** Then the rollout pauses and asks for a person; it never advances on time alone. Null waits for ever. */
  readonly timeoutMs: number | null;
}

export interface Exposure {
  /** Share of requests answered by the candidate, 0 to 1. */
  readonly share: number;
  /** Share of stable's requests also sent to the candidate, 0 to 1. */
  readonly mirrorShare: number;
  /** Only its requests are drawn, copied and evidence; all others are stable's. Absent: everybody. */
  readonly audience?: Audience;
  /** For rolling updates: replicas of each track; null runs the release's own number of both. */
  readonly replicas: { readonly candidate: number; readonly stable: number } | null;
}

export type Gate =
  | { readonly type: 'evaluation' }
  | { readonly type: 'evidence' }
  | {
      readonly type: 'approval';
      readonly approvals: number;
      /** Asked for only when an evaluation of the stage turned out so. Absent: always. */
      readonly when?: 'inconclusive';
    }
  | { readonly type: 'soak'; readonly durationMs: number }
  | { readonly type: 'command'; readonly command: string; readonly timeoutMs: number };

export type GuardName =
  | 'errors'
  | 'client-errors'
  | 'slow'
  | 'invalid'
  | 'feedback'
  | 'judge'
  | 'cost'
  | 'score'
  | 'disagree';

export interface GuardPlan {
  readonly name: GuardName;
  /** How much worse than stable still lets a stage advance, as a share (0.02 = two points). */
  readonly marginShare: number;
  /** Absolute bound on the bad share, where one is set. */
  readonly boundShare: number | null;
  /** Requests that start so soon after the candidate's first one do not count. Absent: all count. */
  readonly warmUpMs?: number;
}

/** Guards that are read on both tracks of a mirrored request; the others only where a user got the answer. */
export const PAIRED_GUARDS: readonly GuardName[] = ['errors', 'client-errors', 'slow'];

/** Guards that compare the mean of a bounded quantity instead of a share of bad outcomes. */
export const MEAN_GUARDS: readonly GuardName[] = ['cost', 'score'];

export interface EvaluationPlan {
  readonly require: readonly RequirementSpec[];
  /** What an interval that straddles its bound means here: `approval` lets a person decide. */
  readonly inconclusive: 'fail' | 'pass' | 'approval';
  readonly confidence: number;
  /** Said only of releases whose evaluation has a load stage. Absent: `refuse`, as in all plans from before. */
  readonly load?: LoadAtGates;
}

/** What becomes of a load stage: such a release is refused, it is evaluated without it, or its replicas are put under load. */
export type LoadAtGates = 'refuse' | 'skip' | 'allow';
