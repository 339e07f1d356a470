import { type Latency, shareAt, type TrackWorld, type TrafficWorld } from './world.ts';

/** True bad shares of one track at a moment, averaged over replicas, keys and latency. */
export interface ExpectedShares {
  readonly errors: number;
  readonly 'client-errors': number;
  readonly slow: number;
  readonly feedback: number;
}

export const expectedShares = (
  world: TrafficWorld,
  track: 'stable' | 'candidate',
  atMs: number,
  candidateRequests: number,
): ExpectedShares => {
  const one = world[track];
  const outage = world.outages.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
  const own = overReplicas(one, (badFactor) => shareAt(one.badShare, atMs, candidateRequests) * badFactor);
  const errors = Math.min(1, Math.max(own, outage?.badShare ?? 0));
  const whenAnswered = overReplicas(one, (_, factor) => slowShare(one.latency, factor, world.slowMs));
  const failure = one.failureLatency ?? one.latency;
  const whenFailed = overReplicas(one, (_, factor) => slowShare(failure, factor, world.slowMs));
  return {
    errors,
    'client-errors': (1 - errors) * one.clientErrorShare,
    slow: (1 - errors) * whenAnswered + errors * whenFailed,
    feedback: one.reportedShare,
  };
};

/** Mean over replicas and over their good and bad periods. */
const overReplicas = (
  { replicas }: TrackWorld,
  share: (badFactor: number, latencyFactor: number) => number,
): number => {
  let sum = 0;
  for (const { badFactor, latencyFactor, hiccups } of replicas) {
    const usual = share(badFactor, latencyFactor);
    if (hiccups === null) {
      sum += usual;
      continue;
    }
    const part = hiccups.lastsMs / (hiccups.lastsMs + hiccups.everyMs);
    const then = Math.max(hiccups.badShare, share(badFactor, latencyFactor * hiccups.latencyFactor));
    sum += (1 - part) * usual + part * then;
  }
  return sum / replicas.length;
};

/** Probability that an answer takes at least `slowMs`. */
const slowShare = ({ medianMs, sigma, tail }: Latency, factor: number, slowMs: number): number => {
  const above = (medianOfPart: number): number => {
    if (sigma === 0) return medianOfPart >= slowMs ? 1 : 0;
    return normalTail(Math.log(slowMs / medianOfPart) / sigma);
  };
  const tailShare = tail?.share ?? 0;
  return (
    (1 - tailShare) * above(medianMs * factor) + tailShare * above(medianMs * factor * (tail?.factor ?? 1))
  );
};

/** P(Z >= z), to about 1e-7 of itself (Numerical Recipes, 3rd ed., section 6.2.2: Chebyshev fit of erfc in rational form). */
const normalTail = (z: number): number => {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const fit =
    -1.26551223 +
    t *
      (1.00002368 +
        t *
          (0.37409196 +
            t *
              (0.09678418 +
                t *
                  (-0.18628806 +
                    t *
                      (0.27886807 +
                        t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))))));
  const upper = (t * Math.exp(-x * x + fit)) / 2;
  return z >= 0 ? upper : 1 - upper;
};
