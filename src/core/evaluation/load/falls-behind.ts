const QUARTERS = 4;
/** So much more under way in the last quarter than in the first, at least. */
const LEAST_FACTOR = 1.5;
const LEAST_MORE = 3;

/**
 * Whether a target gets through its requests more slowly than they come: from how many were under way at each send of an open loop, in
 * order. True when that number grew from quarter to quarter, and by half and three in all: a queue that grows as long as the load lasts has
 * no latency of its own. A rule of thumb for a sentence; no requirement rests on it.
 */
export const fallsBehind = (underWayAtSends: readonly number[]): boolean => {
  const n = underWayAtSends.length;
  if (n < 10 * QUARTERS) return false;
  const means = Array.from({ length: QUARTERS }, (_, quarter) => {
    const part = underWayAtSends.slice(
      Math.floor((quarter * n) / QUARTERS),
      Math.floor(((quarter + 1) * n) / QUARTERS),
    );
    return part.reduce((sum, one) => sum + one, 0) / part.length;
  });
  const [first, last] = [means[0]!, means[QUARTERS - 1]!];
  const grows = means.every((mean, quarter) => quarter === 0 || mean > means[quarter - 1]!);
  return grows && last > first * LEAST_FACTOR && last > first + LEAST_MORE;
};
