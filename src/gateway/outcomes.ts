import type { Cohort, Cohorts, GatewayGuard, PairedGuard } from './cohorts.ts';
import { PAIRED_GUARDS } from './cohorts.ts';
import { type Deadlines, openDeadlines } from './deadlines.ts';
import type { TrackCounts } from './traffic.ts';

type Standing = 'open' | 'final' | 'not-read';

/** What is known of one request, for each guard. A `shadow` is the mirrored half of a pair and counts only there. */
export interface Outcome {
  readonly cohort: Cohort;
  readonly track: 'stable' | 'candidate' | 'shadow';
  startedAtMs: number;
  errors: Standing;
  slow: Standing;
  feedback: Standing;
  pair: Pair | null;
  /** Set when feedback may still come. */
  invocation: string | null;
  /** Whose answer the user saw. */
  answeredBy: TrackCounts | null;
}

/** The same request sent to both releases. A guard of it is counted once both halves are known. */
export interface Pair {
  readonly cohort: Cohort;
  readonly halves: Record<
    PairedGuard,
    { stableIsBad: boolean | null; candidateIsBad: boolean | null; isCounted: boolean }
  >;
}

export interface Outcomes {
  start(cohort: Cohort, track: 'stable' | 'candidate', nowMs: number): Outcome;
  /** The mirrored half of a request; it grows old from `startShadow` on. */
  prepareShadow(cohort: Cohort): Outcome;
  startShadow(shadow: Outcome, nowMs: number): void;
  /** No effect on an outcome that is final or not read. */
  settle(outcome: Outcome, guard: GatewayGuard, isBad: boolean): void;
  /** The request is over: `slow` by its age now, unless that was decided before. */
  settleSlowNow(outcome: Outcome, nowMs: number): void;
  pairUp(stable: Outcome, shadow: Outcome): void;
  /** The two halves can no longer be compared fairly: what is open of the pair counts as good on both sides. */
  unpair(pair: Pair): void;
  /** Makes an invocation reportable until its deadline. False when too many are followed already: it is not read then. */
  follow(outcome: Outcome, invocation: string): void;
  /** The outcome still waiting for a report on this invocation; it is forgotten by this. */
  takeFollowed(invocation: string): Outcome | null;
  /** Settles what has become old: slow requests as bad, feedback that did not come as good. */
  expire(nowMs: number): void;
  followed(): number;
}

export interface OutcomesSpec {
  readonly cohorts: Cohorts;
  readonly followedAtMost: number;
  readonly onBad: (outcome: Outcome, guard: GatewayGuard) => void;
}

