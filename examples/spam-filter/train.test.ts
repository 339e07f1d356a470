import { expect, test } from 'vitest';
import { trainModel } from './train.ts';
import { readCorpus } from './training/corpus.ts';

test('learns at least 98 % of held-out mail of its own period, and later mail has drifted away from it', () => {
  const { card } = trainModel({ corpus: 'early' });
  expect(card.heldOut.early.mails).toBeGreaterThan(1_000);
  expect(card.heldOut.early.accuracy).toBeGreaterThanOrEqual(0.98);
  expect(card.heldOut.later.accuracy).toBeLessThan(0.95);
});

test('more mail makes it better on later mail; shuffled labels make it worthless', () => {
  expect(trainModel({ corpus: 'all' }).card.heldOut.later.accuracy).toBeGreaterThan(0.97);
  expect(trainModel({ corpus: 'all', shuffleLabels: true }).card.heldOut.later.accuracy).toBeLessThan(0.7);
});

test('takes less than a second once the corpus is read', () => {
  readCorpus();
  const started = process.cpuUsage();
  trainModel({ corpus: 'early' });
  const { user, system } = process.cpuUsage(started);
  expect((user + system) / 1_000).toBeLessThan(1_000);
});

test('gives the same model for the same options and another one for another seed', () => {
  const weights = (seed: number) => trainModel({ corpus: 'early', seed }).model.weights;
  expect(weights(1)).toEqual(weights(1));
  expect(weights(2)).not.toEqual(weights(1));
});
