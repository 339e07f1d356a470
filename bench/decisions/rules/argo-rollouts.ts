import type { Decider } from '../../../src/simulator/world/decider.ts';
import { failedShareOf, SCRAPE_MS, seeTraffic } from './seen-traffic.ts';

/** An AnalysisTemplate with one metric, run in the background of a canary. Sources in ../README.md. */
export interface ArgoAnalysis {
  /** Each step sets a share and then pauses; after the last the candidate gets everything. */
  readonly steps: readonly { readonly share: number; readonly pauseMs: number }[];
  /** Index in `steps` of the one with which the analysis, and its first measurement, starts. */
  readonly startingStep: number;
  readonly intervalMs: number;
  /** `successCondition: result >= this`. */
  readonly successShare: number;
  /** The largest number of failed measurements that is still tolerated. */
  readonly failureLimit: number;
  /** How far back the query looks. `irate` takes the last two scrapes, whatever its range says. */
  readonly windowMs: number;
}

/** The example of background analysis in the documentation: 95 % success, measured every five minutes by `irate`. */
export const argoExample: ArgoAnalysis = {
  steps: [0.2, 0.4, 0.6, 0.8].map((share) => ({ share, pauseMs: 600_000 })),
  startingStep: 1,
  intervalMs: 300_000,
  successShare: 0.95,
  failureLimit: 3,
  windowMs: SCRAPE_MS,
};

/** A measurement succeeds when the condition holds. Without traffic the query gives NaN, which is not >= anything. */
export const argoMeasurementSucceeds = (failedShare: number | null, successShare: number): boolean =>
  failedShare !== null && 1 - failedShare >= successShare;

/** The canary steps by the clock, ended early by one failed measurement more than the limit. */
export const argoRollouts = (analysis: ArgoAnalysis): Decider => {
  const { steps, startingStep, intervalMs, successShare, failureLimit, windowMs } = analysis;
  const candidate = seeTraffic();
  const stepStartsMs = steps.map((_, step) =>
    steps.slice(0, step).reduce((sum, { pauseMs }) => sum + pauseMs, 0),
  );
  const endMs = steps.reduce((sum, { pauseMs }) => sum + pauseMs, 0);
  let step = 0;
  let failures = 0;
  let nextMs = Math.max(windowMs, stepStartsMs[startingStep]!);
  return {
    share: () => steps[step]!.share,
    observe({ kind, atMs, request }) {
      if (kind === 'ended' && request.track === 'candidate') candidate.count(request, atMs);
    },
    look(atMs) {
      while (atMs >= nextMs) {
        const failedShare = failedShareOf(candidate.over(nextMs, windowMs));
        if (!argoMeasurementSucceeds(failedShare, successShare)) failures += 1;
        nextMs += intervalMs;
        if (failures > failureLimit) return 'rollback';
      }
      if (atMs >= endMs) return 'complete';
      if (step + 1 < steps.length && atMs >= stepStartsMs[step + 1]!) {
        step += 1;
        return 'advance';
      }
      return 'hold';
    },
  };
};
