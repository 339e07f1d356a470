import type { SimulatedRequest } from '../../../src/simulator/world/traffic-event.ts';

/** What a scraped counter and histogram of one track would say about a stretch of time. */
export interface Stretch {
  requests: number;
  failed: number;
  /** Requests by latency bucket, `ISTIO_BUCKETS_MS` and one for everything above. */
  readonly latency: number[];
}

export interface SeenTraffic {
  /** Counts an answered request; a request that has not ended is in no metric. */
  count(request: SimulatedRequest, endedAtMs: number): void;
  /** What ended in [atMs - windowMs, atMs). Both must be multiples of the scrape interval. */
  over(atMs: number, windowMs: number): Stretch;
}

/** As often as Istio's sample of a Prometheus configuration scrapes. */
export const SCRAPE_MS = 15_000;

/** Upper ends of Istio's `istio_request_duration_milliseconds` histogram, which Flagger's built-in check reads. */
export const ISTIO_BUCKETS_MS: readonly number[] = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000,
  1_800_000, 3_600_000,
];

/** Scrapes are exact and without delay, which is kinder than any real metrics store. */
export const seeTraffic = (): SeenTraffic => {
  const stretches = new Map<number, Stretch>();
  return {
    count(request, endedAtMs) {
      const index = Math.floor(endedAtMs / SCRAPE_MS);
      let stretch = stretches.get(index);
      if (stretch === undefined) stretches.set(index, (stretch = nothing()));
      stretch.requests += 1;
      if (request.isFailed) stretch.failed += 1;
      const bucket = ISTIO_BUCKETS_MS.findIndex((limitMs) => request.latencyMs <= limitMs);
      stretch.latency[bucket < 0 ? ISTIO_BUCKETS_MS.length : bucket]! += 1;
    },
    over(atMs, windowMs) {
      const sum = nothing();
      for (
        let index = Math.round((atMs - windowMs) / SCRAPE_MS);
        index < Math.round(atMs / SCRAPE_MS);
        index += 1
      ) {
        const stretch = stretches.get(index);
        if (stretch === undefined) continue;
        sum.requests += stretch.requests;
        sum.failed += stretch.failed;
        stretch.latency.forEach((count, bucket) => {
          sum.latency[bucket]! += count;
        });
      }
      return sum;
    },
  };
};

/** Failed by all; null where nothing ended (Prometheus: NaN). */
export const failedShareOf = ({ requests, failed }: Stretch): number | null =>
  requests === 0 ? null : failed / requests;

/**
 * A quantile as Prometheus' `histogram_quantile` estimates it: linear within the bucket, the highest limit for what lies above
 * all of them. Null where nothing ended.
 */
export const latencyQuantileMs = ({ requests, latency }: Stretch, at: number): number | null => {
  if (requests === 0) return null;
  const rank = at * requests;
  let below = 0;
  for (const [bucket, limitMs] of ISTIO_BUCKETS_MS.entries()) {
    const inside = latency[bucket]!;
    if (inside > 0 && below + inside >= rank) {
      const fromMs = bucket === 0 ? 0 : ISTIO_BUCKETS_MS[bucket - 1]!;
      return fromMs + (limitMs - fromMs) * ((rank - below) / inside);
    }
    below += inside;
  }
  return ISTIO_BUCKETS_MS.at(-1)!;
};

const nothing = (): Stretch => ({
  requests: 0,
  failed: 0,
  latency: new Array<number>(ISTIO_BUCKETS_MS.length + 1).fill(0),
});
