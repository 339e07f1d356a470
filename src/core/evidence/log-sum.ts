/** log(e^a + e^b) without overflow. */
export function logAdd(a: number, b: number): number {
  const high = Math.max(a, b);
  const low = Math.min(a, b);
  return low === -Infinity ? high : high + Math.log1p(Math.exp(low - high));
}

/** log of the mean of e^x over `logs`. */
export function logMean(logs: readonly number[]): number {
  let high = -Infinity;
  for (const log of logs) if (log > high) high = log;
  if (high === -Infinity) return high;
  let sum = 0;
  for (const log of logs) sum += Math.exp(log - high);
  return high + Math.log(sum / logs.length);
}
