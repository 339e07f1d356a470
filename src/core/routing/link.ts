import type { CohortUpdate } from '../evidence/cohort-update.ts';
import type { BudgetStanding } from '../limits/budget.ts';
import type { Measures } from '../telemetry/measures.ts';
import type { CertificateState } from './certificate-state.ts';
import type { HandoverNews, SuccessorOrder } from './handover.ts';
import type { Generation, RouteTable } from './table.ts';

/**
 * What a gateway process and the control plane say to each other, as one JSON object a line over a local socket. The
 * gateway dials and keeps dialling; either side may vanish at any time and nothing is lost but time.
 */
export type FromGateway = Hello | Applied | Frame | Trip | Report | Measured | Certificates | HandoverNews;

export type ToGateway =
  | { readonly type: 'routes'; readonly table: RouteTable }
  /**
   * Values of the variables that judges in the next table name as `env:NAME`, all of them; earlier ones are forgotten. Kept in memory alone:
   * no table, file, log line or command line ever has them.
   */
  | { readonly type: 'keys'; readonly values: Readonly<Record<string, string>> }
  /** The control plane is alive and stands by the exposure of this generation: leases start anew. */
  | { readonly type: 'lease'; readonly generation: Generation }
  /** Everything in frames up to `seq` is stored; settled cohorts in them may be forgotten. */
  | { readonly type: 'stored'; readonly seq: number }
  /** Feedback that arrived at another process but is about an invocation of this one. */
  | { readonly type: 'feedback'; readonly report: FeedbackReport }
  /** Say what you count about yourself; the answer repeats the number. */
  | { readonly type: 'measure'; readonly ask: number }
  /** Read the files of certificates now, changed or not. */
  | { readonly type: 'reload' }
  /** Start this process, give it the listening socket, and leave once it is ready. */
  | { readonly type: 'hand-over'; readonly order: SuccessorOrder }
  /** Answer what is in flight, then exit. */
  | { readonly type: 'drain' };

export interface Hello {
  readonly type: 'hello';
  readonly gateway: string;
  readonly environment: string;
  /** New at each start of the process. */
  readonly boot: string;
  readonly pid: number;
  readonly address: string;
  /** Of the table in force, which need not be on disk yet. */
  readonly generation: Generation | null;
  /** `cut` of the table in force: a control plane that knows nothing of these has to. */
  readonly cut?: readonly string[];
  /** Candidates this process has stopped by itself and that nobody has answered for yet. */
  readonly tripped: readonly string[];
  /** It knows `hand-over`. Absent: it is of a version that does not. */
  readonly canHandOver?: boolean;
  /** Boot of the process that serves in its place. Absent: it serves itself. */
  readonly successor?: string;
}

export interface Applied {
  readonly type: 'applied';
  readonly generation: Generation;
  /** False when the table was older than the one in force. */
  readonly accepted: boolean;
}

/** Cumulative since the boot of the process, so that a lost, repeated or late frame changes nothing. */
export interface Frame {
  readonly type: 'frame';
  readonly seq: number;
  readonly atMs: number;
  readonly cohorts: readonly RolloutCohort[];
  readonly traffic: readonly TrafficCounts[];
  /** Absent: no call has ended since. */
  readonly usage?: readonly UsageCounts[];
  /** As this process knows them. Absent: as before. */
  readonly budgets?: readonly BudgetStanding[];
}

/** What the calls of one key had from one model of one release, and what they cost. */
export interface UsageCounts {
  readonly service: string;
  readonly release: string;
  readonly releaseVersion: string;
  readonly track: TrafficCounts['track'];
  /** Null: requests without a key, and copies. `*`: keys beyond those that are told apart. */
  readonly key: string | null;
  /** Null: neither the release nor the answer names one. */
  readonly model: string | null;
  readonly calls: number;
  /** Calls of which nobody knows the price: they are in no cost. */
  readonly unpriced: number;
  /** Calls with a price whose answer did not say what it depends on: in no cost either. */
  readonly untold: number;
  readonly inputTokens: number;
  /** Of them, from the maker's cache. */
  readonly cachedTokens: number;
  readonly outputTokens: number;
  /** Nano-dollars. */
  readonly costNanos: number;
}

export interface RolloutCohort extends CohortUpdate {
  readonly service: string;
  readonly rollout: string;
}

export interface TrafficCounts {
  readonly service: string;
  readonly release: string;
  readonly releaseVersion: string;
  readonly track: 'stable' | 'candidate' | 'shadow';
  readonly answered: number;
  /** 5xx, time-outs, broken connections and streams, as this release produced them. */
  readonly failed: number;
  /** Failures of this release that the user did not see, because stable answered. */
  readonly rescued: number;
  readonly clientErrors: number;
  readonly feedbackGood: number;
  readonly feedbackBad: number;
  /** Mirrored requests that were not sent because the queue was full. */
  readonly mirrorDropped: number;
  /** Requests that are no evidence because their API key had failed too often. Absent: none. */
  readonly leftOut?: number;
  /** Requests that are no evidence because they were not drawn to be asked by themselves. Absent: none. */
  readonly unsampled?: number;
  /** Requests outside the audience of the candidate that there was. Absent: none. */
  readonly outside?: number;
  /** Requests drawn for this release that stable answered because it had had more than its share. Absent: none. */
  readonly overflowed?: number;
  /** Requests that are no evidence because the candidate had had more than its share just then, the overflowed ones among them. Absent: none. */
  readonly atCeiling?: number;
  /** Requests of which no feedback is read because too many wait for theirs. Absent: none. */
  readonly unfollowed?: number;
  /** Requests of sticky keys that give no outcome of their own because there are too many keys. Absent: none. */
  readonly unfollowedKeys?: number;
  /** Calls of which the cost is known, and all of it in nano-dollars. Absent: none. */
  readonly costed?: number;
  readonly costNanos?: number;
  /** Of the answers since boot. */
  readonly latency: LatencyQuantiles;
  /** Sent last to the upstream of this release (ms since the epoch); 0 when never. */
  readonly lastAssignedAtMs: number;
}

export interface LatencyQuantiles {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** The gateway stopped sending to a candidate by itself. */
export interface Trip {
  readonly type: 'trip';
  readonly service: string;
  readonly rollout: string;
  readonly atMs: number;
  readonly cause: 'unreachable' | 'evidence';
  readonly detail: string;
}

/** Which certificates the process shows, after each greeting and whenever something about them has changed. */
export interface Certificates {
  readonly type: 'certificates';
  readonly certificates: readonly CertificateState[];
}

/** The answer to `measure`. */
export interface Measured {
  readonly type: 'measured';
  readonly ask: number;
  readonly measures: Measures;
}

/** Feedback for an invocation of another process; the control plane passes it on. */
export interface Report {
  readonly type: 'report';
  readonly report: FeedbackReport;
}

export interface FeedbackReport {
  readonly invocation: string;
  readonly outcome: 'good' | 'bad';
  /** From 0 (worst) to what the service declares. */
  readonly score?: number;
  readonly label?: string;
  readonly comment?: string;
}
