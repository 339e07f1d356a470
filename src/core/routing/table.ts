import type { Audience } from '../audience/audience.ts';
import type { CapturePolicy } from '../capture/capture-policy.ts';
import type { Prices } from '../cost/price.ts';
import type { Digest } from '../digest.ts';
import type { Limits } from '../limits/limits.ts';
import type { JudgeSpec, OutputChecks } from '../release/manifest.ts';
import type { BatchingPolicy } from './batching-policy.ts';
import type { CachePolicy } from './cache-policy.ts';
import type { ProviderUse } from './provider.ts';
import type { Sticky } from './sticky.ts';
import type { ServiceTelemetry } from './telemetry-spec.ts';
import type { UpstreamTls } from './upstream-tls.ts';

/**
 * Orders route tables. `epoch` grows when a backup is restored, `seq` is the ledger's sequence number the table follows
 * from, `cut` counts reductions of exposure that went out before the ledger could record them.
 */
export interface Generation {
  readonly epoch: number;
  readonly seq: number;
  readonly cut: number;
}

/** Negative when `a` is older than `b`. */
export const compareGenerations = (a: Generation, b: Generation): number =>
  a.epoch - b.epoch || a.seq - b.seq || a.cut - b.cut;

export type Protocol = 'open-inference' | 'openai' | 'http';

/** Everything the gateways of one environment need to know. Replaced as a whole, never patched. */
export interface RouteTable {
  readonly version: 1;
  readonly environment: string;
  readonly generation: Generation;
  /** Rollouts that are shown without their exposure before the ledger could say why. Absent: none, or an older version. */
  readonly cut?: readonly string[];
  /** Hashes of the keys that clients may use; when `required` is false requests without a key are served. */
  readonly apiKeys: { readonly required: boolean; readonly keys: readonly ApiKey[] };
  readonly services: Readonly<Record<string, ServiceRoute>>;
  /** What is let in. Absent: everything. */
  readonly limits?: Limits;
  /** Prices that go before those the gateway lists by itself. Absent: none. */
  readonly prices?: Prices;
}

export interface ApiKey {
  readonly id: string;
  /** Lower-case hexadecimal SHA-256 of the key. */
  readonly sha256: string;
}

export interface ServiceRoute {
  readonly service: string;
  readonly protocol: Protocol;
  /** A non-idempotent plain HTTP request may be sent a second time (rescue, retry). Inference protocols always may. */
  readonly repeatable: boolean;
  readonly sticky: Sticky | null;
  readonly timeouts: UpstreamTimeouts;
  /** Absent, as for releases sealed before there was any: no request is sent twice, and no address ejected. */
  readonly care?: UpstreamCare;
  /** Services whose stable answers, in this order, when this one cannot. */
  readonly fallback?: readonly string[];
  /** Absent: every request is asked. */
  readonly cache?: CachePolicy;
  /** Absent: every request is sent by itself. */
  readonly batching?: BatchingPolicy;
  /** Absent: no bodies are kept. */
  readonly capture?: CapturePolicy;
  /** Absent: requests tell nothing about themselves. */
  readonly telemetry?: ServiceTelemetry;
  /** Absent until the first release of the service is exposed. */
  readonly stable: TrackRoute | null;
  readonly candidate: CandidateRoute | null;
}

export interface UpstreamTimeouts {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly totalMs: number;
  /** Longest silence inside a streamed answer. */
  readonly idleMs: number;
}

/** What is done about addresses that fail. */
export interface UpstreamCare {
  /** How many second attempts there may be, as a share of the requests; 0: none. */
  readonly retryShare: number;
  /** Null: no address is passed over for its answers. */
  readonly ejection: EjectionLimits | null;
  /** How long a fresh address gets less than its share. */
  readonly slowStartMs: number;
}

export interface EjectionLimits {
  /** Failures in a row after which an address is passed over. */
  readonly consecutive: number;
  /** Or this part of its answers within `windowMs`, 0 to 1. */
  readonly failedShare: number;
  readonly windowMs: number;
  /** For how long the first time; each time in a row twice as long. */
  readonly restMs: number;
}

export interface TrackRoute {
  readonly release: Digest;
  readonly releaseVersion: string;
  /** Origins such as `http://127.0.0.1:4101`; a path, if any, is put before the request's own. */
  readonly upstreams: readonly string[];
  /** For `https://` addresses. Absent: the machine's authorities, and the name in the address. */
  readonly tls?: UpstreamTls;
  /** Absent: asked as clients ask. */
  readonly provider?: ProviderUse;
}

export interface CandidateRoute extends TrackRoute {
  readonly rollout: string;
  readonly stage: number;
  /** Salt of the assignment; one for a whole rollout, so that growing shares never move a key back. */
  readonly salt: string;
  /** Probability that a request (or sticky key) is answered by the candidate, 0 to 1. */
  readonly share: number;
  /** Greatest share of the stages before this one: keys placed below it have been the candidate's all along. Absent: 0. */
  readonly earlierShare?: number;
  /** Requests outside it are stable's, and evidence for nobody. Absent: everybody is in it. */
  readonly audience?: Audience;
  /** Probability that a request answered by stable is also sent to the candidate, 0 to 1. */
  readonly mirrorShare: number;
  /** Without a word from the control plane for so long, the candidate gets nothing any more. */
  readonly leaseMs: number;
  readonly rescue: boolean;
  readonly readings: OutcomeReadings;
  /** False alarm probability of the gateway's own trip wire; 0 switches it off. */
  readonly tripWireAlpha: number;
  /** How mirrored answers are compared; null compares nothing. */
  readonly compare: AnswerComparison | null;
}

/** How requests become good or bad outcomes, for each guard of the rollout. */
export interface OutcomeReadings {
  readonly guards: readonly {
    readonly name: string;
    readonly marginShare: number;
    readonly boundShare?: number;
  }[];
  /** `slow`: bad from this age on without a complete answer (streams: without the first chunk). */
  readonly slowMs: number;
  /** `feedback`: an invocation not reported as bad by this age is good. */
  readonly feedbackWithinMs: number;
  /** `key`: assignment is sticky, so each key gives one outcome as well. Absent: `request`. */
  readonly unit?: 'request' | 'key';
  readonly cost?: { readonly pointer: string; readonly most: number };
  readonly score?: { readonly most: number };
  readonly checks?: OutputChecks;
  readonly judge?: JudgeSpec;
}

export interface AnswerComparison {
  /** JSON pointers into both answers; empty compares the whole. */
  readonly pointers: readonly string[];
  /** Greatest absolute difference at which two numbers still agree. */
  readonly tolerance: number;
}
