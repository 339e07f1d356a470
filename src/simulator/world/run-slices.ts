import { type Random, seededRandom } from '../../core/evaluation/seeded-random.ts';
import type { Plan, Stage } from '../../core/rollout/plan.ts';
import { ratePerSecondAt } from './arrivals.ts';
import { type ConductedRollout, conductRollout } from './conduct-rollout.ts';
import { type DrawnKeys, drawKeys } from './draw-keys.ts';
import { type DrawnSlice, drawSlice } from './draw-slice.ts';
import { drawBinomial, drawPoisson } from './draws.ts';
import type { Ending, StageTime } from './ending.ts';
import { actualShare, type KeyArrivals, openKeyArrivals } from './key-arrivals.ts';
import type { TrafficWorld } from './world.ts';

export interface SliceLimits {
  readonly durationMs: number;
  /** A slice lasts this part of the time since the stage was entered, but at least `leastSliceMs`. Default 0.01. */
  readonly sliceShare?: number;
  /** Default 250 ms, or the time in which one request is expected where that is longer. */
  readonly leastSliceMs?: number;
  /** Called after every look. */
  readonly watch?: (rollout: ConductedRollout, atMs: number) => void;
}

/**
 * The same worlds as `runWorld`, many times faster: no single requests, but binomial counts for each slice of time, and slices that
 * grow with the age of the stage (a hundredth of it by default), which is how exactly a moment is known. Decided by the
 * production rules over `plan`. What ties requests together is left out: drift of the latency, badness of single keys, warm-up.
 */
export const runSlices = (world: TrafficWorld, plan: Plan, seed: number, limits: SliceLimits): Ending => {
  const random = seededRandom(seed, 'slices');
  const rollout = conductRollout(plan);
  const guards = plan.guards.map(({ name }) => name);
  const keys = world.keys === null ? null : drawKeys(world.keys, seed);
  const arrivals = keys?.isSticky !== true ? null : openKeyArrivals(keys, seededRandom(seed, 'key arrivals'));
  const stages: StageTime[] = [];
  const total = { stable: 0, candidate: 0, shadow: 0, bad: 0 };
  let flying: Flight[] = [];
  let atMs = 0;
  let index = 0;
  let entered = enter(rollout, 0, 0);
  let drawnWith = Number.NaN;

  const end = (outcome: Ending['outcome']): Ending => {
    stages.push(leave(entered, atMs, total.candidate));
    return {
      outcome,
      atMs,
      candidateRequests: total.candidate,
      stableRequests: total.stable,
      shadowRequests: total.shadow,
      badCandidateRequests: total.bad,
      // Keys and requests are drawn apart, so early on one may run ahead of the other.
      affectedKeys: arrivals === null ? null : Math.min(arrivals.affected(), total.candidate),
      stages,
    };
  };

  while (atMs < limits.durationMs) {
    const exposure = { candidateShare: rollout.candidateShare(), mirrorShare: rollout.mirrorShare() };
    const stage = plan.stages[rollout.stage()];
    if (exposure.candidateShare !== drawnWith) arrivals?.changeShare(exposure.candidateShare);
    drawnWith = exposure.candidateShare;
    const toMs = sliceEnd(world, stage, entered.atMs, atMs, limits);
    const middleMs = (atMs + toMs) / 2;
    const requests = drawPoisson(random, (ratePerSecondAt(world.arrivals, middleMs) * (toMs - atMs)) / 1_000);
    if (requests > 0) {
      const counts = splitRequests(requests, exposure, keys, arrivals, random, plan.unit === 'key');
      const about = {
        index,
        stage: rollout.stage(),
        candidateShare: exposure.candidateShare,
        startedAtMs: Math.round(atMs),
        atMs: middleMs,
        candidateRequests: total.candidate,
      };
      const slice = drawSlice(world, guards, about, counts, random);
      // Its requests began in the middle of it on average.
      flying.push({ slice, sinceMs: middleMs, left: [...slice.landings], isNew: true });
      index += 1;
      total.stable += counts.stable;
      total.candidate += counts.candidate;
      total.shadow += counts.mirrored;
      total.bad += slice.badCandidateRequests;
    }
    atMs = toMs;
    flying = report(flying, rollout, atMs);
    const look = rollout.look(atMs);
    limits.watch?.(rollout, atMs);
    if (look === 'rollback') return end('rolled-back');
    if (look === 'complete') return end('promoted');
    if (look === 'pause') return end('paused');
    if (look === 'advance') {
      stages.push(leave(entered, atMs, total.candidate));
      entered = enter(rollout, atMs, total.candidate);
    }
  }
  return end('unfinished');
};

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

/** Grows with the age of the stage, and never steps over a moment at which something is due. */
const sliceEnd = (
  { arrivals }: TrafficWorld,
  stage: Stage | undefined,
  enteredAtMs: number,
  atMs: number,
  { sliceShare = 0.01, leastSliceMs, durationMs }: SliceLimits,
): number => {
  const rate = ratePerSecondAt(arrivals, atMs);
  const least = leastSliceMs ?? Math.max(250, rate > 0 ? Math.min(3_600_000, 1_000 / rate) : 1_000);
  const wished = atMs + Math.max(least, sliceShare * (atMs - enteredAtMs));
  const due = (stage === undefined ? [] : momentsOf(stage)).map((afterMs) => enteredAtMs + afterMs);
  return Math.min(wished, durationMs, ...due.filter((moment) => moment > atMs));
};

const momentsOf = ({ minimumMs, timeoutMs, gates }: Stage): number[] => [
  minimumMs,
  ...(timeoutMs === null ? [] : [timeoutMs]),
  ...gates.flatMap((gate) => (gate.type === 'soak' ? [gate.durationMs] : [])),
];

const splitRequests = (
  requests: number,
  { candidateShare, mirrorShare }: { candidateShare: number; mirrorShare: number },
  keys: DrawnKeys | null,
  arrivals: KeyArrivals | null,
  random: Random,
  countsKeys: boolean,
) => {
  const share = keys?.isSticky === true ? actualShare(keys, candidateShare) : candidateShare;
  const candidate = drawBinomial(random, requests, share);
  const stable = requests - candidate;
  const counted = arrivals?.pass(requests) ?? [];
  return {
    stable,
    candidate,
    mirrored: drawBinomial(random, stable, mirrorShare),
    keys: countsKeys ? counted : null,
  };
};

const enter = (rollout: ConductedRollout, atMs: number, before: number) => ({
  stage: rollout.stage(),
  candidateShare: rollout.candidateShare(),
  atMs,
  before,
});

const leave = (
  entered: ReturnType<typeof enter>,
  leftAtMs: number,
  candidateRequests: number,
): StageTime => ({
  stage: entered.stage,
  candidateShare: entered.candidateShare,
  enteredAtMs: entered.atMs,
  leftAtMs,
  candidateRequests: candidateRequests - entered.before,
});
