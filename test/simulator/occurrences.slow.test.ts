import { expect, it } from 'vitest';
import { generateScenario } from '../../src/simulator/system/generate-scenario.ts';
import { runScenario } from '../../src/simulator/system/run-scenario.ts';
import { common, rare } from './expected-occurrences.ts';

it('a thousand scenarios reach each corner at least five times', async () => {
  const counts = new Map<string, number>();
  for (let seed = 1; seed <= 1_000; seed += 1) {
    const { stats } = await runScenario(generateScenario(seed), () => true);
    for (const what of stats.occurred) counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  expect([...common, ...rare].filter((what) => (counts.get(what) ?? 0) < 5)).toEqual([]);
}, 240_000);
