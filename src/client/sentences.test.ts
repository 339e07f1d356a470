import { describe, expect, it } from 'vitest';
import type { GuardReading } from '../core/evidence/guard-reading.ts';
import type { EndCause } from '../core/rollout/events.ts';
import type { Waiting } from '../core/rollout/verdict.ts';
import { about, bytes, duration, percent } from './figures.ts';
import { endReason, headline, waitingFor } from './sentences.ts';
import { canaryLane, guardReading, nowMs } from './testing/canary-lane.ts';

describe('the headline', () => {
  it('says who gets the candidate and what it waits for', () => {
    expect(headline(canaryLane(), nowMs)).toBe(
      '1.1.0 gets 10 % of the requests: it waits for about 400 more requests (errors).',
    );
  });

  it('names what only a person can give before everything else', () => {
    const waitingFor: Waiting[] = [
      { on: 'minimum-time', untilMs: nowMs + 5_000 },
      { on: 'approval', have: 1, need: 2, stage: '10 %' },
    ];
    const lane = canaryLane({ verdict: { kind: 'hold', waitingFor, untilMs: null } });
    expect(headline(lane, nowMs)).toContain('approval of stage 10 %, 1 of 2 given');
  });

  it('says why it is paused', () => {
    const cause = { kind: 'timeout', stage: 1, waitingFor: ['evidence', 'evidence'] } as const;
    const lane = canaryLane({ verdict: { kind: 'pause', cause, already: true } });
    expect(headline(lane, nowMs)).toBe(
      '1.1.0 is paused in stage 10 %: 10 % took longer than it may, still waiting for evidence.',
    );
  });

  it('is about what serves when nothing is on its way', () => {
    const lane = { ...canaryLane(), rollout: null };
    expect(headline(lane, nowMs)).toBe('1.0.0 serves everything; no rollout is running.');
    expect(headline({ ...lane, stable: null }, nowMs)).toBe(
      'Nothing of spam-filter serves in production yet.',
    );
  });
});

describe('the reason of an end', () => {
  it('of a broken guard has both counts and both rates', () => {
    const broken: GuardReading = {
      ...guardReading,
      rollout: {
        stable: { started: 5_000, bad: 50, good: 4_950, pending: 0, badShare: 0.01 },
        candidate: { started: 40, bad: 8, good: 32, pending: 0, badShare: 0.2 },
      },
    };
    const cause: EndCause = { kind: 'guard', guards: ['errors'], readings: [broken] };
    expect(endReason(cause)).toBe('errors: 8 of 40 failed (20 %), of stable 1 %');
  });

  it('is there for every kind of cause', () => {
    const causes: EndCause[] = [
      { kind: 'completed' },
      { kind: 'guard', guards: ['errors'], readings: [guardReading] },
      { kind: 'gate', stage: 0, gate: 0, evidence: { kind: 'command', exitCode: 2, output: '' } },
      { kind: 'workload', detail: 'exit code 1' },
      { kind: 'trip-wire', gateway: 'g', detail: 'unreachable' },
      { kind: 'person', reason: null },
      { kind: 'superseded', by: 'ro_2' },
    ];
    for (const cause of causes) expect(endReason(cause)).toMatch(/^\S.*[^.\s]$/);
  });
});

it('there are words for everything a stage can wait for', () => {
  const reasons = [
    'no-candidate-requests',
    'no-stable-requests',
    'no-mirrored-requests',
    'no-bound',
    'pending-outcomes',
    'not-enough-evidence',
    'candidate-looks-worse',
  ] as const;
  const all: Waiting[] = [
    { on: 'replicas', ready: 0, wanted: 2 },
    { on: 'evaluation' },
    { on: 'command', command: 'true' },
    { on: 'soak', untilMs: nowMs + 1_000 },
    ...reasons.map(
      (reason): Waiting => ({
        on: 'evidence',
        guard: 'errors',
        reason,
        moreRequests: null,
        moreCandidateRequests: null,
      }),
    ),
  ];
  const texts = all.map((waiting) => waitingFor(waiting, nowMs));
  expect(new Set(texts).size).toBe(all.length);
  for (const text of texts) expect(text).toMatch(/^\S.*[^.\s]$/);
});

it('numbers read as people write them', () => {
  expect([0, 0.0004, 0.0123, 0.1, 0.999, 1].map(percent)).toEqual([
    '0 %',
    '0.04 %',
    '1.2 %',
    '10 %',
    '99.9 %',
    '100 %',
  ]);
  expect([900, 59_600, 130_000, 3_600_000, 400_000_000].map(duration)).toEqual([
    '1 s',
    '1 min',
    '2 min 10 s',
    '1 h',
    '4 d 15 h',
  ]);
  expect([3, 386, 12_345].map(about)).toEqual(['about 3', 'about 390', 'about 13,000']);
  expect([0, 2_048, 5e9].map(bytes)).toEqual(['0 B', '2.0 KiB', '4.7 GiB']);
});
