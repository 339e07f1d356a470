import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  absorb,
  beginPull,
  endPull,
  openEvidence,
  type RolloutEvidence,
  readAssignment,
  readGuards,
} from './rollout-evidence.ts';
import { anyCohorts, anySpec } from './testing/any-cohorts.ts';

/** Where a number in `value` is not finite, or undefined stands for one; none is hoped for. */
function notFinite(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path} is ${value}`];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => notFinite(member, `${path}.${name}`));
}

const readAll = (evidence: RolloutEvidence) => ({
  stages: [0, 1, 2].map((stage) => readGuards(evidence, stage, { differences: true })),
  assignment: readAssignment(evidence),
});

const sizes = {
  'single requests': fc.nat(1),
  'mostly nothing': fc.constantFrom(0, 0, 0, 0, 1, 3),
  'a billion requests': fc.constantFrom(0, 1, 1e9),
  'any number': fc.nat(1e6),
};

describe.each(Object.entries(sizes))('%s in a cohort', (_, count) => {
  it.each(['request', 'key'] as const)('are read in finite numbers, where %ss are drawn', (unit) => {
    fc.assert(
      fc.property(anyCohorts(count, 6), fc.boolean(), (cohorts, isPulled) => {
        const evidence = openEvidence(anySpec(unit));
        if (isPulled) beginPull(evidence, 1);
        cohorts.forEach((cohort, i) => {
          absorb(evidence, cohort);
          if (isPulled && i === 2) endPull(evidence, 1);
        });
        const readings = readAll(evidence);
        expect(notFinite(readings)).toEqual([]);
        expect(notFinite(evidence)).toEqual([]);
        const stored = JSON.parse(JSON.stringify(evidence)) as RolloutEvidence;
        expect(stored).toEqual(evidence);
        expect(readAll(stored)).toEqual(readings);
        for (const guards of readings.stages)
          for (const { difference } of guards) {
            if (difference === undefined) continue;
            expect(difference.low).toBeLessThanOrEqual(difference.high);
            expect(difference.low).toBeGreaterThanOrEqual(-1);
            expect(difference.high).toBeLessThanOrEqual(1);
          }
      }),
      { numRuns: 35, seed: 3 },
    );
  });
});
