import { describe, expect, it } from 'vitest';
import type { TrafficCounts } from '../routing/link.ts';
import { decodeHistory, encodeHistory } from './stored-history.ts';
import {
  coveredUntil,
  emptyTrafficHistory,
  foldTraffic,
  forgetBoot,
  HOUR_MS,
  HOURS_KEPT,
  type TrafficHistory,
} from './traffic-history.ts';

const startMs = 500_000 * HOUR_MS;

const counts = (answered: number, more: Partial<TrafficCounts> = {}): TrafficCounts => ({
  service: 'spam',
  release: 'sha256:a',
  releaseVersion: '1.0.0',
  track: 'stable',
  answered,
  failed: 0,
  rescued: 0,
  clientErrors: 0,
  feedbackGood: 0,
  feedbackBad: 0,
  mirrorDropped: 0,
  latency: { count: answered, p50Ms: 10, p95Ms: 20, p99Ms: 30 },
  lastAssignedAtMs: 0,
  ...more,
});

type Said = readonly [atMs: number, counts: TrafficCounts | readonly TrafficCounts[], boot?: string];

/** Frames in the order in which they come; processes say all they have counted from their first frame on. */
const fold = (frames: readonly Said[], from = emptyTrafficHistory): TrafficHistory => {
  const heardAtMs = new Map(from.boots.map((one) => [one.boot, one.heardAtMs]));
  return frames.reduce((history, [afterMs, said, boot = 'one']) => {
    const atMs = startMs + afterMs;
    const origin = { boot, heardAtMs: heardAtMs.get(boot) ?? atMs, atMs };
    heardAtMs.set(boot, atMs);
    return foldTraffic(history, origin, [said].flat());
  }, from);
};

const requests = ({ hours }: TrafficHistory): number[] => hours.map((one) => one.requests);
const covered = ({ hours }: TrafficHistory): number[] => hours.map(({ coveredMs }) => coveredMs);

