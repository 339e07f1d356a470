import { describe, expect, it } from 'vitest';
import { generateScenario } from '../../src/simulator/system/generate-scenario.ts';
import { runScenario } from '../../src/simulator/system/run-scenario.ts';
import type { Scenario } from '../../src/simulator/system/scenario.ts';
import { shrinkScenario } from '../../src/simulator/system/shrink-scenario.ts';
import type { Violation } from '../../src/simulator/system/violation.ts';
import { common, faults, strategies, wishes } from './expected-occurrences.ts';
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

  it('keeps every invariant over the first seeds, in which everything happens that must be common', async () => {
    const missing = new Set(common);
    for (let seed = 1; seed <= 40 || (missing.size > 0 && seed <= 150); seed += 1) {
      const scenario = generateScenario(seed);
      const { violations, stats } = await runScenario(scenario, knownIn(scenario));
      expect(violations, `npm run simulate -- --seed ${seed}`).toEqual([]);
      for (const what of stats.occurred) missing.delete(what);
    }
    expect([...missing]).toEqual([]);
  }, 120_000);

  it('asks for everything and breaks everything in one of two hundred scenarios at least', () => {
    const counts = new Map<string, number>();
    for (let seed = 1; seed <= 1_000; seed += 1) {
      const { setup, steps } = generateScenario(seed);
      const kinds = new Set([
        ...steps.map((step) => (step.do === 'ask' ? step.what : step.do)),
        ...setup.environments.flatMap(({ strategy, policy }) => [strategy.type, policy.whenRunning]),
      ]);
      for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    const all = [...faults, ...wishes, ...strategies, 'supersede', 'queue', 'refuse'];
    expect(all.filter((kind) => (counts.get(kind) ?? 0) < 5)).toEqual([]);
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
    const [first, second, ...others] = pointless;
    const steps = [...others.slice(0, 3), first!, ...others.slice(3), second!];
    const scenario: Scenario = { ...generateScenario(1), steps };
    // Whatever holds both of two steps breaks the rule; nothing that is stored does.
    const play = async (one: Scenario) => ({
      violations: [first!, second!].every((step) => one.steps.includes(step))
        ? [{ rule: 'I1', atMs: 0, detail: 'both are there' } as const]
        : [],
    });
    expect((await shrinkScenario(scenario, () => false, 80, play)).steps).toEqual([first, second]);
    expect((await shrinkScenario(scenario, () => false)).steps).toEqual(steps);
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
