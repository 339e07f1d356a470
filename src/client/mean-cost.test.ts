import { expect, it } from 'vitest';
import { costSentence, meanCost } from './mean-cost.ts';

it('says what a call costs, and never nothing for what is not known', () => {
  expect(meanCost(24_000_000_000, 4_000)).toBe('$0.00600');
  expect(meanCost(0, 0)).toBe('?');
  expect(meanCost(0, 3)).toBe('$0.00000');
});

it('puts candidate and stable side by side', () => {
  const stable = { calls: 4_000, costNanos: 24_000_000_000 };
  expect(costSentence({ candidate: { calls: 200, costNanos: 1_500_000_000 }, stable })).toBe(
    'A call of the candidate has cost $0.00750 on average (200 calls); a call of stable has cost $0.00600 on average (4,000 calls), 25 % more.',
  );
  expect(costSentence({ candidate: { calls: 0, costNanos: 0 }, stable })).toMatch(
    /^What a call of the candidate costs is not known; .*\(4,000 calls\)\.$/,
  );
  expect(costSentence({ candidate: { calls: 1, costNanos: 0 }, stable: null })).toBe(
    'A call of the candidate has cost $0.00000 on average (1 call).',
  );
});
