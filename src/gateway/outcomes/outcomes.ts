import { EARLY_AGE_MS, MEAN_STEPS, type Outcomes as OutcomeCounts } from '../../core/evidence/index.ts';
import type { Cohort } from './cohort.ts';
import type { Cohorts } from './cohorts.ts';
import { openDeadlines } from './deadlines.ts';
import { openDeadlinesByDelay } from './deadlines-by-delay.ts';
import {
  BIT,
  type CheckedGuard,
  EARLY_BITS,
  GATEWAY_GUARDS,
  type GatewayGuard,
  IMMEDIATE_GUARDS,
  type Measure,
  PAIRED_BITS,
  PAIRED_GUARDS,
  type PairedGuard,
} from './gateway-guards.ts';
import { type Outcome, unsettled } from './outcome.ts';
import { beginPair, endPair, type Pair, settleHalf } from './pair.ts';

export type { Outcome } from './outcome.ts';

export interface Outcomes {
  /** A user's request begins. `isFirstOfKey` (default false) makes it the one that counts for its sticky key. */
  start(cohort: Cohort, track: 'stable' | 'candidate', nowMs: number, isFirstOfKey?: boolean): Outcome;
  /** The mirrored half of a request; it grows old from `startShadow` on. */
  prepareShadow(cohort: Cohort): Outcome;
  startShadow(shadow: Outcome, nowMs: number): void;
  /**
   * Takes a sampled request into a guard that somebody else answers, right after `start` and before anything of the answer is known:
   * whether a request is sampled may depend on nothing that the release does. False when the rollout has no such guard; nothing is to be checked then.
   */
  expectCheck(outcome: Outcome, guard: CheckedGuard): boolean;
  /** No effect on a guard that is final or was never begun. */
  settle(outcome: Outcome, guard: GatewayGuard, isBad: boolean): void;
  /**
   * There will be no outcome: a checker that gave no answer, an answer that does not say what it cost. It stays pending for ever,
   * which every decision counts the way that hurts it most, because what cannot be checked is no fair sample. The cohort may settle without it.
   */
  abandon(outcome: Outcome, guard: GatewayGuard | Measure): void;
  /** The request is as old as it gets: `slow` by its age now, unless that was decided before. */
  settleSlowNow(outcome: Outcome, nowMs: number): void;
  /** The answer is over, however it ended: `slow` by its age now, and no client error unless one was seen. */
  end(outcome: Outcome, nowMs: number): void;
  /** There is no complete answer with status 2xx: nothing to find invalid or to judge, and nothing that cost. To be called before `end` or after. */
  noAnswer(outcome: Outcome): void;
  /**
   * A value from 0 (best) on; 1 and above count as the worst. `chance` in [0, 1) rounds it to a level so that the mean stays what it
   * was. A negative value, or none at all (NaN), was not measured: the same as `abandon`.
   */
  measure(outcome: Outcome, what: Measure, value: number, chance: number): void;
  /** To be called before either half has an outcome. */
  pairUp(stable: Outcome, shadow: Outcome): void;
  /** The two halves can no longer be compared fairly in these guards (default: any): what is open of them counts as good on both sides. */
  unpair(pair: Pair, guards?: readonly PairedGuard[]): void;
  /** The client gave up: it waited too long for either release, and how the answer would have ended is unknown. */
  clientLeft(outcome: Outcome, nowMs: number): void;
  /** Makes an invocation reportable until its deadline. When too many are followed already it is not read. */
  follow(outcome: Outcome, invocation: string): void;
  /** The outcome still waiting for a report on this invocation; it is forgotten by this. */
  takeFollowed(invocation: string): Outcome | null;
  /** Settles what has become old: early outcomes, slow requests as bad, feedback that did not come as good. */
  expire(nowMs: number): void;
  followed(): number;
}

export interface OutcomesSpec {
  readonly cohorts: Cohorts;
  readonly followedAtMost: number;
  /** `isFirst`: no other guard had found the request bad before. */
  readonly onBad: (outcome: Outcome, guard: GatewayGuard, isFirst: boolean) => void;
}

