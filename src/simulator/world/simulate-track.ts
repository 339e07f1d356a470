import { type Random, seededRandom } from '../../core/evaluation/seeded-random.ts';
import { drawExponential, drawNormal } from './draws.ts';
import { type Hiccups, type Latency, shareAt, type TrackWorld, type TrafficWorld } from './world.ts';

/** Chance of one request, drawn before it is known which track it goes to, so that every decider meets the same traffic. */
export interface Chance {
  readonly bad: number;
  readonly latency: number;
  readonly tail: number;
  readonly clientError: number;
  readonly replica: number;
}

export interface Fate {
  readonly replica: number;
  readonly isFailed: boolean;
  readonly isClientError: boolean;
  readonly latencyMs: number;
}

/** One track at work: what becomes of the requests that are sent to it, in the order of time. */
export interface SimulatedTrack {
  /** Time passes; to be called for every request of the world, whatever its track. */
  drift(atMs: number): void;
  serve(atMs: number, chance: Chance, keyBadFactor: number, candidateRequests: number): Fate;
}

export const drawChance = (random: Random): Chance => ({
  bad: random(),
  latency: drawNormal(random),
  tail: random(),
  clientError: random(),
  replica: random(),
});

export const simulateTrack = (
  name: 'stable' | 'candidate',
  world: TrafficWorld,
  seed: number,
): SimulatedTrack => {
  const track: TrackWorld = world[name];
  const moods = track.replicas.map(({ hiccups }, index) =>
    hiccups === null ? null : openMood(hiccups, seededRandom(seed, `hiccups/${name}/${index}`)),
  );
  const slowly = openDrift(track.latency, seededRandom(seed, `drift/${name}`));
  let served = 0;
  return {
    drift: slowly.pass,
    serve(atMs, chance, keyBadFactor, candidateRequests) {
      const replica = Math.min(track.replicas.length - 1, Math.floor(chance.replica * track.replicas.length));
      const { badFactor, latencyFactor, hiccups } = track.replicas[replica]!;
      const isHiccuping = moods[replica]?.isBadAt(atMs) === true;
      const outage = world.outages.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
      const own = shareAt(track.badShare, atMs, candidateRequests) * badFactor * keyBadFactor;
      const badShare = Math.max(own, isHiccuping ? hiccups!.badShare : 0, outage?.badShare ?? 0);
      const isFailed = chance.bad < badShare;
      const isWarm = track.warmUp === null || served >= track.warmUp.requests;
      served += 1;
      const factor =
        latencyFactor *
        (isHiccuping ? hiccups!.latencyFactor : 1) *
        (isWarm ? 1 : track.warmUp!.latencyFactor);
      const isClientError = !isFailed && chance.clientError < track.clientErrorShare;
      const latency = isFailed && track.failureLatency !== null ? track.failureLatency : track.latency;
      const latencyMs =
        isFailed && outage?.failureMs !== undefined
          ? outage.failureMs
          : factor * latencyOf(latency, chance, slowly.now());
      return { replica, isFailed, isClientError, latencyMs };
    },
  };
};

const latencyOf = ({ medianMs, sigma, tail, drift }: Latency, chance: Chance, slowly: number): number => {
  const shared = drift?.varianceShare ?? 0;
  const z = Math.sqrt(shared) * slowly + Math.sqrt(1 - shared) * chance.latency;
  const factor = tail !== undefined && chance.tail < tail.share ? tail.factor : 1;
  return medianMs * factor * Math.exp(sigma * z);
};

/** A stationary Ornstein-Uhlenbeck process of variance 1. */
const openDrift = ({ drift }: Latency, random: Random) => {
  let value = drift === undefined ? 0 : drawNormal(random);
  let lastMs = 0;
  return {
    now: () => value,
    pass(atMs: number): void {
      if (drift === undefined) return;
      const kept = Math.exp(-(atMs - lastMs) / drift.correlationMs);
      value = kept * value + Math.sqrt(1 - kept * kept) * drawNormal(random);
      lastMs = atMs;
    },
  };
};

/** Alternates between good and bad periods. Times must not go back. */
const openMood = ({ everyMs, lastsMs }: Hiccups, random: Random) => {
  let fromMs = drawExponential(random, everyMs);
  return {
    isBadAt(atMs: number): boolean {
      while (atMs >= fromMs + lastsMs) fromMs += lastsMs + drawExponential(random, everyMs);
      return atMs >= fromMs;
    },
  };
};
