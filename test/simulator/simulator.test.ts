import { describe, expect, it } from 'vitest';
import { generateScenario } from '../../src/simulator/system/generate-scenario.ts';
import { runScenario } from '../../src/simulator/system/run-scenario.ts';
import type { Scenario } from '../../src/simulator/system/scenario.ts';
import { shrinkScenario } from '../../src/simulator/system/shrink-scenario.ts';
import type { Violation } from '../../src/simulator/system/violation.ts';
import {
  findingBehind,
  knownDirectory,
  knownFindings,
  scheduleDirectory,
  storedScenarios,
} from './stored-scenario.ts';

const findings = knownFindings();
const knownIn =
  (scenario: Scenario) =>
  (violation: Violation): boolean =>
    findingBehind(findings, scenario, violation) !== null;

describe('the whole system in virtual time', () => {
  it('plays a seed twice in the same way', async () => {
    for (const seed of [7, 16, 101]) {
      const [one, other] = [
        await runScenario(generateScenario(seed)),
        await runScenario(generateScenario(seed)),
      ];
      expect(one.trace).toBe(other.trace);
      expect(one.stats).toEqual(other.stats);
      expect(one.violations).toEqual(other.violations);
    }
  });

  it('keeps every invariant over forty seeds, in which all ends of a rollout occur', async () => {
    const ended: Record<string, number> = {};
    let controlPlanes = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const scenario = generateScenario(seed);
      const { violations, stats } = await runScenario(scenario, knownIn(scenario));
      expect(violations, `npm run simulate -- --seed ${seed}`).toEqual([]);
      controlPlanes += stats.controlPlanes;
      for (const [outcome, count] of Object.entries(stats.ended))
        ended[outcome] = (ended[outcome] ?? 0) + count;
    }
    for (const outcome of ['completed', 'rolled-back', 'rejected', 'superseded', 'aborted'])
      expect(ended[outcome], outcome).toBeGreaterThan(0);
    expect(controlPlanes).toBeGreaterThan(40);
  });

  it.each(storedScenarios(scheduleDirectory))('holds in the stored scenario $name', async ({ scenario }) => {
    expect((await runScenario(scenario, knownIn(scenario))).violations).toEqual([]);
  });

  it.each(storedScenarios(knownDirectory))(
    'breaks nothing else in the known scenario $name',
    async ({ scenario }) => {
      expect((await runScenario(scenario, knownIn(scenario))).violations).toEqual([]);
    },
  );
});

describe('shrinking', () => {
  it('leaves the steps that break the rule, and no others', async () => {
    const [stored] = storedScenarios(knownDirectory);
    const scenario = { ...stored!.scenario, steps: [...stored!.scenario.steps, ...pointless] };
    const before = (await runScenario(scenario)).violations[0]?.rule;
    expect(before).toBeDefined();
    const shrunk = await shrinkScenario(scenario, () => false, 80);
    expect(shrunk.steps.length).toBeLessThan(scenario.steps.length);
    expect((await runScenario(shrunk)).violations[0]?.rule).toBe(before);
  });
});

/** Nobody has a key of these names, so nothing follows from taking them away. */
const pointless = Array.from({ length: 6 }, (_, index) => ({
  atMs: 100 * index,
  do: 'ask' as const,
  person: 'ann',
  what: 'revoke-key' as const,
  id: `none-${index}`,
}));
