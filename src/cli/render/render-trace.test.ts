import { expect, it } from 'vitest';
import type { Trace } from '../../client/client.ts';
import { palette } from './palette.ts';
import { renderTrace } from './render-trace.ts';

const trace: Trace = {
  environment: 'production',
  invocation: {
    kind: 'invocation',
    id: 'i-1',
    at: '2026-11-21T10:00:00.000Z',
    service: 'chat',
    track: 'stable',
    share: 0,
    status: 200,
    ms: 812.5,
    ending: 'complete',
    rescued: false,
    mirrored: false,
    key: null,
    sticky: null,
  },
  feedback: [],
  payload: null,
  release: null,
  rollout: null,
  stable: null,
  neighbours: { before: null, after: null },
};
const shown = (more: Partial<NonNullable<Trace['invocation']>>): string =>
  renderTrace({ ...trace, invocation: { ...trace.invocation!, ...more } }, palette(false));

it('says who answered in the place of a release, after which attempts, and with how many tokens', () => {
  const text = shown({
    retried: true,
    fallback: 'backup',
    answeredBy: '3.0.0@0123456789ab',
    tokensIn: 11,
    tokensOut: 7,
    firstTokenMs: 40.2,
  });
  expect(text).toContain('release      one of backup');
  expect(text).toContain('so backup answered (3.0.0@0123456789ab)');
  expect(text).toContain('another of the same release was asked');
  expect(text).toContain('tokens       11 in, 7 out, the first after 40.2 ms');
});

it('says what it cost, and what is missing from that', () => {
  expect(shown({ costNanoUsd: 5_400_000 })).toContain('cost         $0.0054');
  expect(shown({ costNanoUsd: 75, costPartly: true })).toContain(
    'cost         $0.000000075, and a call whose cost is not known',
  );
  expect(shown({ costNanoUsd: null })).toContain('cost         not known');
});

it('says whose answer it was given, and with how many it was asked', () => {
  expect(shown({ cache: 'hit', sparedBy: 'i-0' })).toContain('not asked    the cache had the answer to i-0');
  expect(shown({ cache: 'joined', sparedBy: 'i-0' })).toContain('the call for i-0 was under way');
  expect(shown({ batchedWith: 3 })).toContain('batch        one call for 3 requests');
});

it('says nothing of what did not happen', () => {
  expect(shown({})).not.toMatch(/retried|fallback|tokens|cost|not asked|batch/);
  expect(shown({})).toContain('release      unknown here');
});
