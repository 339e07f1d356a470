import { type Random, seededRandom } from '../../core/evaluation/seeded-random.ts';
import type { Plan } from '../../core/rollout/plan.ts';
import { ratePerSecondAt } from './arrivals.ts';
import { type ConductedRollout, conductRollout } from './conduct-rollout.ts';
import { type DrawnSlice, drawSlice } from './draw-slice.ts';
import { drawBinomial, drawPoisson, LARGE_IN_SLICE } from './draws.ts';
import type { Ending, StageTime } from './ending.ts';
import { isNearVerdict } from './is-near-verdict.ts';
import { type KeyArrivals, openKeyArrivals } from './key-arrivals.ts';
import { SLICE_MS } from './simulated-cohort.ts';
import { type SliceLengths, sliceEnd } from './slice-end.ts';
import type { TrafficWorld } from './world.ts';

export interface SliceLimits extends SliceLengths {
  /** Called after every look. */
  readonly watch?: (rollout: ConductedRollout, atMs: number) => void;
}

/**
 * The same worlds as `runWorld`, many times faster: no single requests, but binomial counts for each slice of time, and slices that
 * grow with the age of the exposure (a hundredth of it by default). Decided by the production rules over `plan`, which look at the end of
 * each slice. Near a verdict a slice has several cohorts, for a test that is read after each prefix of them is over sooner. What has happened by then happened somewhere inside it, so its middle is what is reported, and slices of different
 * lengths agree. What ties requests together is left out: drift of the latency, badness of single keys, warm-up.
 */
export const runSlices = (world: TrafficWorld, plan: Plan, seed: number, limits: SliceLimits): Ending => {
  const random = seededRandom(seed, 'slices');
  const rollout = conductRollout(plan);
  const guards = plan.guards.map(({ name }) => name);
  const arrivals = openArrivals(world, plan, seed);
  const stages: StageTime[] = [];
  const total = { stable: 0, candidate: 0, shadow: 0, bad: 0 };
  /** What the ends of slices have come too late, in all. */
  const late = { ms: 0, stable: 0, candidate: 0, shadow: 0, bad: 0, keys: 0 };
  let flying: Flight[] = [];
  let atMs = 0;
  let index = 0;
  let entered = enter(rollout, 0, 0);
  let drawnWith = Number.NaN;
  let exposedSinceMs = 0;

  const leaveStage = (): void => {
    stages.push(leave(entered, atMs - late.ms, total.candidate - late.candidate));
  };
  const end = (outcome: Ending['outcome']): Ending => {
    leaveStage();
    const candidateRequests = Math.round(total.candidate - late.candidate);
    return {
      outcome,
      atMs: atMs - late.ms,
      candidateRequests,
      stableRequests: Math.round(total.stable - late.stable),
      shadowRequests: Math.round(total.shadow - late.shadow),
      badCandidateRequests: Math.round(total.bad - late.bad),
      // Keys and requests are drawn apart, so early on one may run ahead of the other.
      affectedKeys:
        arrivals === null ? null : Math.min(Math.round(arrivals.affected() - late.keys), candidateRequests),
      stages,
    };
  };

  while (atMs < limits.durationMs) {
    const exposure = { candidateShare: rollout.candidateShare(), mirrorShare: rollout.mirrorShare() };
    const stage = plan.stages[rollout.stage()];
    if (exposure.candidateShare !== drawnWith) arrivals?.changeShare(exposure.candidateShare);
    drawnWith = exposure.candidateShare;
    const { toMs, isDue, leastMs } = sliceEnd(
      world,
      stage,
      { ...exposure, sinceMs: exposedSinceMs, enteredAtMs: entered.atMs },
      atMs,
      limits,
    );
    const affectedBefore = arrivals?.affected() ?? 0;
    const got = { stable: 0, candidate: 0, shadow: 0, bad: 0 };
    const fromMs = atMs;
    const cohorts = isNearVerdict(plan, stage, rollout.readings())
      ? Math.min(COHORTS_WHEN_NEAR, Math.max(1, Math.floor((toMs - fromMs) / leastMs)))
      : 1;
    for (let nth = 1; nth <= cohorts; nth += 1) {
      const startedAtMs = atMs;
      atMs = nth === cohorts ? toMs : fromMs + (nth / cohorts) * (toMs - fromMs);
      const middleMs = (startedAtMs + atMs) / 2;
      const expected = (ratePerSecondAt(world.arrivals, middleMs) * (atMs - startedAtMs)) / 1_000;
      const requests = drawPoisson(random, expected, LARGE_IN_SLICE);
      if (requests > 0) {
        const counts = splitRequests(requests, exposure, arrivals, random, plan.unit === 'key');
        const about = {
          index,
          stage: rollout.stage(),
          candidateShare: exposure.candidateShare,
          startedAtMs: Math.round(startedAtMs),
          atMs: middleMs,
          candidateRequests: total.candidate + got.candidate,
        };
        const slice = drawSlice(world, guards, about, counts, random);
        // Its requests began in the middle of it on average.
        flying.push({ slice, sinceMs: middleMs, left: [...slice.landings], isNew: true });
        index += 1;
        got.stable += counts.stable;
        got.candidate += counts.candidate;
        got.shadow += counts.mirrored;
        got.bad += slice.badCandidateRequests;
      }
      flying = report(flying, rollout, atMs);
    }
    for (const of of KINDS) total[of] += got[of];
    const look = rollout.look(atMs);
    limits.watch?.(rollout, atMs);
    const isPull = rollout.candidateShare() !== exposure.candidateShare && look === 'hold';
    if (look === 'hold' && !isPull) continue;
    exposedSinceMs = atMs;
    if (!isDue) {
      const share = lateShare(toMs - fromMs);
      // The clock of the stage goes on during a pull.
      if (!isPull) late.ms += share * (toMs - fromMs);
      for (const of of KINDS) late[of] += share * got[of];
      late.keys += share * ((arrivals?.affected() ?? 0) - affectedBefore);
    }
    if (look === 'hold') continue;
    if (look === 'rollback') return end('rolled-back');
    if (look === 'complete') return end('promoted');
    if (look === 'pause') return end('paused');
    leaveStage();
    entered = enter(rollout, atMs, total.candidate, late);
  }
  return end('unfinished');
};

