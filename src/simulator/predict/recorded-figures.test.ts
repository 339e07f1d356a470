import { describe, expect, it } from 'vitest';
import { reading } from '../../core/rollout/testing/lane.ts';
import type { TrafficCounts } from '../../core/routing/link.ts';
import { assume } from './default-assumptions.ts';
import {
  type RecordedLane,
  type RecordedTraffic,
  recordedFigures,
  recordedRatesByHour,
} from './recorded-figures.ts';

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

const quiet: RecordedLane = {
  stable: { release: 'sha256:a', sinceMs: 0 },
  traffic: [],
  rollout: null,
  ended: [],
};

const judged = (started: number, durationMs: number) => {
  const tracks = {
    stable: { started, bad: started / 50, good: started - started / 50, pending: 0 },
    candidate: { started: 0, bad: 0, good: 0, pending: 0 },
  };
  const readings = [{ ...reading('errors', 'passed'), stage: tracks }];
  const gate = { openedAtMs: null, outcome: 'passed', evidence: { kind: 'evidence', readings } } as const;
  return { passed: [{ stage: 1, enteredAtMs: 1_000, leftAtMs: 1_000 + durationMs, gates: { 0: gate } }] };
};

const hourMs = 3_600_000;
/** One hour each: requests, and how many of them fail. */
const recorded = (requests: readonly number[], failedShare = 0): RecordedTraffic => ({
  atMs: requests.length * hourMs + 5,
  latency: null,
  hours: requests.map((answered, hour) => ({
    hour,
    coveredMs: hourMs,
    requests: answered,
    stable: { answered, failed: answered * failedShare, clientErrors: 0, feedbackBad: 0 },
  })),
});

describe('what a lane has recorded', () => {
  it('takes shares and latency from the counts of stable', () => {
    expect(recordedFigures({ ...quiet, traffic: [counts] }, null, 200)).toMatchObject({
      errors: 0.015,
      clientErrors: 0.004,
      feedback: 0.003,
      medianMs: 40,
      slowMs: 200,
    });
    expect(recordedFigures({ ...quiet, traffic: [counts] }, null, 200).slow).toBeCloseTo(0.01, 6);
    expect(recordedFigures({ ...quiet, traffic: [counts] }, null, 100).slow).toBeCloseTo(0.05, 6);
  });

  it('takes rate and shares from the evidence of the newest rollout that has any', () => {
    const lane = { ...quiet, ended: [{ passed: [] }, judged(1_000, 50_000), judged(9_000, 50_000)] };
    expect(recordedFigures(lane, null, null)).toMatchObject({ ratePerSecond: 20, errors: 0.02 });
  });

  it('knows nothing where there was next to nothing', () => {
    const few = { ...quiet, traffic: [{ ...counts, answered: 50 }], ended: [judged(50, 1_000)] };
    const { recordedMs, ...figures } = recordedFigures(few, null, null);
    expect(
      [figures, recordedMs].flatMap((all) => Object.values(all ?? {}).filter((value) => value !== undefined)),
    ).toEqual([]);
  });

  it('does not take another release or track for stable', () => {
    const others = [
      { ...counts, release: 'sha256:b' },
      { ...counts, track: 'candidate' as const },
    ];
    expect(recordedFigures({ ...quiet, traffic: others }, null, null).errors).toBeUndefined();
  });
});

describe('recorded hours', () => {
  const rollout = { ...quiet, ended: [judged(1_000, 50_000)] };

  it('give the rate, and what the answers of this stable release were like, before any rollout does', () => {
    const traffic = recorded([7_200, 3_600, 7_200], 0.25);
    const lane = { ...rollout, traffic: [counts], stable: { release: 'sha256:a', sinceMs: 10 } };
    expect(recordedFigures(lane, traffic, null)).toMatchObject({
      ratePerSecond: 18_000 / 10_800,
      errors: 0.25,
      recordedMs: { ratePerSecond: 3 * hourMs, errors: 2 * hourMs },
    });
    const newer = { ...lane, stable: { release: 'sha256:a', sinceMs: 2 * hourMs + 1 } };
    expect(recordedFigures(newer, traffic, null)).toMatchObject({ errors: 0.015 });
    expect(recordedFigures(newer, traffic, null).recordedMs?.errors).toBeUndefined();
  });

  it('say nothing below ten minutes, or when nobody called', () => {
    const { hours } = recorded([7_200]);
    const short = { ...recorded([]), hours: [{ ...hours[0]!, coveredMs: 9 * 60_000 }] };
    const long = { ...recorded([]), hours: [{ ...hours[0]!, coveredMs: 10 * 60_000 }] };
    expect(recordedFigures(rollout, short, null).ratePerSecond).toBe(20);
    expect(recordedFigures(rollout, long, null).ratePerSecond).toBe(12);
    expect(recordedFigures(rollout, recorded([0, 0]), null).ratePerSecond).toBe(20);
    expect(recordedRatesByHour(recorded(Array<number>(24).fill(0)))).toBeNull();
  });

  it('give a day by hours from now on, once a whole one is recorded', () => {
    const day = Array.from({ length: 24 }, (_, hour) => 3_600 * (hour + 1));
    expect(recordedRatesByHour(recorded(day.slice(1)))).toBeNull();
    const rates = recordedRatesByHour({ ...recorded(day), atMs: (24 + 20) * hourMs + 1 });
    expect(rates?.slice(0, 6)).toEqual([21, 22, 23, 24, 1, 2]);
    expect(recordedRatesByHour(recorded([...day, ...day.map((one) => 3 * one)]))?.[0]).toBe(2);
  });

  it('are no day while some hour of it is never recorded', () => {
    const days = recorded(Array<number>(72).fill(3_600));
    expect(recordedRatesByHour(days)).toEqual(Array(24).fill(1));
    const working = days.hours.filter(({ hour }) => hour % 24 !== 3);
    expect(recordedRatesByHour({ ...days, hours: working })).toBeNull();
  });

  it('keep the newest latency of stable over a restart of its gateways, and not that of another release', () => {
    const latency = { release: 'sha256:a', count: 500, p50Ms: 30, p95Ms: 60, p99Ms: 90 };
    const traffic = { ...recorded([10]), latency };
    const lane = { ...quiet, traffic: [{ ...counts, answered: 50 }] };
    expect(recordedFigures(lane, traffic, null)).toMatchObject({ medianMs: 30, slowMs: 90 });
    const other = { ...traffic, latency: { ...latency, release: 'sha256:b' } };
    expect(recordedFigures(lane, other, null).medianMs).toBeUndefined();
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
