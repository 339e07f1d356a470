import { expect, it } from 'vitest';
import { conclude } from './conclude.ts';

it('withholds a pass that a sequential test settled where too many of all cases ended in an error', () => {
  const plan = {
    requirements: [],
    confidence: 0.95,
    mostErrorsShare: 0.01,
    seed: 1,
    about: 'population',
  } as const;
  const casesWith = (errors: number) => ({
    cases: Array.from({ length: 100 }, (_, i) => ({
      tags: [],
      weight: 1,
      candidateErred: i < errors,
      baselineErred: false,
    })),
    metrics: [],
  });
  expect(conclude(plan, casesWith(1), { settled: 'pass' }).verdict).toBe('pass');
  const withheld = conclude(plan, casesWith(2), { settled: 'pass' });
  expect(withheld.verdict).toBe('inconclusive');
  expect(withheld.notes.join('\n')).toMatch(/2 of 100/);
  expect(conclude(plan, casesWith(2), { settled: 'fail' }).verdict).toBe('fail');
});
