import type { LeftOut } from '../api/schemas/left-out.ts';
import { count, plural } from './figures.ts';

/** Requests that guards learned nothing from, and why; null when there are none. Counted since the gateway processes started. */
export const leftOutSentence = (leftOut: LeftOut): string | null => {
  const {
    failingKeys,
    atCeiling,
    overflowed,
    unfollowed,
    unfollowedKeys,
    unsampled = 0,
    outside = 0,
  } = leftOut;
  const parts = [
    part(failingKeys, 'of API keys that failed too often'),
    part(
      atCeiling,
      `while sticky users gave the candidate more than its share${overflowed > 0 ? ` (${count(overflowed)} of them drawn for it and answered by stable)` : ''}`,
    ),
    part(unsampled, 'not drawn to go past cache and batches'),
    part(outside, 'outside the audience'),
    part(unfollowed, 'without anybody waiting for feedback'),
    part(unfollowedKeys, 'of more sticky users than are remembered, so they give no outcome of their own'),
  ].filter((text) => text !== null);
  return parts.length === 0
    ? null
    : `Not followed, and counted neither as good nor as bad: ${parts.join('; ')}.`;
};

const part = (requests: number, why: string): string | null =>
  requests === 0 ? null : `${plural(requests, 'request')} ${why}`;
