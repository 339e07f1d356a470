import type { ShareCeiling } from './assignment/share-ceiling.ts';
import type { Batches } from './batching/batches.ts';
import type { AnswerCaches } from './cache/answer-caches.ts';
import type { PayloadCapture } from './capture/payload-capture.ts';
import type { AnswerChecks } from './checks/answer-checks.ts';
import type { FirstRequests } from './first-requests.ts';
import type { InvocationIds } from './invocation-id.ts';
import type { InvocationLog } from './invocation-log/write.ts';
import type { OpenLimits } from './limits/open-limits.ts';
import type { MirrorQueue } from './mirror/mirror-queue.ts';
import type { Cohorts } from './outcomes/cohorts.ts';
import type { KeyRule } from './outcomes/key-rule.ts';
import type { Outcomes } from './outcomes/outcomes.ts';
import type { Exposure } from './routes/exposure.ts';
import type { Refused } from './telemetry/refused.ts';
import type { Tracing } from './telemetry/tracing.ts';
import type { Traffic } from './traffic.ts';
import type { RunningCalls } from './upstreams/running-calls.ts';
import type { Upstream } from './upstreams/upstreams.ts';

/** What the stages of a request share within one process. */
export interface Parts {
  readonly environment: string;
  readonly ids: InvocationIds;
  readonly exposure: Exposure;
  readonly cohorts: Cohorts;
  readonly outcomes: Outcomes;
  readonly answerChecks: AnswerChecks;
  readonly caches: AnswerCaches;
  readonly batches: Batches;
  readonly firstRequests: FirstRequests;
  readonly keyRule: KeyRule;
  readonly ceiling: ShareCeiling;
  readonly limits: Pick<OpenLimits, 'admit'>;
  readonly traffic: Traffic;
  readonly mirrors: MirrorQueue;
  readonly invocationLog: InvocationLog;
  readonly payloads: PayloadCapture;
  readonly refused: Refused;
  readonly tracing: Tracing;
  /** Every upstream call under way; the tick asks each whether its time is up. */
  readonly calls: RunningCalls;
  readonly onCandidateRefused: (service: string, rollout: string, upstreams: readonly Upstream[]) => void;
  /** How long feedback counts for a service with a candidate; null without one. */
  readonly feedbackWithinMs: (service: string) => number | null;
  isDraining: boolean;
  /** Invocations being worked on. */
  inFlight: number;
  /** Invocations that have ended since boot; each is in the log or in its drop counter. */
  answered: number;
}
