import { describe, expect, it } from 'vitest';
import { reading } from '../../core/rollout/testing/lane.ts';
import type { TrafficCounts } from '../../core/routing/link.ts';
import { assume } from './default-assumptions.ts';
import { type RecordedLane, recordedFigures } from './recorded-figures.ts';

const counts: TrafficCounts = {
  service: 'demo',
  release: 'sha256:a',
  releaseVersion: '1.0.0',
  track: 'stable',
  answered: 10_000,
  failed: 150,
  rescued: 0,
  clientErrors: 40,
  feedbackGood: 10,
  feedbackBad: 30,
  mirrorDropped: 0,
  latency: { count: 10_000, p50Ms: 40, p95Ms: 100, p99Ms: 200 },
  lastAssignedAtMs: 0,
};

const quiet: RecordedLane = { stable: { release: 'sha256:a' }, traffic: [], rollout: null, ended: [] };

const judged = (started: number, durationMs: number) => {
  const tracks = {
    stable: { started, bad: started / 50, good: started - started / 50, pending: 0 },
    candidate: { started: 0, bad: 0, good: 0, pending: 0 },
  };
  const readings = [{ ...reading('errors', 'passed'), stage: tracks }];
  const gate = { openedAtMs: null, outcome: 'passed', evidence: { kind: 'evidence', readings } } as const;
  return { passed: [{ stage: 1, enteredAtMs: 1_000, leftAtMs: 1_000 + durationMs, gates: { 0: gate } }] };
};

describe('what a lane has recorded', () => {
  it('takes shares and latency from the counts of stable', () => {
    expect(recordedFigures({ ...quiet, traffic: [counts] }, 200)).toMatchObject({
      errors: 0.015,
      clientErrors: 0.004,
      feedback: 0.003,
      medianMs: 40,
      slowMs: 200,
    });
    expect(recordedFigures({ ...quiet, traffic: [counts] }, 200).slow).toBeCloseTo(0.01, 6);
    expect(recordedFigures({ ...quiet, traffic: [counts] }, 100).slow).toBeCloseTo(0.05, 6);
  });

  it('takes rate and shares from the evidence of the newest rollout that has any', () => {
    const lane = { ...quiet, ended: [{ passed: [] }, judged(1_000, 50_000), judged(9_000, 50_000)] };
    expect(recordedFigures(lane, null)).toMatchObject({ ratePerSecond: 20, errors: 0.02 });
  });

  it('knows nothing where there was next to nothing', () => {
    const few = { ...quiet, traffic: [{ ...counts, answered: 50 }], ended: [judged(50, 1_000)] };
    expect(Object.values(recordedFigures(few, null)).filter((value) => value !== undefined)).toEqual([]);
  });

  it('does not take another release or track for stable', () => {
    const others = [
      { ...counts, release: 'sha256:b' },
      { ...counts, track: 'candidate' as const },
    ];
    expect(recordedFigures({ ...quiet, traffic: others }, null).errors).toBeUndefined();
  });
});

describe('assumptions', () => {
  it('prefer what was given to what was recorded to a default, and say which it was', () => {
    const about = { feedbackWithinMs: 1_000, isSticky: true, ratesByHour: [1, 2] };
    expect(assume({ errors: 0.3 }, { errors: 0.2, slow: 0.1 }, about)).toMatchObject({
      errors: { value: 0.3, from: 'given' },
      slow: { value: 0.1, from: 'recorded' },
      users: { from: 'default' },
      ratesByHour: [1, 2],
    });
    expect(assume({ ratePerSecond: 5 }, {}, about).ratesByHour).toBeNull();
    expect(assume({}, {}, { ...about, isSticky: false }).users).toBeNull();
  });
});
