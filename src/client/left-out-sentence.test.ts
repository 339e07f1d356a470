import { expect, it } from 'vitest';
import { leftOutSentence } from './left-out-sentence.ts';

const none = { failingKeys: 0, atCeiling: 0, overflowed: 0, unfollowed: 0, unfollowedKeys: 0 };

it('says how many requests were not followed, and why, and nothing when all were', () => {
  expect(leftOutSentence(none)).toBeNull();
  expect(leftOutSentence({ ...none, failingKeys: 1_204, atCeiling: 30, overflowed: 12 })).toBe(
    'Not followed, and counted neither as good nor as bad: 1,204 requests of API keys that failed too often; 30 requests while sticky users gave the candidate more than its share (12 of them drawn for it and answered by stable).',
  );
  expect(leftOutSentence({ ...none, unsampled: 3 })).toBe(
    'Not followed, and counted neither as good nor as bad: 3 requests not drawn to go past cache and batches.',
  );
  expect(leftOutSentence({ ...none, outside: 2 })).toContain(': 2 requests outside the audience.');
  expect(leftOutSentence({ ...none, unfollowed: 1, unfollowedKeys: 2 })).toBe(
    'Not followed, and counted neither as good nor as bad: 1 request without anybody waiting for feedback; 2 requests of more sticky users than are remembered, so they give no outcome of their own.',
  );
});
