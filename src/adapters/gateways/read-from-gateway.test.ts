import { expect, it } from 'vitest';
import type { Frame } from '../../core/routing/link.ts';
import { readFromGateway } from './read-from-gateway.ts';

const outcomes = { started: 1, bad: 0, good: 1 };
const cohort = {
  service: 'spam',
  rollout: 'ro_1',
  source: 'boot',
  index: 0,
  stage: 0,
  candidateShare: 0.5,
  startedAtMs: 1,
  closed: true,
  settled: true,
  guards: { errors: { stable: outcomes, candidate: outcomes } },
};
const traffic = {
  service: 'spam',
  release: 'sha256:a',
  releaseVersion: '1.0.0',
  track: 'stable',
  answered: 1,
  failed: 0,
  rescued: 0,
  clientErrors: 0,
  feedbackGood: 0,
  feedbackBad: 0,
  mirrorDropped: 0,
  latency: { count: 1, p50Ms: 1, p95Ms: 1, p99Ms: 1 },
  lastAssignedAtMs: 1,
};

/** As it comes out of the line of JSON it was sent as. */
const read = (cohorts: unknown[], counts: unknown[] = []) => {
  const troubles: unknown[] = [];
  const frame = { type: 'frame', seq: 1, atMs: 1, cohorts, traffic: counts };
  const heard = readFromGateway(JSON.parse(JSON.stringify(frame)), 10_000, (why) => troubles.push(why));
  return { frame: heard as Frame, troubles: troubles.length };
};

it('leaves out what has no numbers, and hears the rest of the frame', () => {
  const withGuard = (more: object) => ({
    ...cohort,
    guards: { errors: { stable: outcomes, candidate: { ...outcomes, ...more } } },
  });
  const bad = [
    withGuard({ bad: Number.NaN }),
    withGuard({ good: Number.POSITIVE_INFINITY }),
    withGuard({ started: '1' }),
    { ...cohort, candidateShare: null },
    { ...cohort, guards: null },
    7,
  ];
  const { frame, troubles } = read([...bad, cohort]);
  expect(frame.cohorts).toEqual([cohort]);
  expect(troubles).toBe(bad.length);
});

it('leaves out counts below zero', () => {
  const bad = ['answered', 'leftOut', 'overflowed', 'atCeiling', 'unfollowed', 'unfollowedKeys'].map(
    (name) => ({ ...traffic, [name]: -1 }),
  );
  const { frame, troubles } = read(
    [],
    [...bad, { ...traffic, latency: { ...traffic.latency, p50Ms: -1 } }, traffic],
  );
  expect(frame.traffic).toEqual([traffic]);
  expect(troubles).toBe(bad.length + 1);
});

it('leaves out usage that no process can have', () => {
  const sums = {
    calls: 1,
    unpriced: 0,
    untold: 0,
    inputTokens: 5,
    cachedTokens: 0,
    outputTokens: 2,
    costNanos: 7,
  };
  const name = { service: 'bot', release: 'r', releaseVersion: '1', track: 'stable', key: null, model: null };
  const good = { ...name, ...sums };
  const bad = [
    ...Object.keys(sums).flatMap((field) =>
      [-1, 0.5, '1', 2 ** 60].map((value) => ({ ...good, [field]: value })),
    ),
    { ...good, track: 'other' },
    { ...good, key: 7 },
    null,
  ];
  const troubles: unknown[] = [];
  const frame = { type: 'frame', seq: 1, atMs: 0, cohorts: [], traffic: [], usage: [...bad, good] };
  expect(readFromGateway(frame, 0, (why) => troubles.push(why))).toMatchObject({ usage: [good] });
  expect(troubles).toHaveLength(bad.length);
});
