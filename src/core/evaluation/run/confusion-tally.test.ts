import { expect, it } from 'vitest';
import { confusionMatrix } from '../../scorers/classification/confusion-matrix.ts';
import { startConfusionTally } from './confusion-tally.ts';

it('counts as the matrix of all cases does', () => {
  const cases = Array.from({ length: 300 }, (_, i) => ({
    expected: `l${i % 7}`,
    answered: i % 11 === 0 ? null : `l${(i * i) % 9}`,
  }));
  const tally = startConfusionTally();
  const weights = cases.map((_, i) => 1 + (i % 3));
  for (const [i, one] of cases.entries()) tally.add(one, weights[i]!);
  expect(tally.finish()).toEqual({ ...confusionMatrix(cases, weights), otherLabels: 0 });
});

it('puts the rarer of many labels together and loses no case', () => {
  const tally = startConfusionTally();
  for (let i = 0; i < 25; i += 1)
    for (let n = 0; n <= i; n += 1) tally.add({ expected: `l${i}`, answered: `l${i}` }, 1);
  const found = tally.finish()!;
  expect(found).toMatchObject({ otherLabels: 5 });
  expect(found.labels).toHaveLength(20);
  expect(found.labels).not.toContain('l4');
  expect(found.counts.at(-1)!.at(-1)).toBe(15);
  expect(found.counts.flat().reduce((sum, one) => sum + one)).toBe(325);
  expect(startConfusionTally().finish()).toBeNull();
});
