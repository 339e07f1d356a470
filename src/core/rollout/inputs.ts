import type { Digest } from '../digest.ts';
import type { EvaluationResult } from '../evaluation/requirement.ts';
import type { AssignmentReading, GuardReading } from '../evidence/guard-reading.ts';
import type { MetricReading } from '../metrics/metric-reading.ts';
import type { RolloutOrder } from './events.ts';

/** What a person or the engine may ask of a lane. */
export type Command =
  | { readonly type: 'start'; readonly order: RolloutOrder; readonly whenRunning: WhenRunning }
  | { readonly type: 'approve'; readonly stage: string }
  | { readonly type: 'pause'; readonly reason: string | null }
  | { readonly type: 'resume' }
  | { readonly type: 'advance'; readonly reason: string | null }
  | { readonly type: 'abort'; readonly reason: string | null }
  | { readonly type: 'rollback'; readonly reason: string | null };

/** What happens to a release that is shipped while another is on its way. */
export type WhenRunning = 'supersede' | 'queue' | 'refuse';

/** What the world reports. */
export type Observation =
  | {
      readonly type: 'workload';
      readonly release: Digest;
      readonly addresses: readonly string[];
      readonly ready: number;
      readonly wanted: number;
      readonly failure: string | null;
    }
  | GateOpening
  | GateOutcome
  | {
      readonly type: 'tripped';
      readonly rollout: string;
      readonly gateway: string;
      readonly cause: 'unreachable' | 'evidence';
      readonly detail: string;
    }
  /** Time has passed, or evidence came in. Readings of another rollout or stage than the present one count for nothing. */
  | {
      readonly type: 'look';
      readonly rollout: string | null;
      /** Of the rollout, when the readings were taken. */
      readonly stage: number;
      readonly readings: readonly GuardReading[];
      /** Names the stored evidence the readings were taken from. */
      readonly evidenceDigest?: Digest;
      /** Whether the traffic is split as it should be. Absent: nothing is known. */
      readonly assignment?: AssignmentReading;
      /** Of outside metrics, as much of this rollout and stage. Absent: none. */
      readonly metrics?: readonly MetricReading[];
    };

export interface GateOpening {
  readonly type: 'gate-opening';
  readonly rollout: string;
  readonly stage: number;
  readonly gate: number;
}

export interface GateOutcome {
  readonly type: 'gate-outcome';
  readonly rollout: string;
  readonly release: Digest;
  readonly stage: number;
  readonly gate: number;
  readonly result:
    | { readonly kind: 'evaluation'; readonly result: EvaluationResult }
    | { readonly kind: 'command'; readonly exitCode: number | null; readonly output: string }
    /** The work could not be carried out at all. */
    | { readonly kind: 'failure'; readonly detail: string }
    /** It was begun and nobody knows how it ended. */
    | { readonly kind: 'lost'; readonly detail: string };
}

export type LaneInput = (Command | Observation) & { readonly atMs: number; readonly actor: string };
