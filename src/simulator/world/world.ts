import type { Arrivals } from './arrivals.ts';

/**
 * Everything true about the traffic of one service during a rollout, known to the simulation and to nobody who decides in
 * it. Times are milliseconds of virtual time from the start of the rollout, shares lie between 0 and 1.
 */
export interface TrafficWorld {
  readonly name: string;
  readonly arrivals: Arrivals;
  /** Null: requests have no key, and each is drawn by itself. */
  readonly keys: KeyPopulation | null;
  readonly stable: TrackWorld;
  readonly candidate: TrackWorld;
  /** Something that both tracks need is down. */
  readonly outages: readonly Outage[];
  /** An answer that takes at least so long is slow. */
  readonly slowMs: number;
  readonly feedback: FeedbackWorld | null;
  /** Share of the candidate's mirrored answers that differ from stable's. */
  readonly disagreeShare: number;
}

export interface TrackWorld {
  /** True share of requests that fail. */
  readonly badShare: ShareOverTime;
  readonly latency: Latency;
  /** How long a failing request takes to fail; null: as long as a good one takes to be answered. */
  readonly failureLatency: Latency | null;
  /** Requests go to each with the same probability. At least one. */
  readonly replicas: readonly ReplicaWorld[];
  readonly warmUp: WarmUp | null;
  /** Share of the requests that do not fail which are refused as the client's fault. */
  readonly clientErrorShare: number;
  /** Share of good answers that users report as bad, if there is feedback. */
  readonly reportedShare: number;
}

/** Constant, or by time and by how many requests the candidate has been given before (mirrored ones not counted). */
export type ShareOverTime = number | ((atMs: number, candidateRequests: number) => number);

/** Lognormal, with an optional heavy tail and an optional slow drift. */
export interface Latency {
  readonly medianMs: number;
  /** Standard deviation of the logarithm; 0 is always the median. */
  readonly sigma: number;
  /** This share of the requests takes `factor` times as long. */
  readonly tail?: { readonly share: number; readonly factor: number };
  /**
   * Neighbouring requests resemble each other: this share of the variance of the logarithm comes from a process of the track
   * whose autocorrelation falls to 1/e within `correlationMs` (first-order autoregression, in time instead of in steps).
   */
  readonly drift?: { readonly varianceShare: number; readonly correlationMs: number };
}

export interface ReplicaWorld {
  /** Multiplies the track's bad share. */
  readonly badFactor: number;
  readonly latencyFactor: number;
  readonly hiccups: Hiccups | null;
}

/** Periods in which one replica does badly, at random times, each replica by itself. */
export interface Hiccups {
  /** Mean time from the end of one to the beginning of the next. */
  readonly everyMs: number;
  readonly lastsMs: number;
  readonly badShare: number;
  readonly latencyFactor: number;
}

export interface WarmUp {
  /** So many first requests of the track are slower. */
  readonly requests: number;
  readonly latencyFactor: number;
}

export interface Outage {
  readonly fromMs: number;
  readonly toMs: number;
  /** Share of requests of either track that fail in it, if that is more than fail anyway. */
  readonly badShare: number;
  /** Requests caught in it take so long to fail. Absent: as failing requests of the track do. */
  readonly failureMs?: number;
}

export interface FeedbackWorld {
  /** From the end of an answer to the report on it. */
  readonly reportMs: number;
  /** An answer that was not reported until this age is good. */
  readonly withinMs: number;
}

/** Who sends the requests. */
export interface KeyPopulation {
  readonly count: number;
  /** Weight of the k-th key is k to the power of minus this; 0 makes all alike, about 1 is usual for users. */
  readonly zipfExponent: number;
  /** Keys in front of the others that send this share of all traffic each. */
  readonly heavy: readonly HeavyKey[];
  /** True: a key stays with one track while shares grow. False: the track is drawn for each request. */
  readonly isSticky: boolean;
  /** Spread of the keys' own badness: a key's bad share is multiplied by a lognormal factor of mean 1 with this sigma. */
  readonly badnessSigma: number;
}

export interface HeavyKey {
  readonly trafficShare: number;
  /** Multiplies the bad share of its requests, on both tracks. */
  readonly badFactor: number;
}

export const oneReplica: readonly ReplicaWorld[] = [{ badFactor: 1, latencyFactor: 1, hiccups: null }];

/** A track without any trouble but its bad share: median 50 ms, one replica. */
export const plainTrack = (badShare: ShareOverTime, change: Partial<TrackWorld> = {}): TrackWorld => ({
  badShare,
  latency: { medianMs: 50, sigma: 0.5 },
  failureLatency: null,
  replicas: oneReplica,
  warmUp: null,
  clientErrorShare: 0,
  reportedShare: 0,
  ...change,
});

/** 40 requests a second, both tracks alike with 1 % failures, no keys, slow from 1 s. */
export const plainWorld = (name: string, change: Partial<TrafficWorld> = {}): TrafficWorld => ({
  name,
  arrivals: { kind: 'constant', ratePerSecond: 40 },
  keys: null,
  stable: plainTrack(0.01),
  candidate: plainTrack(0.01),
  outages: [],
  slowMs: 1_000,
  feedback: null,
  disagreeShare: 0,
  ...change,
});

export const shareAt = (share: ShareOverTime, atMs: number, candidateRequests: number): number =>
  Math.min(1, Math.max(0, typeof share === 'number' ? share : share(atMs, candidateRequests)));
