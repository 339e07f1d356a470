import type { Ending } from '../../src/simulator/world/ending.ts';
import { runWorld } from '../../src/simulator/world/run-world.ts';
import type { WorldResult } from './comparison.ts';
import type { Contestant } from './contestants.ts';
import { type Outcomes, outcomesOf } from './outcomes.ts';
import { waldLimit } from './wald.ts';
import type { BenchWorld } from './worlds.ts';

const LONGEST_MS = 4 * 3_600_000;
/** Rules that look more often than they are asked would be slowed by up to this. */
const LOOK_EVERY_MS = 1_000;
const ALPHAS = [0.05, 0.001];

/** Every contestant conducts rollouts in this world, all from seed 1 on. */
export const compareInWorld = (
  bench: BenchWorld,
  contestants: readonly Contestant[],
  effort: number,
): WorldResult => {
  const { id, says, candidate, world, constantShares } = bench;
  const outcomes: Record<string, Outcomes> = {};
  for (const contestant of contestants) {
    const runs = Math.max(2, Math.round(contestant.runs * effort));
    const endings: Ending[] = [];
    for (let seed = 1; seed <= runs; seed += 1) {
      const limits = { durationMs: LONGEST_MS, lookEveryMs: LOOK_EVERY_MS };
      endings.push(runWorld(world, contestant.decider(world), seed, limits));
    }
    outcomes[contestant.id] = outcomesOf(endings);
  }
  const limits =
    constantShares === null
      ? null
      : ALPHAS.map((alpha) => ({
          alpha,
          requests: Math.round(waldLimit(constantShares.stable, constantShares.candidate, alpha)),
        }));
  return { id, says, candidate, limits, outcomes };
};
