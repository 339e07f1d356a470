import type { RequirementSpec } from '../evaluation/requirement.ts';

/**
 * Everything a rollout will be held to, pinned in the ledger when it starts. Strategies are presets that expand into
 * stages; from here on there is only one mechanism.
 */
export interface Plan {
  /** The preset it came from, or `stages`. For people only. */
  readonly strategy: string;
  readonly stages: readonly Stage[];
  readonly guards: readonly GuardPlan[];
  readonly alpha: { readonly rollback: number; readonly advance: number };
  readonly evaluation: EvaluationPlan | null;
  readonly leaseMs: number;
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
  /** For rolling updates: replicas of each track; null runs the release's own number of both. */
  readonly replicas: { readonly candidate: number; readonly stable: number } | null;
}

export type Gate =
  | { readonly type: 'evaluation' }
  | { readonly type: 'evidence' }
  | { readonly type: 'approval'; readonly approvals: number }
  | { readonly type: 'soak'; readonly durationMs: number }
  | { readonly type: 'command'; readonly command: string; readonly timeoutMs: number };

export interface GuardPlan {
  readonly name: 'errors' | 'slow' | 'feedback' | 'disagree';
  /** How much worse than stable still lets a stage advance, as a share (0.02 = two points). */
  readonly marginShare: number;
  /** Absolute bound on the bad share, where one is set. */
  readonly boundShare: number | null;
}

export interface EvaluationPlan {
  readonly require: readonly RequirementSpec[];
  /** What an interval that straddles its bound means here. */
  readonly inconclusive: 'fail' | 'pass';
  readonly confidence: number;
}
