import type { TrafficCounts } from '../core/routing/link.ts';

/** Sums by release and track over gateway processes. */
export const addUpTraffic = (all: readonly TrafficCounts[]): readonly TrafficCounts[] => {
  const sums = new Map<string, TrafficCounts>();
  for (const one of all) {
    const key = `${one.release}/${one.track}`;
    const sum = sums.get(key);
    sums.set(key, sum === undefined ? one : add(sum, one));
  }
  return [...sums.values()];
};

/** Counts add; quantiles do not, so those of the process that has seen most stand for all. */
const add = (a: TrafficCounts, b: TrafficCounts): TrafficCounts => ({
  ...a,
  answered: a.answered + b.answered,
  failed: a.failed + b.failed,
  rescued: a.rescued + b.rescued,
  clientErrors: a.clientErrors + b.clientErrors,
  feedbackGood: a.feedbackGood + b.feedbackGood,
  feedbackBad: a.feedbackBad + b.feedbackBad,
  mirrorDropped: a.mirrorDropped + b.mirrorDropped,
  leftOut: (a.leftOut ?? 0) + (b.leftOut ?? 0),
  ...((a.unsampled ?? b.unsampled) !== undefined && { unsampled: (a.unsampled ?? 0) + (b.unsampled ?? 0) }),
  ...((a.outside ?? b.outside) !== undefined && { outside: (a.outside ?? 0) + (b.outside ?? 0) }),
  overflowed: (a.overflowed ?? 0) + (b.overflowed ?? 0),
  atCeiling: (a.atCeiling ?? 0) + (b.atCeiling ?? 0),
  unfollowed: (a.unfollowed ?? 0) + (b.unfollowed ?? 0),
  unfollowedKeys: (a.unfollowedKeys ?? 0) + (b.unfollowedKeys ?? 0),
  costed: (a.costed ?? 0) + (b.costed ?? 0),
  costNanos: (a.costNanos ?? 0) + (b.costNanos ?? 0),
  latency: a.latency.count >= b.latency.count ? a.latency : b.latency,
  lastAssignedAtMs: Math.max(a.lastAssignedAtMs, b.lastAssignedAtMs),
});
