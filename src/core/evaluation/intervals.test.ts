import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CaseOutcome } from './case-outcome.ts';
import { measure, measureDifference } from './metrics.ts';
import type { OutcomePair } from './paired-bootstrap.ts';
import { pairedSharesInterval } from './paired-shares.ts';
import { quantileEstimate } from './quantile.ts';
import type { MetricName } from './requirement.ts';
import { seededRandom } from './seeded-random.ts';
import { shareInterval } from './share-interval.ts';

const label = fc.constantFrom('a', 'b', 'c');
const outcome = fc.record({
  expected: label,
  answered: fc.oneof(
    { weight: 9, arbitrary: label },
    { weight: 1, arbitrary: fc.constantFrom(null, 'other') },
  ),
  latencyMs: fc.double({ min: 0, max: 100, noNaN: true }),
  weight: fc.double({ min: 0.1, max: 5, noNaN: true }),
});
const pair: fc.Arbitrary<OutcomePair> = fc.tuple(outcome, outcome).map(([candidate, other]) => ({
  candidate,
  stable: { ...other, expected: candidate.expected, weight: candidate.weight },
}));
const metric = fc.constantFrom<MetricName>(
  'accuracy',
  'precision',
  'recall',
  'f1',
  'error_rate',
  'latency_p50_ms',
  'latency_p99_ms',
);
const options = fc.record({
  positive: fc.constantFrom('a', null),
  confidence: fc.constantFrom(0.8, 0.95),
  ceilingMs: fc.constant(100),
});

describe('every interval', () => {
  it('contains its estimate and stays in range', () => {
    fc.assert(
      fc.property(metric, fc.array(outcome, { maxLength: 60 }), options, (name, outcomes, how) => {
        const found = measure(name, outcomes, how)!;
        const most = name.startsWith('latency') ? 100 : 1;
        expect(found.low).toBeLessThanOrEqual(found.value);
        expect(found.high).toBeGreaterThanOrEqual(found.value);
        expect(found.low).toBeGreaterThanOrEqual(0);
        expect(found.high).toBeLessThanOrEqual(most + 1e-12);
        if (found.n === 0) expect([found.low, found.high]).toEqual([0, most]);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('of a difference contains its estimate, and turns round when the sides are exchanged', () => {
    fc.assert(
      fc.property(metric, fc.array(pair, { minLength: 1, maxLength: 40 }), options, (name, pairs, how) => {
        const answered = pairs.filter(
          (each) => each.candidate.answered !== null && each.stable.answered !== null,
        );
        const there = measureDifference(name, answered, how, seededRandom(3))!;
        const back = measureDifference(
          name,
          answered.map(({ candidate, stable }) => ({ candidate: stable, stable: candidate })),
          how,
          seededRandom(3),
        )!;
        expect(there.low).toBeLessThanOrEqual(there.value);
        expect(there.high).toBeGreaterThanOrEqual(there.value);
        expect(back.value).toBeCloseTo(-there.value, 9);
        // Made-up cases change places too, so resampled limits agree only up to noise; exact ones agree exactly.
        const isExact = there.method.startsWith('Tango');
        if (isExact) {
          expect(back.low).toBeCloseTo(-there.high, 9);
          expect(back.high).toBeCloseTo(-there.low, 9);
        } else if (!name.startsWith('latency')) {
          expect(Math.abs(back.low + there.high)).toBeLessThan(0.1);
        }
      }),
      { numRuns: 60, seed: 2 },
    );
  });

  it('of a share gets narrower with more cases and wider with more confidence', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 200 }),
        fc.nat({ max: 200 }),
        fc.integer({ min: 2, max: 20 }),
        (hits, misses, times) => {
          fc.pre(hits + misses > 0);
          const width = (factor: number, confidence: number): number => {
            const { low, high } = shareInterval(hits * factor, (hits + misses) * factor, confidence);
            return high - low;
          };
          expect(width(times, 0.95)).toBeLessThan(width(1, 0.95));
          expect(width(1, 0.99)).toBeGreaterThan(width(1, 0.95));
        },
      ),
      { seed: 3 },
    );
  });

  it('of a paired difference gets narrower with more cases', () => {
    fc.assert(
      fc.property(
        fc.nat(50),
        fc.nat(50),
        fc.nat(500),
        fc.integer({ min: 2, max: 20 }),
        (b, c, same, times) => {
          fc.pre(b + c + same > 0);
          const width = (factor: number): number => {
            const { low, high } = pairedSharesInterval(
              { onlyCandidate: b * factor, onlyStable: c * factor, total: (b + c + same) * factor },
              0.95,
            );
            return high - low;
          };
          expect(width(times)).toBeLessThan(width(1));
        },
      ),
      { seed: 4 },
    );
  });
});