export function openOutcomes({ cohorts, followedAtMost, onBad }: OutcomesSpec): Outcomes {
  const slowByDelay = new Map<number, Deadlines<Outcome>>();
  const feedbackByDelay = new Map<number, Deadlines<Outcome>>();
  const followed = new Map<string, Outcome>();

  const settle = (outcome: Outcome, guard: GatewayGuard, isBad: boolean): void => {
    if (outcome[guard] !== 'open') return;
    outcome[guard] = 'final';
    const { cohort, track, pair } = outcome;
    if (track !== 'shadow') {
      const counts = cohort.guards[guard]![track];
      if (isBad) counts.bad += 1;
      else counts.good += 1;
      cohort.open -= 1;
      if (guard === 'errors') cohort.openErrors -= 1;
      cohorts.touched(cohort);
    }
    if (pair !== null && guard !== 'feedback') settleHalf(pair, guard, track, isBad);
    if (isBad) onBad(outcome, guard);
  };

  const settleHalf = (pair: Pair, guard: PairedGuard, track: Outcome['track'], isBad: boolean): void => {
    const half = pair.halves[guard];
    if (half.isCounted) return;
    if (track === 'shadow') half.candidateIsBad = isBad;
    else half.stableIsBad = isBad;
    if (half.stableIsBad === null || half.candidateIsBad === null) return;
    half.isCounted = true;
    const counts = pair.cohort.pairs[guard]!;
    if (half.stableIsBad) counts[half.candidateIsBad ? 'both' : 'stableOnly'] += 1;
    else counts[half.candidateIsBad ? 'candidateOnly' : 'neither'] += 1;
    pair.cohort.open -= 1;
    cohorts.touched(pair.cohort);
  };

  return {
    start(cohort, track, nowMs) {
      const outcome = unsettled(cohort, track, nowMs);
      if (outcome.errors === 'open') begin(cohort, 'errors', track);
      if (outcome.slow === 'open') {
        begin(cohort, 'slow', track);
        deadlinesFor(slowByDelay, cohort.readings.slowMs).add(outcome, nowMs);
      }
      cohorts.touched(cohort);
      return outcome;
    },
    prepareShadow: (cohort) => unsettled(cohort, 'shadow', 0),
    startShadow(shadow, nowMs) {
      shadow.startedAtMs = nowMs;
      if (shadow.slow === 'open') deadlinesFor(slowByDelay, shadow.cohort.readings.slowMs).add(shadow, nowMs);
    },
    settle,
    settleSlowNow(outcome, nowMs) {
      settle(outcome, 'slow', nowMs - outcome.startedAtMs >= outcome.cohort.readings.slowMs);
    },
    pairUp(stable, shadow) {
      const { cohort } = stable;
      const pair: Pair = { cohort, halves: { errors: newHalf(), slow: newHalf() } };
      stable.pair = pair;
      shadow.pair = pair;
      for (const guard of PAIRED_GUARDS) {
        if (cohort.guards[guard] === undefined) continue;
        cohort.pairs[guard] ??= { started: 0, both: 0, stableOnly: 0, candidateOnly: 0, neither: 0 };
        cohort.pairs[guard].started += 1;
        cohort.open += 1;
      }
      cohorts.touched(cohort);
    },
    unpair(pair) {
      for (const guard of PAIRED_GUARDS) {
        const half = pair.halves[guard];
        if (half.isCounted || pair.cohort.pairs[guard] === undefined) continue;
        half.stableIsBad = null;
        half.candidateIsBad = null;
        settleHalf(pair, guard, 'stable', false);
        settleHalf(pair, guard, 'shadow', false);
      }
    },
    follow(outcome, invocation) {
      const { cohort, track } = outcome;
      // Decided before track and outcome are known to matter, so leaving requests out cannot favour either side.
      if (track === 'shadow' || cohort.guards.feedback === undefined || followed.size >= followedAtMost)
        return;
      outcome.feedback = 'open';
      outcome.invocation = invocation;
      begin(cohort, 'feedback', track);
      followed.set(invocation, outcome);
      deadlinesFor(feedbackByDelay, cohort.readings.feedbackWithinMs).add(outcome, outcome.startedAtMs);
      cohorts.touched(cohort);
    },
    takeFollowed(invocation) {
      const outcome = followed.get(invocation) ?? null;
      if (outcome !== null) followed.delete(invocation);
      return outcome;
    },
    expire(nowMs) {
      for (const deadlines of slowByDelay.values())
        deadlines.expire(nowMs, (outcome) => settle(outcome, 'slow', true));
      for (const deadlines of feedbackByDelay.values()) {
        deadlines.expire(nowMs, (outcome) => {
          if (outcome.feedback !== 'open') return;
          followed.delete(outcome.invocation!);
          settle(outcome, 'feedback', false);
        });
      }
      forgetEmpty(slowByDelay);
      forgetEmpty(feedbackByDelay);
    },
    followed: () => followed.size,
  };
}

function unsettled(cohort: Cohort, track: Outcome['track'], startedAtMs: number): Outcome {
  const standing = (guard: GatewayGuard): Standing =>
    cohort.guards[guard] === undefined ? 'not-read' : 'open';
  return {
    cohort,
    track,
    startedAtMs,
    errors: standing('errors'),
    slow: standing('slow'),
    feedback: 'not-read',
    pair: null,
    invocation: null,
    answeredBy: null,
  };
}

function begin(cohort: Cohort, guard: GatewayGuard, track: 'stable' | 'candidate'): void {
  cohort.guards[guard]![track].started += 1;
  cohort.open += 1;
  if (guard === 'errors') cohort.openErrors += 1;
}

const newHalf = () => ({ stableIsBad: null, candidateIsBad: null, isCounted: false });

function deadlinesFor(byDelay: Map<number, Deadlines<Outcome>>, delayMs: number): Deadlines<Outcome> {
  let deadlines = byDelay.get(delayMs);
  if (deadlines === undefined) {
    deadlines = openDeadlines(delayMs);
    byDelay.set(delayMs, deadlines);
  }
  return deadlines;
}

function forgetEmpty(byDelay: Map<number, Deadlines<Outcome>>): void {
  for (const [delayMs, deadlines] of byDelay) if (deadlines.size() === 0) byDelay.delete(delayMs);
}
