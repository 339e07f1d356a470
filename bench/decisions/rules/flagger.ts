import type { Decider } from '../../../src/simulator/world/decider.ts';
import { failedShareOf, latencyQuantileMs, type Stretch, seeTraffic } from './seen-traffic.ts';

/** `spec.analysis` of a Flagger canary with the two built-in metrics. Sources in ../README.md. */
export interface FlaggerAnalysis {
  readonly intervalMs: number;
  /** Failed checks after which the next run rolls back. */
  readonly threshold: number;
  readonly stepShare: number;
  readonly maxShare: number;
  readonly minSuccessShare: number;
  readonly successWindowMs: number;
  readonly maxP99Ms: number;
  readonly p99WindowMs: number;
}

/** The Istio tutorial's canary: ten points a minute up to half the traffic, 99 % success, p99 of 500 ms. */
export const flaggerExample: FlaggerAnalysis = {
  intervalMs: 60_000,
  threshold: 5,
  stepShare: 0.1,
  maxShare: 0.5,
  minSuccessShare: 0.99,
  successWindowMs: 60_000,
  maxP99Ms: 500,
  p99WindowMs: 30_000,
};

/** A metric without values fails its check too: the canary "is probably not receiving traffic". */
export const flaggerCheckPasses = (
  analysis: FlaggerAnalysis,
  forSuccess: Stretch,
  forDuration: Stretch,
): boolean => {
  const failedShare = failedShareOf(forSuccess);
  const p99Ms = latencyQuantileMs(forDuration, 0.99);
  if (failedShare === null || p99Ms === null) return false;
  return 1 - failedShare >= analysis.minSuccessShare && p99Ms <= analysis.maxP99Ms;
};

/** One check an interval: a good one moves on, a bad one stays and counts; counted ones are never forgiven. */
export const flagger = (analysis: FlaggerAnalysis): Decider => {
  const { intervalMs, threshold, stepShare, maxShare, successWindowMs, p99WindowMs } = analysis;
  const candidate = seeTraffic();
  let share = stepShare;
  let failedChecks = 0;
  let nextMs = intervalMs;
  return {
    share: () => share,
    observe({ kind, atMs, request }) {
      if (kind === 'ended' && request.track === 'candidate') candidate.count(request, atMs);
    },
    look(atMs) {
      if (atMs < nextMs) return 'hold';
      const runAtMs = nextMs;
      nextMs += intervalMs;
      // The counter is looked at before the metrics, which is why a rollback takes one interval more than the threshold.
      if (failedChecks >= threshold) return 'rollback';
      const passes = flaggerCheckPasses(
        analysis,
        candidate.over(runAtMs, successWindowMs),
        candidate.over(runAtMs, p99WindowMs),
      );
      if (!passes) {
        failedChecks += 1;
        return 'hold';
      }
      if (share >= maxShare - 1e-9) return 'complete';
      share = Math.min(maxShare, share + stepShare);
      return 'advance';
    },
  };
};
