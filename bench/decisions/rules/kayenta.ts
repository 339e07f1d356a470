import type { Decider } from '../../../src/simulator/world/decider.ts';
import type { SimulatedRequest } from '../../../src/simulator/world/traffic-event.ts';
import { classifyMetric, scoreOf } from './kayenta-judge.ts';
import {
  failedShareOf,
  latencyQuantileMs,
  type SeenTraffic,
  type Stretch,
  seeTraffic,
} from './seen-traffic.ts';

/** A canary stage with the default judge. Sources in ../README.md. */
export interface KayentaAnalysis {
  readonly candidateShare: number;
  readonly lifetimeMs: number;
  /** Between two judgements; each looks at its own stretch only (no lookback). */
  readonly intervalMs: number;
  /** Resolution of the series that are compared. */
  readonly stepMs: number;
  /** Below it the canary fails at once. */
  readonly marginalScore: number;
  /** The last judgement must reach it. */
  readonly passScore: number;
}

/** What the best practices suggest to start with: three judgements in three hours, one value a minute, 75 and 95. */
export const kayentaExample: KayentaAnalysis = {
  candidateShare: 0.05,
  lifetimeMs: 3 * 3_600_000,
  intervalMs: 3_600_000,
  stepMs: 60_000,
  marginalScore: 75,
  passScore: 95,
};

/** Errors and p99 latency of the canary against a baseline of the same size: as many of stable's requests, picked blindly. */
export const kayenta = (analysis: KayentaAnalysis): Decider => {
  const { candidateShare, lifetimeMs, intervalMs, stepMs, marginalScore, passScore } = analysis;
  const canary = seeTraffic();
  const baseline = seeTraffic();
  const partOfStable = candidateShare / (1 - candidateShare);
  let nextMs = intervalMs;

  const series = (of: SeenTraffic, measure: (stretch: Stretch) => number | null): (number | null)[] =>
    Array.from({ length: intervalMs / stepMs }, (_, step) =>
      measure(of.over(nextMs - intervalMs + (step + 1) * stepMs, stepMs)),
    );
  const classify = (measure: (stretch: Stretch) => number | null) =>
    classifyMetric({ canary: series(canary, measure), baseline: series(baseline, measure) });

  return {
    share: () => candidateShare,
    observe({ kind, atMs, request }) {
      if (kind !== 'ended') return;
      if (request.track === 'candidate') canary.count(request, atMs);
      else if (request.track === 'stable' && pick(request) < partOfStable) baseline.count(request, atMs);
    },
    look(atMs) {
      if (atMs < nextMs) return 'hold';
      const score = scoreOf([
        classify(failedShareOf),
        classify((stretch) => latencyQuantileMs(stretch, 0.99)),
      ]);
      const isLast = nextMs >= lifetimeMs;
      nextMs += intervalMs;
      if (score < marginalScore) return 'rollback';
      if (!isLast) return 'hold';
      return score >= passScore ? 'complete' : 'rollback';
    },
  };
};

/** Evenly between 0 and 1, by the number of the request alone. */
const pick = ({ number }: SimulatedRequest): number => {
  const mixed = Math.imul(number ^ (number >>> 15), 0x2c1b3c6d);
  return ((mixed ^ (mixed >>> 12)) >>> 0) / 4_294_967_296;
};
