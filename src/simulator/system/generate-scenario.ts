import { generateCorner } from './generate-corner.ts';
import { type FaultName, faultWeights, generateFaults } from './generate-faults.ts';
import { generateSetup } from './generate-setup.ts';
import { generateWishes } from './generate-wishes.ts';
import { openRandomSource } from './random-source.ts';
import type { Scenario } from './scenario.ts';
import { withAudience } from './with-audience.ts';

/** Everything is quiet from the healing on for so long. */
const restsMs = 8_500;

/** By the seed itself: a draw for it would make every other seed another story than before. */
const AUDIENCE_EVERY = 6;

/** The scenario of a seed. `without` names faults that are left out of the drawing. */
export const generateScenario = (seed: number, without: ReadonlySet<FaultName> = new Set()): Scenario => {
  const random = openRandomSource(seed, 'scenario');
  const allowed = new Set((Object.keys(faultWeights) as FaultName[]).filter((name) => !without.has(name)));
  const { setup: drawn, steps: corner, lastsMs = 0 } = generateCorner(random, generateSetup(random));
  const setup = seed % AUDIENCE_EVERY === 0 ? withAudience(drawn) : drawn;
  const healsAtMs = Math.max(lastsMs, random.pick([4_000, 6_000, 6_000, 9_000, 15_000]));
  const wishes = generateWishes(random, setup, healsAtMs);
  const faults = generateFaults(random, setup, wishes, healsAtMs, allowed);
  const asked = corner.filter((step) => step.do === 'ask' || allowed.has(step.do));
  const steps = [...wishes, ...faults, ...asked].sort((a, b) => a.atMs - b.atMs);
  return { version: 1, seed, setup, steps, healsAtMs, endsAtMs: healsAtMs + restsMs };
};
