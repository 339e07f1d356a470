/** Counts durations in buckets 2 % wide from 10 µs up to about 3 minutes, so that memory and cost do not grow with traffic. */
export interface LatencyHistogram {
  record(durationMs: number): void;
  /** The duration in ms below which the share (0 to 1) of all recorded ones lies, within 2 %; undefined if there are none. */
  quantileMs(share: number): number | undefined;
}

const SMALLEST_MS = 0.01;
const GROWTH = 1.02;
const BUCKETS = 850;

export function createLatencyHistogram(): LatencyHistogram {
  const counts = new Float64Array(BUCKETS);
  let total = 0;
  return {
    record(durationMs) {
      const bucket = Math.ceil(Math.log(Math.max(durationMs, SMALLEST_MS) / SMALLEST_MS) / Math.log(GROWTH));
      counts[Math.min(bucket, BUCKETS - 1)]!++;
      total++;
    },
    quantileMs(share) {
      if (total === 0) return undefined;
      const rank = Math.max(1, Math.ceil(share * total));
      let seen = 0;
      let bucket = 0;
      while ((seen += counts[bucket]!) < rank) bucket++;
      return SMALLEST_MS * GROWTH ** bucket;
    },
  };
}
