import { quantileOf } from '../../../src/core/evaluation/quantile.ts';
import { seededRandom } from '../../../src/core/evaluation/seeded-random.ts';
import { shareInterval } from '../../../src/core/evaluation/share-interval.ts';
import { drawBinomial } from '../../../src/simulator/world/draws.ts';
import { lowerLimitOfDifference } from '../rules/confidence-sequence.ts';
import { growthbookExample } from '../rules/growthbook.ts';
import { simulateGuard } from './simulate-guard.ts';

/**
 * The two sequential tests side by side without the schedules around them: half of the traffic each, the same alpha, looked at after
 * every slice of four requests, one guard, at most 40,000 requests.
 */
export interface Duel {
  readonly stable: number;
  readonly candidate: number;
  readonly alpha: number;
  readonly runs: number;
  readonly rules: Readonly<Record<'tidegate' | 'growthbook', DuelSide>>;
}

interface DuelSide {
  /** Share of runs in which the candidate was called worse, with its 95 % interval. */
  readonly found: { readonly share: number; readonly low: number; readonly high: number };
  /** Requests of both tracks until then; null for equal candidates, and where a tenth of the runs did not find it. */
  readonly requests: { readonly median: number; readonly p90: number } | null;
}

const MOST_REQUESTS = 40_000;
const SLICE = 4;

export const fightDuels = (effort: number): Duel[] =>
  [0.05, 0.001].flatMap((alpha) =>
    [
      { stable: 0.01, candidate: 0.01, runs: 100 },
      { stable: 0.001, candidate: 0.001, runs: 100 },
      { stable: 0.01, candidate: 0.02, runs: 60 },
      { stable: 0.01, candidate: 0.05, runs: 200 },
      { stable: 0.01, candidate: 0.1, runs: 300 },
      { stable: 0.01, candidate: 0.2, runs: 300 },
    ].map(({ stable, candidate, runs: full }) => {
      const runs = Math.max(10, Math.round(full * effort));
      const both = { stable, candidate, alpha, runs };
      const sideOf = (needs: (seed: number) => number | null): DuelSide =>
        summary(
          Array.from({ length: runs }, (_, run) => needs(run + 1)),
          candidate > stable,
        );
      return {
        ...both,
        rules: {
          tidegate: sideOf((seed) => tidegateNeeds(both, seed)),
          growthbook: sideOf((seed) => growthbookNeeds(both, seed)),
        },
      };
    }),
  );

type Odds = Pick<Duel, 'stable' | 'candidate' | 'alpha'>;

const tidegateNeeds = ({ stable, candidate, alpha }: Odds, seed: number): number | null => {
  const run = simulateGuard(
    {
      candidateShare: 0.5,
      requestsInSlice: () => SLICE,
      badShare: (track) => (track === 'candidate' ? candidate : stable),
      slices: MOST_REQUESTS / SLICE,
      alphaRollback: alpha,
      alphaAdvance: 0.05,
      marginShare: 0.01,
    },
    seed,
    ({ rollback }) => rollback.crossed,
  );
  return run.isDecided ? run.requests : null;
};

const growthbookNeeds = ({ stable, candidate, alpha }: Odds, seed: number): number | null => {
  const random = seededRandom(seed, 'duel');
  const units = { control: 0, treatment: 0 };
  const bad = { control: 0, treatment: 0 };
  for (let requests = SLICE; requests <= MOST_REQUESTS; requests += SLICE) {
    const treated = drawBinomial(random, SLICE, 0.5);
    units.treatment += treated;
    units.control += SLICE - treated;
    bad.treatment += drawBinomial(random, treated, candidate);
    bad.control += drawBinomial(random, SLICE - treated, stable);
    const side = (name: 'control' | 'treatment') => {
      const mean = units[name] === 0 ? 0 : bad[name] / units[name];
      return { units: units[name], mean, variance: mean * (1 - mean) };
    };
    const limit = lowerLimitOfDifference(side('control'), side('treatment'), alpha, growthbookExample.tuning);
    if (limit !== null && limit > 0) return requests;
  }
  return null;
};

const summary = (needed: readonly (number | null)[], isWorse: boolean): DuelSide => {
  const found = needed.filter((requests) => requests !== null).length;
  // Whoever never found it needed more than anyone else.
  const sorted = needed.map((requests) => requests ?? Infinity).sort((a, b) => a - b);
  const { low, high } = shareInterval(found, needed.length, 0.95);
  const median = quantileOf(sorted, 0.5);
  const p90 = quantileOf(sorted, 0.9);
  return {
    found: { share: round(found / needed.length), low: round(low), high: round(high) },
    requests: isWorse && Number.isFinite(p90) ? { median, p90 } : null,
  };
};

const round = (value: number): number => Number(value.toPrecision(4));
