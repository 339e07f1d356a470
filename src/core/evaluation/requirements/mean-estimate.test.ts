import { describe, expect, it } from 'vitest';
import { bootstrapInterval } from '../../paired/bootstrap.ts';
import { seededRandom } from '../seeded-random.ts';
import { boundedMeanInterval } from './bounded-mean-interval.ts';
import { meanEstimate } from './mean-estimate.ts';
import { normalMeanEstimate } from './normal-mean-estimate.ts';

const resampling = { seed: 1, stream: 'test' };
const of = (values: readonly number[], range: readonly [number, number]) =>
  meanEstimate({ values, weights: values.map(() => 1) }, range, resampling)!;

describe('the limits of a mean', () => {
  it('over very many cases are those of resampling', () => {
    const random = seededRandom(3, 'skewed');
    const values = Array.from({ length: 4000 }, () => Math.log(1 - random()) ** 2);
    const weights = values.map(() => 0.5 + random());
    const formula = normalMeanEstimate(values, weights);
    const statistic = (times?: ArrayLike<number>) => {
      let top = 0;
      let bottom = 0;
      values.forEach((value, i) => {
        const weight = weights[i]! * (times?.[i] ?? 1);
        top += weight * value;
        bottom += weight;
      });
      return top / bottom;
    };
    const found = bootstrapInterval(statistic, values.length, { confidence: 0.95, resamples: 3000, random });
    if (found.kind !== 'bca') throw new Error('nothing varied');
    const { low, high } = formula.at(0.95, 1);
    const width = found.high - found.low;
    expect(formula.value).toBeCloseTo(statistic(), 10);
    expect(Math.abs(low - found.low)).toBeLessThan(0.08 * width);
    expect(Math.abs(high - found.high)).toBeLessThan(0.08 * width);
  });

  it('over very many cases that are nearly all alike are those of drawing each of them', () => {
    const random = seededRandom(5, 'alike');
    const values = Array.from({ length: 5000 }, () => (random() < 0.15 ? random() ** 3 : 1));
    const statistic = (times?: ArrayLike<number>) => {
      let top = 0;
      let bottom = 0;
      for (let i = 0; i < values.length; i += 1) {
        top += (times?.[i] ?? 1) * values[i]!;
        bottom += times?.[i] ?? 1;
      }
      return top / bottom;
    };
    const all = bootstrapInterval(statistic, values.length, { confidence: 0.95, resamples: 2000, random });
    if (all.kind !== 'bca') throw new Error('nothing varied');
    const found = of(values, [0, 1]);
    const { low, high } = found.at(0.95, 1);
    const width = all.high - all.low;
    expect(found.method).toBe('BCa bootstrap, seed 1');
    expect(found.value).toBeCloseTo(statistic(), 12);
    expect(Math.abs(low - all.low)).toBeLessThan(0.06 * width);
    expect(Math.abs(high - all.high)).toBeLessThan(0.06 * width);
  });

  it('name how they were made', () => {
    const random = seededRandom(4, 'methods');
    const scores = (n: number) => Array.from({ length: n }, () => random());
    const unlimited = [0, Number.POSITIVE_INFINITY] as const;
    expect(of([1, 0, 1], [0, 1]).method).toBe('Clopper-Pearson');
    expect(of(scores(50), [0, 1]).method).toBe('BCa bootstrap, seed 1');
    expect(of(scores(2500), [0, 1]).method).toBe('normal, corrected for skewness');
    expect(of([1, 1, 1, 0.5], [0, 1]).method).toBe('Bentkus, from the range alone');
    expect(of(new Array<number>(30).fill(0.002), unlimited).method).toBe('the same in every case');
    expect(of(new Array<number>(29).fill(0.002), unlimited).at(0.95, 1).high).toBe(Number.POSITIVE_INFINITY);
    expect(meanEstimate({ values: [], weights: [] }, [0, 1], resampling)).toBeNull();
  });

  it('of differences stay narrow where nearly all are zero', () => {
    const { low, high } = of([...new Array<number>(997).fill(0), 0.5, -0.5, 0.25], [-1, 1]).at(0.95, 1);
    expect(low).toBeGreaterThan(-0.012);
    expect(high).toBeLessThan(0.012);
    expect(low).toBeLessThan(-0.002);
  });
});

describe('limits from the range alone', () => {
  it('are wider than those of a share, by the factor e in the tail, and never leave the range', () => {
    // All of 100 at the top: the lower limit solves e p^100 = 0.025.
    expect(boundedMeanInterval(1, 100, 0.95)).toEqual({
      low: expect.closeTo((0.025 / Math.E) ** 0.01, 9),
      high: 1,
    });
    expect(boundedMeanInterval(0, 100, 0.95).low).toBe(0);
    expect(boundedMeanInterval(0.3, 0, 0.95)).toEqual({ low: 0, high: 1 });
  });

  it('are not missed more often than they say by any of the worst samples', () => {
    const random = seededRandom(5, 'bentkus');
    for (const share of [0.02, 0.3, 0.9]) {
      let missed = 0;
      for (let run = 0; run < 2000; run += 1) {
        let sum = 0;
        for (let i = 0; i < 40; i += 1) sum += random() < share ? 1 : 0;
        const { low, high } = boundedMeanInterval(sum / 40, 40, 0.95);
        if (low > share || high < share) missed += 1;
      }
      expect(missed / 2000).toBeLessThanOrEqual(0.05);
    }
  });
});