describe('a traffic history', () => {
  it('adds what cumulative counts grew by, over processes, with what became of stable’s', () => {
    const history = fold([
      [0, counts(5)],
      [100, counts(9, { failed: 2, clientErrors: 1, feedbackBad: 3 })],
      [150, counts(4, { failed: 1 }), 'two'],
      [200, [counts(10, { failed: 3 }), counts(3, { track: 'candidate', release: 'sha256:b', failed: 3 })]],
      [300, counts(900, { track: 'shadow', release: 'sha256:b' })],
    ]);
    expect(history.hours).toEqual([
      {
        hour: 500_000,
        coveredMs: 300,
        requests: 17,
        stable: { answered: 14, failed: 4, clientErrors: 1, feedbackBad: 3 },
      },
    ]);
  });

  it('is the same whichever frames are lost, repeated or late', () => {
    const frames: Said[] = Array.from({ length: 40 }, (_, n) => [
      n * 1_000,
      counts(3 * n + 1, { failed: n, clientErrors: n >> 1 }),
    ]);
    const whole = fold(frames);
    expect(requests(whole)).toEqual([118]);
    const without = frames.filter((_, n) => n % 3 === 0 || n === 39);
    const twice = frames.flatMap((frame) => [frame, frame]);
    const late = [...frames.slice(0, 20), ...frames.slice(3, 9), ...frames.slice(20)].map(
      ([, said], n, all): Said => [n * (39_000 / (all.length - 1)), said],
    );
    for (const other of [without, twice, late]) expect(fold(other).hours).toEqual(whole.hours);
  });

  it('counts a process that starts anew from nothing, and the same release in both once', () => {
    const history = fold([
      [0, counts(100)],
      [1_000, counts(120)],
      [2_000, counts(7), 'two'],
      [3_000, counts(9), 'two'],
    ]);
    expect(requests(history)).toEqual([129]);
    const after = forgetBoot(history, 'one');
    expect(after.boots.map(({ boot }) => boot)).toEqual(['two']);
    expect(after.hours).toEqual(history.hours);
  });

  it('goes on after it was stored and read back', () => {
    const before = fold([
      [0, counts(99)],
      [5, counts(100, { failed: 4, clientErrors: 3, feedbackBad: 2 })],
      [9, counts(1), 'two'],
    ]);
    const stored = decodeHistory(JSON.parse(JSON.stringify(encodeHistory(before))));
    expect(stored).toEqual(before);
    expect(requests(fold([[1_000, counts(130)]], stored!))).toEqual([131]);
    expect([null, {}, { format: 2 }].map(decodeHistory)).toEqual([null, null, null]);
  });

  it('puts requests into the hour they came in, and spreads those nobody listened to over their time', () => {
    const half = HOUR_MS / 2;
    const near = fold([
      [HOUR_MS - 10, counts(0)],
      [HOUR_MS - 1, counts(4)],
      [HOUR_MS, counts(5)],
      [HOUR_MS + 5, counts(9)],
    ]);
    expect(requests(near)).toEqual([5, 4]);
    const away = fold([
      [half, counts(1)],
      [3 * HOUR_MS + half, counts(302, { failed: 30 })],
    ]);
    expect(requests(away)).toEqual([51, 101, 100, 50]);
    expect(requests(away).reduce((sum, one) => sum + one)).toBe(302);
    expect(away.hours.reduce((sum, { stable }) => sum + stable.failed, 0)).toBe(30);
    expect(covered(away)).toEqual([half, HOUR_MS, HOUR_MS, half]);
  });

  it('does not take what was counted before anybody listened for requests of this hour', () => {
    const first = { boot: 'old', heardAtMs: null, atMs: startMs };
    const old = foldTraffic(emptyTrafficHistory, first, [counts(1_000_000)]);
    expect(requests(old)).toEqual([]);
    const other = counts(5_000, { track: 'candidate', release: 'sha256:b' });
    expect(
      requests(
        fold(
          [
            [1_000, [counts(1_000_007), other], 'old'],
            [2_000, [counts(1_000_007), { ...other, answered: 5_003 }], 'old'],
          ],
          old,
        ),
      ),
    ).toEqual([10]);
  });

  it('keeps two weeks, and no hour in the future after a clock was wrong', () => {
    const hourly: Said[] = Array.from({ length: HOURS_KEPT + 100 }, (_, n) => [n * HOUR_MS + 1, counts(n)]);
    const { hours } = fold(hourly);
    expect(hours).toHaveLength(HOURS_KEPT);
    expect(hours[0]?.hour).toBe(500_000 + 100);
    const wrong = fold([
      [0, counts(1)],
      [9 * HOUR_MS, counts(3)],
      [1_000, counts(8)],
      [2_000, counts(9)],
    ]);
    expect(wrong.hours.map(({ hour }) => hour)).toEqual([500_000]);
    expect(covered(wrong)[0]).toBeLessThanOrEqual(HOUR_MS);
    expect(requests(wrong)[0]).toBeGreaterThanOrEqual(6);
    const late = fold([
      [0, counts(1)],
      [20 * 24 * HOUR_MS, counts(1 + HOURS_KEPT)],
    ]);
    expect(late.hours.length).toBeLessThanOrEqual(HOURS_KEPT);
  });

  it('covers a time once, however many processes are there', () => {
    const history = fold([
      [0, counts(1)],
      [100, counts(1), 'two'],
      [1_000, counts(2)],
      [1_100, counts(2), 'two'],
      [2_000, counts(3)],
    ]);
    expect(covered(history)).toEqual([2_000]);
  });

  it('counts a quiet time as quiet while a process is there, and a time without any not at all', () => {
    const history = fold([[0, counts(1)]]);
    const there = coveredUntil(history, (boot) => boot === 'one', startMs + 2 * HOUR_MS);
    expect(covered(there)).toEqual([HOUR_MS, HOUR_MS]);
    expect(requests(there)).toEqual([1, 0]);
    expect(covered(coveredUntil(history, () => false, startMs + 2 * HOUR_MS))).toEqual([0]);
    expect(
      covered(
        fold([
          [0, counts(1)],
          [60_000, counts(2)],
          [30 * 60_000, counts(1), 'two'],
          [31 * 60_000, counts(2), 'two'],
        ]),
      ),
    ).toEqual([2 * 60_000]);
    expect(coveredUntil(emptyTrafficHistory, () => true, startMs)).toEqual(emptyTrafficHistory);
  });

  it('stays small, and would rather miss requests than count them twice', () => {
    const releases = Array.from({ length: 40 }, (_, n) => counts(10, { release: `sha256:${n}` }));
    const many = fold(releases.map((one, n): Said => [n, one]));
    const again = fold(
      releases.map((one, n): Said => [100 + n, one]),
      many,
    );
    expect(requests(again)).toEqual(requests(many));
    const boots = fold(Array.from({ length: 300 }, (_, n): Said => [n, counts(10), `boot-${n}`]));
    expect(requests(fold([[400, counts(10), 'boot-0']], boots))).toEqual(requests(boots));
    const full = fold(
      Array.from(
        { length: HOURS_KEPT },
        (_, n): Said => [n * HOUR_MS, counts(n * 1e6, { failed: n, clientErrors: n, feedbackBad: n })],
      ),
      boots,
    );
    expect(JSON.stringify(encodeHistory(full)).length).toBeLessThan(50_000);
  });

  it('passes over counts that no process can have', () => {
    for (const wrong of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(requests(fold([[0, [counts(wrong), counts(3, { track: 'candidate' })]]]))).toEqual([3]);
  });

  it('keeps the newest latency of stable that many answers stand for', () => {
    const { latency } = fold([
      [0, counts(200)],
      [1, counts(5), 'two'],
      [2, counts(900, { track: 'candidate', release: 'sha256:b' })],
    ]);
    expect(latency).toEqual({ release: 'sha256:a', count: 200, p50Ms: 10, p95Ms: 20, p99Ms: 30 });
  });
});
