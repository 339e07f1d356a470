import { type Random, seededRandom } from '../../core/evaluation/seeded-random.ts';
import { ratePerSecondAt } from './arrivals.ts';
import { type DrawnKeys, drawKeys } from './draw-keys.ts';
import { drawPoisson } from './draws.ts';
import { type Chance, drawChance, type SimulatedTrack, simulateTrack } from './simulate-track.ts';
import type { SimulatedRequest } from './traffic-event.ts';
import type { TrafficWorld } from './world.ts';

/** Exposure while a request starts. */
export interface InForce {
  readonly candidateShare: number;
  readonly mirrorShare: number;
}

export interface SimulatedTraffic {
  /** Times at which requests start in [fromMs, toMs), in order. */
  arrivals(fromMs: number, toMs: number): number[];
  /** The next request, and its copy for the candidate if it is mirrored. Times must not go back. */
  request(atMs: number, exposure: InForce): { user: SimulatedRequest; shadow: SimulatedRequest | null };
}

/**
 * Requests and their fates. What is drawn for the n-th request does not depend on where earlier ones went, so two deciders
 * with the same seed meet the same traffic. Copies draw from a stream of their own.
 */
export const simulateTraffic = (world: TrafficWorld, seed: number): SimulatedTraffic => {
  const random = seededRandom(seed, 'requests');
  const arriving = seededRandom(seed, 'arrivals');
  const copying = seededRandom(seed, 'copies');
  const keys = world.keys === null ? null : drawKeys(world.keys, seed);
  const tracks = {
    stable: simulateTrack('stable', world, seed),
    candidate: simulateTrack('candidate', world, seed),
  };
  let requests = 0;
  let candidateRequests = 0;

  return {
    arrivals(fromMs, toMs) {
      const expected = (ratePerSecondAt(world.arrivals, (fromMs + toMs) / 2) * (toMs - fromMs)) / 1_000;
      const times = Array.from(
        { length: drawPoisson(arriving, expected) },
        () => fromMs + arriving() * (toMs - fromMs),
      );
      return times.sort((a, b) => a - b);
    },
    request(atMs, { candidateShare, mirrorShare }) {
      const key = keys === null ? null : keys.pick(random);
      const place = random();
      const chance = drawChance(random);
      const mirrorChance = random();
      tracks.stable.drift(atMs);
      tracks.candidate.drift(atMs);
      const track = placeOf(keys, key, place) < candidateShare ? 'candidate' : 'stable';
      const isMirrored = track === 'stable' && mirrorChance < mirrorShare;
      const about = { atMs, candidateShare, key, candidateRequests, slowMs: world.slowMs };
      const badFactor = key === null ? 1 : keys!.badFactor[key]!;
      const user = send(tracks[track], { ...about, number: requests, track, isMirrored }, chance, badFactor);
      requests += 1;
      if (track === 'candidate') candidateRequests += 1;
      if (!isMirrored) return { user, shadow: null };
      const shadow = copy(tracks.candidate, { ...about, number: user.number, of: user }, copying, badFactor);
      return { user, shadow: { ...shadow, differs: copying() < world.disagreeShare } };
    },
  };
};

interface About {
  readonly number: number;
  readonly atMs: number;
  readonly candidateShare: number;
  readonly key: number | null;
  readonly candidateRequests: number;
  readonly slowMs: number;
}

const placeOf = (keys: DrawnKeys | null, key: number | null, drawn: number): number =>
  keys === null || key === null || !keys.isSticky ? drawn : keys.place[key]!;

const send = (
  to: SimulatedTrack,
  about: About & { readonly track: SimulatedRequest['track']; readonly isMirrored: boolean },
  chance: Chance,
  badFactor: number,
): SimulatedRequest => {
  const { number, atMs, track, candidateShare, key, candidateRequests, slowMs, isMirrored } = about;
  const fate = to.serve(atMs, chance, badFactor, candidateRequests);
  return {
    number,
    startedAtMs: atMs,
    track,
    candidateShare,
    key,
    replica: fate.replica,
    copyOf: null,
    isMirrored,
    latencyMs: fate.latencyMs,
    isFailed: fate.isFailed,
    isClientError: fate.isClientError,
    isSlow: fate.latencyMs >= slowMs,
    differs: false,
  };
};

const copy = (
  to: SimulatedTrack,
  about: About & { readonly of: SimulatedRequest },
  random: Random,
  badFactor: number,
): SimulatedRequest => ({
  ...send(to, { ...about, track: 'shadow', isMirrored: false }, drawChance(random), badFactor),
  copyOf: about.of,
});
