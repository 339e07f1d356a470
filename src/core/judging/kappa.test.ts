import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../evaluation/seeded-random.ts';
import type { Calibration } from './calibration.ts';
import { calibrationFault } from './calibration.ts';
import type { Confusion, KappaWeights } from './kappa.ts';
import { agreementOf, cohensKappa } from './kappa.ts';

const { cases } = JSON.parse(readFileSync(new URL('./kappa.golden.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly {
    readonly counts: Confusion;
    readonly weights: KappaWeights;
    readonly value: number;
    readonly standardError: number;
  }[];
};

describe('kappa', () => {
  it('is that of scikit-learn, with every weighting', () => {
    expect(cases.length).toBeGreaterThan(40);
    for (const { counts, weights, value } of cases)
      expect(cohensKappa(counts, weights, 0.95)?.value).toBeCloseTo(value, 12);
  });

  it('has the standard error of the delta method, and an interval at least as wide as that makes it', () => {
    for (const { counts, weights, value, standardError } of cases) {
      const found = agreementOf(counts, weights)!.standardError;
      expect(Math.abs(found - standardError)).toBeLessThan(1e-5);
      const { low, high } = cohensKappa(counts, weights, 0.95)!;
      expect(low).toBeLessThanOrEqual(value - 1.95 * found);
      expect(high).toBeGreaterThanOrEqual(Math.min(1, value + 1.95 * found));
    }
  });

  it('is not sure of three labels on which all agree', () => {
    const { value, low } = cohensKappa(
      [
        [2, 0],
        [0, 1],
      ],
      'none',
      0.95,
    )!;
    expect(value).toBe(1);
    expect(low).toBeLessThan(0.1);
  });

  it('has the figures that docs/judges.md gives', () => {
    const page = readFileSync(new URL('../../../docs/judges.md', import.meta.url), 'utf8');
    for (const alike of [0.8, 0.9, 0.96]) {
      const found = [50, 100, 200, 400].map((n) => {
        const misses = Math.round(n * (1 - alike));
        const [first, second] = [Math.floor(misses / 2), Math.ceil(misses / 2)];
        const counts = [
          [n / 2 - first, first],
          [second, n / 2 - second],
        ];
        return cohensKappa(counts, 'none', 0.95)!;
      });
      const [{ value } = { value: 0 }] = found;
      const ends = found.map(({ low }) => low.toFixed(2)).join(' | ');
      expect(page).toContain(`| ${alike * 100} % | ${value.toFixed(2)} | ${ends} |`);
    }
  });

  it('is undefined where both gave one category throughout, and without labels', () => {
    const only = [
      [40, 0],
      [0, 0],
    ];
    expect(cohensKappa(only, 'none', 0.95)).toBeNull();
    expect(
      cohensKappa(
        [
          [0, 0],
          [0, 0],
        ],
        'none',
        0.95,
      ),
    ).toBeNull();
  });

  const worlds = [
    { shares: [0.5, 0.5], weights: 'none' },
    { shares: [0.95, 0.05], weights: 'none' },
    { shares: [0.05, 0.05, 0.1, 0.3, 0.5], weights: 'quadratic' },
  ] as const;
  it.each(worlds)(
    'has ends that are each wrong at most once in 40 times: $shares, $weights',
    ({ shares, weights }) => {
      const runs = 300;
      for (const [truth, n] of [
        [0.4, 30],
        [0.8, 30],
        [0.95, 100],
      ] as const) {
        const random = seededRandom(3, `${shares} ${truth}`);
        const draw = (): number => {
          let left = random();
          return Math.max(
            0,
            shares.findIndex((share) => (left -= share) < 0),
          );
        };
        let tooHigh = 0;
        let tooLow = 0;
        for (let run = 0; run < runs; run += 1) {
          const counts = shares.map(() => shares.map(() => 0));
          for (let i = 0; i < n; i += 1) {
            const people = draw();
            // A judge that copies people so often, and draws from the same shares otherwise, has just this kappa.
            counts[people]![random() < truth ? people : draw()]! += 1;
          }
          const found = cohensKappa(counts, weights, 0.95);
          if (found !== null && found.low > truth) tooHigh += 1;
          if (found !== null && found.high < truth) tooLow += 1;
        }
        // Of 300 at 2.5 %, more than 16 are counted in 1 of 1,000 series.
        expect(tooHigh).toBeLessThanOrEqual(16);
        expect(tooLow).toBeLessThanOrEqual(16);
      }
    },
  );
});

describe('a calibration', () => {
  const good: Calibration = {
    kind: 'calibration',
    schema: 1,
    judge: 'sha256:a',
    scorer: 'helpful',
    model: 'm',
    madeAt: '2026-11-21T00:00:00.000Z',
    labels: { digest: 'sha256:b', count: 200 },
    unjudged: 0,
    weights: 'none',
    confidence: 0.95,
    categories: ['0', '1'],
    counts: [
      [90, 10],
      [10, 90],
    ],
    kappa: null,
  };

  it('lets a judge decide when the lower bound of kappa is high enough, which the value alone does not do', () => {
    expect(cohensKappa(good.counts, 'none', 0.95)!.value).toBeCloseTo(0.8, 12);
    expect(calibrationFault(good, 'sha256:a', 0.6)).toBeNull();
    expect(calibrationFault(good, 'sha256:a', 0.79)).toMatchObject({ kind: 'too-low' });
  });

  it('does not count for another judge, nor when many answers were not judged', () => {
    expect(calibrationFault(good, 'sha256:c', 0.1)).toEqual({ kind: 'other-judge' });
    expect(calibrationFault({ ...good, unjudged: 11 }, 'sha256:a', 0.1)).toMatchObject({ kind: 'unjudged' });
  });

  it('does not count where kappa is undefined, nor by what it says of itself', () => {
    const one = [
      [200, 0],
      [0, 0],
    ];
    const boasting = { ...good, counts: one, kappa: { value: 1, low: 1, high: 1 } };
    expect(calibrationFault(boasting, 'sha256:a', 0.1)).toEqual({ kind: 'undefined' });
  });
});
