import type { CohortUpdate, MeanOutcomes, Outcomes } from '../cohort-update.ts';
import type { EvidenceSpec } from '../evidence-spec.ts';
import type { DifferenceReading, GuardReading } from '../guard-reading.ts';
import { absorb, openEvidence, readGuards } from '../rollout-evidence.ts';
import { drawBinomial, seededRandom } from './seeded-random.ts';

type Track = 'stable' | 'candidate';

/** Chances of the levels of a bounded quantity; two entries are a share: good, bad. */
export type Chances = readonly number[];

export interface DifferenceWorld {
  /** By slice; each change begins a new stage. */
  candidateShare: (slice: number) => number;
  chances: (track: Track, slice: number) => Chances;
  requestsPerSlice: number;
  slices: number;
  /** Slices until the worst outcomes (share: the bad ones) of a track are known. Default 0. */
  worstIsLate?: (track: Track) => number;
  lookEvery: number;
  alphaRollback?: number;
  /** Whether to compute intervals, which take a hundred times as long as the rest. Default true. */
  differences?: boolean;
}

export interface Look {
  slice: number;
  reading: GuardReading;
  difference: DifferenceReading;
}

/** Runs one rollout through the real evidence code and shows every look with its interval, until `look` is true. */
export function simulateDifference(world: DifferenceWorld, seed: number, look: (at: Look) => boolean): void {
  const random = seededRandom(seed);
  const isShare = world.chances('stable', 0).length === 2;
  const evidence = openEvidence(specOf(world, isShare));
  const late = new Map<number, CohortUpdate[]>();
  let stage = 0;
  for (let slice = 0; slice < world.slices; slice++) {
    const candidateShare = world.candidateShare(slice);
    if (slice > 0 && candidateShare !== world.candidateShare(slice - 1)) stage += 1;
    const n = { stable: 0, candidate: drawBinomial(random, world.requestsPerSlice, candidateShare) };
    n.stable = world.requestsPerSlice - n.candidate;
    const update = blank(slice, stage, candidateShare);
    const complete = blank(slice, stage, candidateShare);
    let wait = 0;
    for (const track of ['stable', 'candidate'] as const) {
      const counts = drawLevels(random, n[track], world.chances(track, slice));
      put(complete, track, n[track], counts, isShare);
      const delay = world.worstIsLate?.(track) ?? 0;
      wait = Math.max(wait, delay);
      put(update, track, n[track], delay > 0 ? [...counts.slice(0, -1), 0] : counts, isShare);
    }
    absorb(evidence, wait > 0 ? { ...update, settled: false } : complete);
    if (wait > 0) late.set(slice + wait, [...(late.get(slice + wait) ?? []), complete]);
    for (const due of late.get(slice) ?? []) absorb(evidence, due);
    late.delete(slice);
    if (slice % world.lookEvery !== 0) continue;
    const reading = readGuards(evidence, stage, { differences: world.differences ?? true })[0]!;
    const difference = reading.difference ?? { low: -1, high: 1, confidence: 0.95 };
    if (look({ slice, reading, difference })) return;
  }
}

const specOf = ({ alphaRollback = 0.001 }: DifferenceWorld, isShare: boolean): EvidenceSpec => ({
  guards: [{ name: 'guard', marginShare: 0.05, kind: isShare ? 'share' : 'mean' }],
  alphaRollback,
  alphaAdvance: 0.05,
});

function blank(index: number, stage: number, candidateShare: number): CohortUpdate {
  const none = (): Outcomes => ({ started: 0, bad: 0, good: 0 });
  const noValues = (): MeanOutcomes => ({ started: 0, levels: new Array<number>(17).fill(0) });
  return {
    source: 'gateway',
    index,
    stage,
    candidateShare,
    startedAtMs: index * 250,
    closed: true,
    settled: true,
    guards: { guard: { stable: none(), candidate: none() } },
    means: { guard: { stable: noValues(), candidate: noValues() } },
  };
}

function put(update: CohortUpdate, track: Track, started: number, counts: number[], isShare: boolean): void {
  if (isShare) update.guards.guard![track] = { started, good: counts[0]!, bad: counts[1]! };
  else update.means!.guard![track] = { started, levels: counts };
}

/** A multinomial draw, level by level. */
export function drawLevels(random: () => number, n: number, chances: Chances): number[] {
  let left = n;
  let leftChance = 1;
  return chances.map((chance, level) => {
    const isLast = level === chances.length - 1;
    const count = isLast ? left : drawBinomial(random, left, Math.min(1, chance / leftChance));
    left -= count;
    leftChance = Math.max(1e-12, leftChance - chance);
    return count;
  });
}
