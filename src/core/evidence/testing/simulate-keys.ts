import type { CohortUpdate, MeanOutcomes, TrackOutcomes } from '../cohort-update.ts';
import type { EvidenceSpec } from '../evidence-spec.ts';
import type { GuardReading } from '../guard-reading.ts';
import { absorb, beginPull, endPull, openEvidence, readGuards } from '../rollout-evidence.ts';
import { seededRandom } from './seeded-random.ts';

/**
 * How a process that serves sticky keys reports them. `again`: once when first seen, and once more after each growth of the share,
 * with the probability that those which had stayed with stable were drawn with. `above`: as `again` without remembering keys over a growth;
 * those that belonged to the candidate before are left out. `each-stage`: once in each stage with the share of the stage, as if
 * every stage drew anew; no rule of the evidence, but what it guards against.
 */
export type KeyReport = 'again' | 'above' | 'each-stage';

export interface KeyWorld {
  keys: number;
  /** Requests of the key of rank r are in proportion to r to the power of minus this. */
  zipf: number;
  /** Chance that a request of this key is bad on stable; drawn once for each key. */
  badness: (draw: () => number) => number;
  candidateBadness?: (stable: number) => number;
  /** Cost (0 to 16 sixteenths) of a request of the key, drawn once for each key; only where wanted, with the report `above`. */
  cost?: (draw: () => number) => number;
  /** Whether the cost of every request is measured, as no reporter should. Default: of those that count for their key. */
  measuresAll?: boolean;
  shares: readonly number[];
  slicesPerStage: number;
  requestsPerSlice: number;
  report: KeyReport;
  alphaRollback: number;
  /** Whether a warning takes the candidate off the traffic and shows it copies, until these clear it. Default false. */
  pulls?: boolean;
  until: (readings: readonly GuardReading[]) => boolean;
}

export interface KeyedEnd {
  decided: boolean;
  candidateRequests: number;
  readings: readonly GuardReading[];
  /** How often the candidate was taken off, and mirrored requests altogether. */
  pulls: number;
  pairs: number;
}

type Track = 'stable' | 'candidate';

export function simulateKeys(world: KeyWorld, seed: number): KeyedEnd {
  const random = seededRandom(seed);
  const { requestsPerSlice, slicesPerStage, shares, report } = world;
  const evidence = openEvidence(specOf(world));
  const pick = picker(random, world.keys, world.zipf);
  const users = Array.from({ length: world.keys }, () => {
    const bad = world.badness(random);
    return {
      place: random(),
      stable: bad,
      candidate: world.candidateBadness?.(bad) ?? bad,
      cost: world.cost?.(random) ?? 0,
      seenAtShare: -1,
      seenInStage: -1,
    };
  });
  let candidateRequests = 0;
  let readings: readonly GuardReading[] = [];
  let episode = 0;
  let isPulled = false;
  let mirrored = 0;
  for (let slice = 0; slice < shares.length * slicesPerStage; slice++) {
    const stage = Math.floor(slice / slicesPerStage);
    const share = shares[stage]!;
    const before = stage === 0 ? 0 : shares[stage - 1]!;
    const requests = none();
    const fresh = none();
    const again = new Map<number, TrackOutcomes>();
    const costs = { stable: noValues(), candidate: noValues() };
    const pairs = { started: 0, both: 0, stableOnly: 0, candidateOnly: 0, neither: 0 };
    for (let i = 0; i < requestsPerSlice; i++) {
      const user = users[pick()]!;
      if (isPulled) {
        const [stable, candidate] = [random() < user.stable, random() < user.candidate];
        pairs.started += 1;
        pairs[stable ? (candidate ? 'both' : 'stableOnly') : candidate ? 'candidateOnly' : 'neither'] += 1;
        count(requests, 'stable', stable);
        continue;
      }
      const track: Track = user.place < share ? 'candidate' : 'stable';
      const isBad = random() < user[track];
      count(requests, track, isBad);
      if (track === 'candidate') candidateRequests += 1;
      const isFirst = user.seenInStage !== stage && user.place >= before;
      if (world.measuresAll || isFirst) {
        costs[track].started += 1;
        costs[track].levels[user.cost]! += 1;
      }
      if (report === 'each-stage') {
        if (user.seenInStage !== stage) count(fresh, track, isBad);
      } else if (report === 'above') {
        if (isFirst) count(before === 0 ? fresh : tossed(again, before, share), track, isBad);
      } else if (user.seenAtShare < 0) count(fresh, track, isBad);
      else if (user.seenAtShare < share && user.place >= user.seenAtShare)
        count(tossed(again, user.seenAtShare, share), track, isBad);
      user.seenInStage = stage;
      user.seenAtShare = share;
    }
    absorb(evidence, {
      ...blank(slice, stage, isPulled ? 0 : share),
      guards: { errors: requests },
      keys: { errors: fresh },
      keysAgain: [...again].map(([candidateShare, errors]) => ({ candidateShare, guards: { errors } })),
      ...(world.cost && { means: { cost: costs } }),
      ...(world.cost && !world.measuresAll && { meansShare: (share - before) / (1 - before) }),
      ...(isPulled && { pairs: { errors: pairs } }),
    });
    mirrored += pairs.started;
    readings = readGuards(evidence, stage);
    if (world.until(readings)) {
      return { decided: true, candidateRequests, readings, pulls: episode, pairs: mirrored };
    }
    const pull = readings[0]?.pull;
    if (!world.pulls || !pull) continue;
    if (isPulled && pull.cleared) {
      endPull(evidence, episode);
      isPulled = false;
    } else if (!isPulled && pull.crossed) {
      episode += 1;
      beginPull(evidence, episode);
      isPulled = true;
    }
  }
  return { decided: false, candidateRequests, readings, pulls: episode, pairs: mirrored };
}

const specOf = ({ alphaRollback, cost }: KeyWorld): EvidenceSpec => ({
  guards: [
    { name: 'errors', marginShare: 0.02 },
    ...(cost ? [{ name: 'cost', marginShare: 0.05, kind: 'mean' as const }] : []),
  ],
  alphaRollback,
  alphaAdvance: 0.05,
  unit: 'key',
});

const tossed = (again: Map<number, TrackOutcomes>, before: number, share: number): TrackOutcomes => {
  const candidateShare = (share - before) / (1 - before);
  const present = again.get(candidateShare) ?? none();
  again.set(candidateShare, present);
  return present;
};

const none = (): TrackOutcomes => ({
  stable: { started: 0, bad: 0, good: 0 },
  candidate: { started: 0, bad: 0, good: 0 },
});

const noValues = (): MeanOutcomes => ({ started: 0, levels: new Array<number>(17).fill(0) });

function count(counts: TrackOutcomes, track: Track, isBad: boolean): void {
  counts[track].started += 1;
  counts[track][isBad ? 'bad' : 'good'] += 1;
}

const blank = (index: number, stage: number, candidateShare: number): CohortUpdate => ({
  source: 'gateway',
  index,
  stage,
  candidateShare,
  startedAtMs: index * 250,
  closed: true,
  settled: true,
  guards: {},
});

/** Draws ranks from 0 in proportion to (rank + 1) to the power of minus `zipf`. */
function picker(random: () => number, keys: number, zipf: number): () => number {
  const upTo = new Float64Array(keys);
  let sum = 0;
  for (let rank = 0; rank < keys; rank++) upTo[rank] = sum += (rank + 1) ** -zipf;
  return () => {
    const at = random() * sum;
    let low = 0;
    let high = keys - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (upTo[middle]! > at) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
