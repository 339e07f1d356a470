import { expect, it } from 'vitest';
import { SCORER_FAILED } from '../../core/evaluation/requirements/requirement-input.ts';
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

it('withholds it, too, where too many cases of a required slice have no score', () => {
  const of = (failed: number) =>
    conclude(
      {
        requirements: [
          {
            text: 'judge in hard at least 0.5',
            metric: 'judge',
            slice: { kind: 'tag', tag: 'hard' },
            percentile: null,
            bound: { kind: 'min', value: 0.5 },
          },
        ],
        confidence: 0.95,
        mostErrorsShare: 0.01,
        seed: 1,
        about: 'population',
      },
      {
        cases: Array.from({ length: 1000 }, (_, i) => ({
          tags: i < 58 ? ['hard'] : [],
          weight: 1,
          candidateErred: false,
          baselineErred: false,
        })),
        metrics: [
          {
            name: 'judge',
            unit: 'share',
            better: 'higher',
            range: [0, 1],
            candidate: { kind: 'cases', scores: Float64Array.from({ length: 1000 }, () => 1) },
            baseline: null,
            unscored: {
              candidate: Uint8Array.from({ length: 1000 }, (_, i) => (i < failed ? SCORER_FAILED : 0)),
              baseline: null,
            },
          },
        ],
      },
      { settled: 'pass' },
    );
  expect(of(0).verdict).toBe('pass');
  const withheld = of(8);
  expect(withheld).toMatchObject({ verdict: 'inconclusive', requirements: [{ verdict: 'inconclusive' }] });
  expect(withheld.notes.join('\n')).toContain('judge in hard at least 0.5');
  expect(of(8).requirements[0]!.detail).toContain('8 of 58');
});
