import type { Digest } from '../digest.ts';
import type { EndCause, GateEvidence, PauseCause, RolloutEnded, RolloutOrder, Served } from './events.ts';

/** One service in one environment: what serves, what is on its way, what came before. */
export interface LaneState {
  /** Number of events folded. */
  readonly version: number;
  /** Sequence number of the last one in the whole ledger. */
  readonly seq: number;
  readonly stable: ServedSince | null;
  /** What was stable before, newest first. */
  readonly history: readonly ServedSince[];
  /** Releases that were taken back here; never chosen as a rollback target. */
  readonly condemned: readonly Digest[];
  readonly rollout: RolloutState | null;
  readonly queue: readonly { readonly order: RolloutOrder; readonly actor: string }[];
  readonly workloads: Readonly<Record<Digest, WorkloadState>>;
  /** Ended rollouts, newest first, at most `keptRollouts`. */
  readonly ended: readonly EndedRollout[];
}

export const keptRollouts = 50;

export interface ServedSince extends Served {
  readonly sinceMs: number;
  readonly rollout: string;
}

export interface WorkloadState {
  readonly addresses: readonly string[];
  readonly ready: number;
  readonly wanted: number;
  readonly failure: string | null;
}

export interface RolloutState {
  readonly order: RolloutOrder;
  readonly actor: string;
  readonly baseline: Served | null;
  readonly startedAtMs: number;
  /** -1 until the replicas are ready. */
  readonly stage: number;
  readonly stageEnteredAtMs: number;
  /** By index of the gate in the present stage. */
  readonly gates: Readonly<Record<number, GateState>>;
  readonly approvals: readonly string[];
  readonly paused: { readonly cause: PauseCause; readonly atMs: number; readonly by: string } | null;
  /** The candidate was taken off its users on a warning; `episode` counts such pulls from 1. */
  readonly pulled: {
    readonly episode: number;
    readonly atMs: number;
    readonly guards: readonly string[];
  } | null;
  readonly pulls: number;
  /** A person knows that the split is off and goes on all the same. */
  readonly isSplitAccepted: boolean;
  /** Stages already left, with what their gates were decided on. */
  readonly passed: readonly PassedStage[];
}

export interface GateState {
  readonly openedAtMs: number | null;
  readonly outcome: 'passed' | 'failed' | 'unknown' | null;
  readonly evidence: GateEvidence | null;
}

export interface PassedStage {
  readonly stage: number;
  readonly enteredAtMs: number;
  readonly leftAtMs: number;
  readonly gates: Readonly<Record<number, GateState>>;
}

export interface EndedRollout {
  readonly order: RolloutOrder;
  readonly actor: string;
  readonly baseline: Served | null;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly stage: number;
  readonly outcome: RolloutEnded['outcome'];
  readonly cause: EndCause;
  readonly endedBy: string;
  readonly passed: readonly PassedStage[];
}

export const emptyLane: LaneState = {
  version: 0,
  seq: 0,
  stable: null,
  history: [],
  condemned: [],
  rollout: null,
  queue: [],
  workloads: {},
  ended: [],
};