const outcomes = (n: number, fields: Partial<CaseOutcome> = {}): CaseOutcome[] =>
  Array.from({ length: n }, () => ({ expected: 'a', answered: 'a', latencyMs: 5, weight: 1, ...fields }));
const usual = { positive: 'a', confidence: 0.95, ceilingMs: 1000 };

describe('by hand', () => {
  it('all of n right leaves (alpha/2)^(1/n) as the lower limit', () => {
    const { value, low, high } = measure('accuracy', outcomes(20), usual)!;
    expect([value, high]).toEqual([1, 1]);
    expect(low).toBeCloseTo(0.025 ** (1 / 20), 12);
  });

  it('without a disagreement among n cases the difference is open by z^2/(n + z^2) each way', () => {
    const z2 = 1.959963984540054 ** 2;
    const { low, high } = pairedSharesInterval({ onlyCandidate: 0, onlyStable: 0, total: 400 }, 0.95);
    expect(high).toBeCloseTo(z2 / (400 + z2), 9);
    expect(low).toBeCloseTo(-z2 / (400 + z2), 9);
  });

  it('an error misses its label and is falsely found nowhere', () => {
    const seen = [
      ...outcomes(8),
      ...outcomes(1, { answered: null }),
      ...outcomes(9, { expected: 'b', answered: 'b' }),
      ...outcomes(1, { expected: 'b', answered: 'a' }),
      ...outcomes(1, { expected: 'b', answered: null }),
    ];
    expect(measure('accuracy', seen, usual)?.value).toBeCloseTo(17 / 20, 12);
    expect(measure('recall', seen, usual)?.value).toBeCloseTo(8 / 9, 12);
    expect(measure('precision', seen, usual)?.value).toBeCloseTo(8 / 9, 12);
    expect(measure('f1', seen, usual)?.value).toBeCloseTo(16 / 18, 12);
    expect(measure('error_rate', seen, usual)?.value).toBeCloseTo(2 / 20, 12);
  });

  it('equal weights change nothing, one heavy case is worth little more than one', () => {
    const plain = measure('accuracy', [...outcomes(9), ...outcomes(1, { answered: 'b' })], usual)!;
    const heavy = outcomes(9, { weight: 3 });
    const scaled = measure('accuracy', [...heavy, ...outcomes(1, { answered: 'b', weight: 3 })], usual)!;
    expect(scaled.low).toBeCloseTo(plain.low, 12);
    const lone = measure('accuracy', [...outcomes(9), ...outcomes(1, { weight: 1e6 })], usual)!;
    expect(lone.low).toBeLessThan(0.1);
  });

  it('a far quantile of few cases has no upper limit but the time-out', () => {
    const values = Array.from({ length: 300 }, (_, i) => i);
    expect(quantileEstimate(values, 0.99, 1000, 0.95)).toMatchObject({ value: 296, high: 1000 });
    expect(quantileEstimate(values, 0.5, 1000, 0.95)).toMatchObject({ value: 149, low: 132, high: 167 });
  });

  it.each([
    ['of two labels', [...outcomes(10), ...outcomes(10, { expected: 'b', answered: 'b' })]],
    ['of one label', outcomes(20)],
  ])('two perfect releases are not proved equal by twenty cases %s', (_, cases) => {
    const pairs = cases.map((candidate) => ({ candidate, stable: candidate }));
    for (const name of ['precision', 'f1'] as const) {
      for (const positive of ['a', null]) {
        const { value, low } = measureDifference(name, pairs, { ...usual, positive }, seededRandom(1))!;
        expect(value).toBe(0);
        expect(low).toBeLessThan(-0.04);
      }
    }
  });

  it('a stable release that does not answer excuses nothing', () => {
    const candidate = outcomes(100, { answered: 'b' });
    const stable = outcomes(100, { answered: null, latencyMs: 1000 });
    const pairs = candidate.map((each, i) => ({ candidate: each, stable: stable[i]! }));
    for (const name of ['accuracy', 'precision', 'recall', 'f1', 'latency_p99_ms'] as const) {
      expect(measureDifference(name, pairs, usual, seededRandom(1))?.n).toBe(0);
    }
  });

  it('the same seed gives the same limits and another stream other numbers', () => {
    const one = seededRandom(7, 'x');
    const two = seededRandom(7, 'x');
    const other = seededRandom(7, 'y');
    const numbers = Array.from({ length: 1000 }, () => one());
    expect(numbers).toEqual(Array.from({ length: 1000 }, () => two()));
    expect(numbers).not.toEqual(Array.from({ length: 1000 }, () => other()));
    expect(numbers.reduce((sum, x) => sum + x, 0) / 1000).toBeCloseTo(0.5, 1);
  });
});
