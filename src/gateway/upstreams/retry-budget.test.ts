import { expect, it } from 'vitest';
import { earnRetries, openRetryBudget, spendRetry } from './retry-budget.ts';

it('keeps second attempts to their share, however many are wanted', () => {
  const budget = openRetryBudget(0);
  let spent = 0;
  for (let n = 0; n < 10_000; n += 1) {
    earnRetries(budget, 0.1);
    if (spendRetry(budget, 0)) spent += 1;
  }
  expect(spent).toBeGreaterThanOrEqual(1_000);
  expect(spent).toBeLessThanOrEqual(1_011);
});

it('lets a service with few requests try again now and then', () => {
  const budget = openRetryBudget(0);
  while (spendRetry(budget, 0));
  expect(spendRetry(budget, 1_000)).toBe(false);
  expect(spendRetry(budget, 2_000)).toBe(true);
});

it('does not save up for long', () => {
  const budget = openRetryBudget(0);
  for (let n = 0; n < 10_000; n += 1) earnRetries(budget, 1);
  let spent = 0;
  while (spendRetry(budget, 3_600_000)) spent += 1;
  expect(spent).toBe(20);
});
