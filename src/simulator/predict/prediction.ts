import type { Plan } from '../../core/rollout/plan.ts';
import type { Assumptions, Worse } from './assumptions.ts';
import type { Warning } from './warning.ts';

/** Everything `tidegate plan` says about how a rollout would go. Its JSON output is this; tables and charts are made from it. */
export interface Prediction {
  readonly assumptions: Assumptions;
  /** The same seed and arguments give the same prediction. */
  readonly seed: number;
  readonly good: GoodRelease;
  readonly worse: readonly WorseRelease[];
  readonly warnings: readonly Warning[];
}

/** Runs of the simulation in which something happened, with its exact limits (Clopper, Pearson). */
export interface Odds {
  readonly happened: number;
  readonly runs: number;
  /** Limits of the probability, each exceeded with a probability of at most 0.5 %. */
  readonly low: number;
  readonly high: number;
}

/** Of fewer than a hundred values `p99` is the greatest. */
export interface Spread {
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
}

/** A release that does exactly as stable does. Evaluations, commands and approvals are taken to pass at once. */
export interface GoodRelease {
  readonly promoted: Odds;
  readonly rolledBack: Odds;
  /** What the rules allow at most, whatever was simulated. */
  readonly rolledBackAtMost: number;
  /** Stopped at a time-out to ask a person. */
  readonly paused: Odds;
  /** Neither ended nor paused within the horizon of the simulation. */
  readonly unfinished: Odds;
  /** Of the runs that were promoted; null when none was. */
  readonly durationMs: Spread | null;
  readonly stages: readonly PredictedStage[];
  /** The stage that takes longest and what it mostly waits for; null when no run left a stage. */
  readonly bottleneck: { readonly stage: number; readonly waitsFor: WaitsFor | null } | null;
  /** Exposure over time in the promoted run with the median duration. */
  readonly course: readonly { readonly atMs: number; readonly share: number; readonly mirrorShare: number }[];
}

export interface PredictedStage {
  readonly stage: number;
  readonly name: string;
  /** Runs that came to it. */
  readonly entered: number;
  /** Runs that left it towards the next stage or the end. */
  readonly left: number;
  /** Of those; null when none did. */
  readonly durationMs: Spread | null;
  /** Last thing waited for, most often. */
  readonly waitsFor: WaitsFor | null;
  /** Time-outs in it. */
  readonly paused: number;
}

export interface WaitsFor {
  readonly on: 'evidence' | 'minimum-time' | 'soak' | 'other';
  readonly guard: string | null;
}

/** A release that is worse in one guard from its first request on. */
export interface WorseRelease extends Worse {
  readonly stableShare: number;
  readonly candidateShare: number;
  readonly rolledBack: Odds;
  readonly promoted: number;
  readonly paused: number;
  readonly unfinished: number;
  /** Until the rollback, over the runs that were rolled back; null when none was. */
  readonly back: {
    readonly durationMs: Spread;
    /** Requests of users that the candidate got. */
    readonly candidateRequests: Spread;
    /** Different users among them; null without sticky assignment. */
    readonly users: Spread | null;
    /** Copies that it got before, which no user saw. */
    readonly shadowRequests: Spread;
  } | null;
}

export interface PredictRequest {
  readonly plan: Plan;
  readonly assumptions: Assumptions;
  readonly seed: number;
  /** Simulated rollouts of a good release, and of each kind of worse one. Default 60 and 40; fewer are
   * made of what ends alike in the first 20. */
  readonly runs?: { readonly good: number; readonly worse: number };
}
