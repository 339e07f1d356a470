/** Milliseconds of a latency: `0.8 ms`, `42 ms`, `1.3 s`. */
export const latency = (ms: number): string => {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`;
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
};