export function openOutcomes({ cohorts, followedAtMost, onBad }: OutcomesSpec): Outcomes {
  const young = openDeadlines<Outcome>(EARLY_AGE_MS);
  const slow = openDeadlinesByDelay<Outcome>();
  const feedback = openDeadlinesByDelay<Outcome>();
  const followed = new Map<string, Outcome>();

  const begin = (outcome: Outcome, guard: GatewayGuard): void => {
    const { cohort, isFirstOfKey } = outcome;
    const track = outcome.track as 'stable' | 'candidate';
    const bit = BIT[guard];
    outcome.begun |= bit;
    outcome.open |= bit;
    cohort.guards[guard]![track].started += 1;
    if (isFirstOfKey) cohort.keys![guard]![track].started += 1;
    cohort.open += 1;
    if (guard === 'errors') cohort.openErrors += 1;
    if ((bit & EARLY_BITS) === 0) return;
    if (outcome.young === 0) young.add(outcome, outcome.startedAtMs);
    outcome.young |= bit;
  };

  const settle = (outcome: Outcome, guard: GatewayGuard, isBad: boolean): void => {
    const bit = BIT[guard];
    if ((outcome.open & bit) === 0) return;
    outcome.open &= ~bit;
    const { cohort, track, pair } = outcome;
    if (track !== 'shadow') {
      const isYoung = (outcome.young & bit) !== 0;
      outcome.young &= ~bit;
      count(cohort.guards[guard]![track], isBad, isYoung);
      if (outcome.isFirstOfKey) count(cohort.keys![guard]![track], isBad, isYoung);
      cohort.open -= 1;
      if (guard === 'errors') cohort.openErrors -= 1;
      cohorts.touched(cohort);
    }
    if (pair !== null && (bit & PAIRED_BITS) !== 0) {
      const side = track === 'shadow' ? 'candidate' : 'stable';
      if (settleHalf(pair, guard as PairedGuard, side, isBad)) cohorts.touched(pair.cohort);
    }
    if (!isBad) return;
    const isFirst = !outcome.isBad;
    outcome.isBad = true;
    onBad(outcome, guard, isFirst);
  };

  const abandon = (outcome: Outcome, guard: GatewayGuard | Measure): void => {
    const bit = BIT[guard];
    if ((outcome.open & bit) === 0) return;
    outcome.open &= ~bit;
    const { cohort } = outcome;
    if ((outcome.young & bit) !== 0) stillGood(outcome, bit);
    cohort.open -= 1;
    if (guard === 'errors') cohort.openErrors -= 1;
    if (guard === 'score') cohort.openScores -= 1;
    cohorts.touched(cohort);
  };

  /** At this age these guards had not found it bad. */
  const stillGood = (outcome: Outcome, bits: number): void => {
    const { cohort, isFirstOfKey } = outcome;
    const track = outcome.track as 'stable' | 'candidate';
    outcome.young &= ~bits;
    for (const guard of GATEWAY_GUARDS) {
      if ((BIT[guard] & bits) === 0) continue;
      cohort.guards[guard]![track].early!.good += 1;
      if (isFirstOfKey) cohort.keys![guard]![track].early!.good += 1;
    }
    cohorts.touched(cohort);
  };

  const settleSlowNow = (outcome: Outcome, nowMs: number): void =>
    settle(outcome, 'slow', nowMs - outcome.startedAtMs >= outcome.cohort.readings.slowMs);

  const measure = (outcome: Outcome, what: Measure, value: number, chance: number): void => {
    const bit = BIT[what];
    const { cohort, track } = outcome;
    if ((outcome.open & bit) === 0 || track === 'shadow') return;
    if (!(value >= 0)) {
      abandon(outcome, what);
      return;
    }
    outcome.open &= ~bit;
    const values = cohort.means[what]![track];
    const level = Math.floor(Math.min(value, 1) * MEAN_STEPS + chance);
    values.levels[level]! += 1;
    if (what === 'score') {
      values.started += 1;
      cohort.openScores -= 1;
    }
    cohort.open -= 1;
    cohorts.touched(cohort);
  };

  return {
    start(cohort, track, nowMs, isFirstOfKey = false) {
      const outcome = unsettled(cohort, track, nowMs, isFirstOfKey && cohort.keys !== null);
      for (const guard of IMMEDIATE_GUARDS) if (cohort.guards[guard] !== undefined) begin(outcome, guard);
      if ((outcome.open & BIT.slow) !== 0) slow.add(outcome, nowMs, cohort.readings.slowMs);
      if (cohort.means.cost !== undefined && isMeasured(outcome)) {
        outcome.begun |= BIT.cost;
        outcome.open |= BIT.cost;
        cohort.means.cost[track].started += 1;
        cohort.open += 1;
      }
      cohorts.touched(cohort);
      return outcome;
    },
    prepareShadow(cohort) {
      const shadow = unsettled(cohort, 'shadow', 0, false);
      for (const guard of PAIRED_GUARDS) if (cohort.guards[guard] !== undefined) shadow.open |= BIT[guard];
      shadow.begun = shadow.open;
      return shadow;
    },
    startShadow(shadow, nowMs) {
      shadow.startedAtMs = nowMs;
      if ((shadow.open & BIT.slow) !== 0) slow.add(shadow, nowMs, shadow.cohort.readings.slowMs);
    },
    expectCheck(outcome, guard) {
      const { cohort, track, begun } = outcome;
      if (track === 'shadow' || cohort.guards[guard] === undefined || (begun & BIT[guard]) !== 0)
        return false;
      begin(outcome, guard);
      cohorts.touched(cohort);
      return true;
    },
    settle,
    abandon,
    settleSlowNow,
    end(outcome, nowMs) {
      settle(outcome, 'client-errors', false);
      settleSlowNow(outcome, nowMs);
    },
    noAnswer(outcome) {
      settle(outcome, 'invalid', false);
      settle(outcome, 'judge', false);
      measure(outcome, 'cost', 0, 0);
    },
    measure,
    pairUp(stable, shadow) {
      const pair = beginPair(stable.cohort);
      stable.pair = pair;
      shadow.pair = pair;
      cohorts.touched(stable.cohort);
    },
    clientLeft(outcome, nowMs) {
      settle(outcome, 'slow', true);
      if (outcome.pair !== null) {
        // A copy has nobody who gives up. Not to count those would leave slow answers out on one side only.
        endPair(outcome.pair, ['errors', 'client-errors']);
        cohorts.touched(outcome.pair.cohort);
      }
      settle(outcome, 'errors', false);
      this.end(outcome, nowMs);
      this.noAnswer(outcome);
    },
    unpair(pair, guards) {
      endPair(pair, guards);
      cohorts.touched(pair.cohort);
    },
    follow(outcome, invocation) {
      const { cohort, track } = outcome;
      const hasScore = cohort.means.score !== undefined && isMeasured(outcome);
      // Decided before track and outcome are known to matter, so leaving requests out cannot favour either side.
      if (track === 'shadow' || (cohort.guards.feedback === undefined && !hasScore)) return;
      if (followed.size >= followedAtMost) {
        if (outcome.answeredBy !== null) outcome.answeredBy.unfollowed += 1;
        return;
      }
      if (cohort.guards.feedback !== undefined) begin(outcome, 'feedback');
      if (hasScore) {
        outcome.begun |= BIT.score;
        outcome.open |= BIT.score;
        cohort.open += 1;
        cohort.openScores += 1;
      }
      outcome.invocation = invocation;
      followed.set(invocation, outcome);
      feedback.add(outcome, outcome.startedAtMs, cohort.readings.feedbackWithinMs);
      cohorts.touched(cohort);
    },
    takeFollowed(invocation) {
      const outcome = followed.get(invocation) ?? null;
      if (outcome !== null) followed.delete(invocation);
      return outcome;
    },
    expire(nowMs) {
      young.expire(nowMs, (outcome) => {
        if (outcome.young !== 0) stillGood(outcome, outcome.young);
      });
      slow.expire(nowMs, (outcome) => settle(outcome, 'slow', true));
      feedback.expire(nowMs, (outcome) => {
        followed.delete(outcome.invocation!);
        if ((outcome.open & (BIT.feedback | BIT.score)) === 0) return;
        settle(outcome, 'feedback', false);
        abandon(outcome, 'score');
      });
    },
    followed: () => followed.size,
  };
}

function count(counts: OutcomeCounts, isBad: boolean, isYoung: boolean): void {
  if (isBad) counts.bad += 1;
  else counts.good += 1;
  if (!isYoung) return;
  if (isBad) counts.early!.bad += 1;
  else counts.early!.good += 1;
}

/** Where keys are the unit, one value of each is as much as the coin has decided about. */
const isMeasured = ({ cohort, isFirstOfKey }: Outcome): boolean => cohort.keys === null || isFirstOfKey;