/** A fifth of the age of an exposure is cut into pieces of about a twentieth. */
const COHORTS_WHEN_NEAR = 4;

const KINDS = ['stable', 'candidate', 'shadow', 'bad'] as const;

/** By how much the end of a slice comes too late on average, as a part of it. A gateway's own slices are what they are. */
const lateShare = (sliceMs: number): number => Math.max(0, (sliceMs - SLICE_MS) / 2) / sliceMs;

const openArrivals = (world: TrafficWorld, plan: Plan, seed: number): KeyArrivals | null =>
  world.keys?.isSticky === true
    ? openKeyArrivals(
        world.keys,
        plan.stages.map(({ exposure }) => exposure.share),
        seededRandom(seed, 'key arrivals'),
      )
    : null;

interface Flight {
  readonly slice: DrawnSlice;
  readonly sinceMs: number;
  isNew: boolean;
  left: DrawnSlice['landings'][number][];
}

/** Tells the rollout what has become known; keeps the slices of which something is still to come. */
const report = (flying: readonly Flight[], rollout: ConductedRollout, atMs: number): Flight[] => {
  const kept: Flight[] = [];
  for (const flight of flying) {
    const before = flight.left.length;
    flight.left = flight.left.filter(({ afterMs, land }) => {
      if (flight.sinceMs + afterMs > atMs) return true;
      land();
      return false;
    });
    const { update } = flight.slice;
    update.settled = flight.left.length === 0;
    if (flight.left.length < before || flight.isNew) rollout.absorb(update);
    flight.isNew = false;
    if (!update.settled) kept.push(flight);
  }
  return kept;
};

const splitRequests = (
  requests: number,
  { candidateShare, mirrorShare }: { candidateShare: number; mirrorShare: number },
  arrivals: KeyArrivals | null,
  random: Random,
  countsKeys: boolean,
) => {
  const candidate = drawBinomial(random, requests, arrivals?.actualShare() ?? candidateShare, LARGE_IN_SLICE);
  const stable = requests - candidate;
  const counted = arrivals?.pass(requests) ?? [];
  return {
    stable,
    candidate,
    mirrored: drawBinomial(random, stable, mirrorShare, LARGE_IN_SLICE),
    keys: countsKeys ? counted : null,
  };
};

/** `late`: what is to be taken off the moment and the requests in a report. */
const enter = (
  rollout: ConductedRollout,
  atMs: number,
  before: number,
  late: { readonly ms: number; readonly candidate: number } = { ms: 0, candidate: 0 },
) => ({
  stage: rollout.stage(),
  candidateShare: rollout.candidateShare(),
  atMs,
  reportedAtMs: atMs - late.ms,
  before: before - late.candidate,
});

const leave = (
  entered: ReturnType<typeof enter>,
  leftAtMs: number,
  candidateRequests: number,
): StageTime => ({
  stage: entered.stage,
  candidateShare: entered.candidateShare,
  enteredAtMs: entered.reportedAtMs,
  leftAtMs,
  candidateRequests: Math.round(candidateRequests - entered.before),
});
