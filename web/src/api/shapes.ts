import type { LaneView, RolloutView } from '../../../src/client/client.ts';

/** The one door of the page to the shapes of the API. Types only: no code of the client gets into the bundle. */
export type {
  EnvironmentSummary,
  GatewaySummary,
  LaneView,
  LedgerEvent,
  LiveGatewayStatus,
  RolloutView,
  ServiceSummary,
} from '../../../src/client/client.ts';

export type EndedRollout = LaneView['ended'][number];
export type EndCause = EndedRollout['cause'];
export type TrafficCounts = LaneView['traffic'][number];
export type WorkloadView = LaneView['workloads'][number];

export type Stage = RolloutView['order']['plan']['stages'][number];
export type Gate = Stage['gates'][number];
export type GateState = RolloutView['gates'][number];
export type PassedStage = RolloutView['passed'][number];
export type GateEvidence = NonNullable<GateState['evidence']>;
export type EvaluationResult = Extract<GateEvidence, { kind: 'evaluation' }>['result'];
export type RequirementResult = EvaluationResult['requirements'][number];
export type GuardReading = RolloutView['readings'][number];
export type MetricReading = RolloutView['metrics'][number];
export type TrackReading = GuardReading['stage']['stable'];
