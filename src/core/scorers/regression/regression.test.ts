import { expect, it } from 'vitest';
import type { Scorer } from '../scorer.ts';
import type { NumberCase } from '../scorer-inputs.ts';
import { goldenVectors } from '../testing/golden-vectors.ts';
import { determination } from './determination.ts';
import { meanAbsoluteError, meanAbsolutePercentageError, pinball } from './mean-errors.ts';
import { rootMeanSquaredError } from './root-mean-squared-error.ts';

interface NumberSet {
  readonly expected: readonly number[];
  readonly answered: readonly number[];
  readonly weights: readonly number[];
  readonly mae: number;
  readonly rmse: number;
  readonly mape: number;
  readonly r2: number | null;
  readonly pinball: readonly { readonly quantile: number; readonly value: number }[];
}

const vectors = goldenVectors<{ readonly numbers: readonly NumberSet[] }>(
  new URL('regression.golden.json', import.meta.url),
);

const found = (set: NumberSet, scorer: Scorer<NumberCase>) =>
  scorer.prepare(set.expected.map((expected, i) => ({ expected, answered: set.answered[i]! })))(set.weights);

/** Of errors that may be enormous, so in proportion. */
const agrees = (one: number | null, other: number | null) => {
  if (other === null) expect(one).toBeNull();
  else expect(Math.abs(one! - other)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(other)));
};

it('agrees with scikit-learn, weighted or not, far from 0 or near, constant or not', () => {
  for (const set of vectors.numbers) {
    agrees(found(set, meanAbsoluteError()), set.mae);
    agrees(found(set, rootMeanSquaredError()), set.rmse);
    agrees(found(set, meanAbsolutePercentageError()), set.mape);
    agrees(found(set, determination()), set.r2);
    for (const { quantile, value } of set.pinball) agrees(found(set, pinball({ quantile })), value);
  }
});

it('is undefined without cases and refuses what is no number', () => {
  expect(meanAbsoluteError().prepare([])()).toBeNull();
  expect(rootMeanSquaredError().prepare([])()).toBeNull();
  expect(() => meanAbsoluteError().prepare([{ expected: 1, answered: Number.NaN }])).toThrow(RangeError);
  for (const scorer of [rootMeanSquaredError(), determination()])
    expect(() =>
      scorer.prepare([
        { expected: 1, answered: Number.NaN },
        { expected: 2, answered: 2 },
      ])(),
    ).toThrow(RangeError);
  expect(() => pinball({ quantile: 95 })).toThrow(RangeError);
});
