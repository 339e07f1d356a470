import type { Arrivals } from '../world/arrivals.ts';
import type { TrackWorld, TrafficWorld } from '../world/world.ts';
import { oneReplica } from '../world/world.ts';

/** A figure with where it comes from: seen by the gateways, said by whoever asked, or taken because nobody knows. */
export interface Assumed<T> {
  readonly value: T;
  readonly from: 'recorded' | 'given' | 'default';
  /** Of a recorded one: how long it was counted for, where that is known. */
  readonly recordedMs?: number;
}

/** What a prediction takes the traffic of the service to be like. Shares from 0 to 1. */
export interface Assumptions {
  readonly ratePerSecond: Assumed<number>;
  /** Requests a second in each hour of a day from now on, where they were recorded; used instead of the one rate, which is their mean. */
  readonly ratesByHour: readonly number[] | null;
  /** Bad shares of stable, by guard. */
  readonly errors: Assumed<number>;
  readonly clientErrors: Assumed<number>;
  readonly slow: Assumed<number>;
  /** Part of the good answers that users report as bad. */
  readonly feedback: Assumed<number>;
  /** Part of the mirrored answers of a good release that differ from stable's. */
  readonly disagree: Assumed<number>;
  readonly medianMs: Assumed<number>;
  readonly slowMs: Assumed<number>;
  readonly feedbackWithinMs: number;
  /** Different users, where assignment is sticky; null where it is not. */
  readonly users: Assumed<number> | null;
}

/** Guards that a prediction knows how to make worse. */
export const WORSE_GUARDS = ['errors', 'slow', 'feedback', 'client-errors'] as const;
export type WorseGuard = (typeof WORSE_GUARDS)[number];

/** Guards that have outcomes in a predicted world. */
export const PREDICTED_GUARDS: readonly string[] = [...WORSE_GUARDS, 'disagree'];

/** Guards that a plan may have and whose outcomes are nobody's guess. */
export const UNPREDICTED_GUARDS: readonly string[] = ['invalid', 'judge', 'cost', 'score'];

/** A candidate whose bad share in one guard is `factor` times stable's. */
export interface Worse {
  readonly guard: WorseGuard;
  readonly factor: number;
}

/** Where stable is never bad, a multiple of this is taken: twice nothing would be nothing. */
const LEAST_SHARE = 0.001;
const MOST_SHARE = 0.95;
/** Shares of users fall like those of words: a few do much, many do little. */
const ZIPF_OF_USERS = 1;

export const baseShare = (assumptions: Assumptions, guard: WorseGuard): number =>
  assumptions[guard === 'client-errors' ? 'clientErrors' : guard].value;

/** The candidate's bad share in a scenario. */
export const worseShare = (assumptions: Assumptions, { guard, factor }: Worse): number =>
  Math.min(MOST_SHARE, factor * Math.max(LEAST_SHARE, baseShare(assumptions, guard)));

/** The world in which a release does as stable does, or worse in one guard. */
export const assumedWorld = (assumptions: Assumptions, worse: Worse | null): TrafficWorld => {
  const { feedbackWithinMs, users, disagree, slowMs } = assumptions;
  return {
    name: worse === null ? 'good' : `${worse.guard} x ${worse.factor}`,
    arrivals: arrivalsOf(assumptions),
    keys:
      users === null
        ? null
        : { count: users.value, zipfExponent: ZIPF_OF_USERS, heavy: [], isSticky: true, badnessSigma: 0 },
    stable: trackOf(assumptions, null),
    candidate: trackOf(assumptions, worse),
    outages: [],
    slowMs: slowMs.value,
    feedback: { reportMs: feedbackWithinMs / 2, withinMs: feedbackWithinMs },
    disagreeShare: disagree.value,
  };
};

const arrivalsOf = ({ ratesByHour, ratePerSecond }: Assumptions): Arrivals =>
  ratesByHour !== null && ratesByHour.length > 1
    ? { kind: 'steps', ratesPerSecond: ratesByHour, stepMs: 3_600_000 }
    : { kind: 'constant', ratePerSecond: ratePerSecond.value };

const trackOf = (assumptions: Assumptions, worse: Worse | null): TrackWorld => {
  const shareOf = (guard: WorseGuard): number =>
    worse?.guard === guard ? worseShare(assumptions, worse) : baseShare(assumptions, guard);
  const { slowMs } = assumptions;
  const medianMs = Math.min(assumptions.medianMs.value, slowMs.value / 2);
  const errors = shareOf('errors');
  return {
    badShare: errors,
    // Only the part that is slow matters, so it is said directly.
    latency: { medianMs, sigma: 0, tail: { share: shareOf('slow'), factor: (10 * slowMs.value) / medianMs } },
    failureLatency: { medianMs, sigma: 0 },
    replicas: oneReplica,
    warmUp: null,
    clientErrorShare: errors < 1 ? shareOf('client-errors') / (1 - errors) : 0,
    reportedShare: shareOf('feedback'),
  };
};
