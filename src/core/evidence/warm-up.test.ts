import { describe, expect, it } from 'vitest';
import { absorb, type EvidenceSpec, type GuardSpec, openEvidence, readGuards } from './rollout-evidence.ts';
import { cohort } from './testing/cohort.ts';

const WARM_UP_MS = 10_000;
const spec = (guard: Partial<GuardSpec> = {}, change: Partial<EvidenceSpec> = {}): EvidenceSpec => ({
  guards: [{ name: 'errors', marginShare: 0.02, warmUpMs: WARM_UP_MS, ...guard }],
  alphaRollback: 0.001,
  alphaAdvance: 0.05,
  ...change,
});

/** The candidate comes in at 5 s, so it is warm from 15 s on. */
const before = cohort(0, { stable: [100, 1, 99] }, { stage: 0, candidateShare: 0, startedAtMs: 0 });
const cold = cohort(1, { stable: [50, 0, 50], candidate: [50, 45, 5] }, { stage: 1, startedAtMs: 5_000 });
const coldStill = cohort(
  2,
  { stable: [50, 40, 10], candidate: [50, 0, 50] },
  { stage: 1, startedAtMs: 14_999 },
);
const warm = cohort(
  3,
  { stable: [500, 5, 495], candidate: [500, 5, 495] },
  { stage: 1, startedAtMs: 15_000 },
);

function read(updates: readonly Parameters<typeof absorb>[1][], of = spec(), stage = updates.at(-1)!.stage) {
  const evidence = openEvidence(of);
  for (const update of updates) absorb(evidence, update);
  return readGuards(evidence, stage, { differences: true })[0]!;
}

describe('requests of the declared warm-up', () => {
  it('decide nothing, whatever they were like, and are said', () => {
    const reading = read([before, cold]);
    expect(reading.rollback).toMatchObject({ crossed: false, logE: 0 });
    expect(reading.advance).toMatchObject({ passed: false, waitingFor: 'warming-up', logE: 0 });
    expect(reading.warmUpRequests).toBe(100);
    expect(reading.difference).toBeUndefined();
    expect(read([before, cold], spec({ warmUpMs: 0 })).rollback.crossed).toBe(true);
  });

  it('are left out on both tracks: what stable failed then says nothing for the candidate', () => {
    const reading = read([before, coldStill]);
    expect(reading.advance.logE).toBe(0);
    expect(reading.rollback.logE).toBe(0);
    expect(reading.warmUpRequests).toBe(100);
  });

  it('end to the millisecond, and only what comes after decides', () => {
    const coldToTheLast = cohort(2, { candidate: [100, 90, 10] }, { stage: 1, startedAtMs: 14_999 });
    const reading = read([before, cold, coldToTheLast, warm]);
    expect(reading.warmUpRequests).toBe(200);
    expect(reading.advance.passed).toBe(true);
    expect(reading.rollback.crossed).toBe(false);
    expect(reading.difference!.estimate).toBeCloseTo(0, 6);
  });

  it('are counted from the first request of the candidate, not from the start of the rollout', () => {
    const late = cohort(
      1,
      { stable: [50, 0, 50], candidate: [50, 45, 5] },
      { stage: 1, startedAtMs: 3_600_000 },
    );
    expect(read([before, late]).rollback.logE).toBe(0);
  });

  it('hold up nothing once they are over where keys decide, however many requests there were', () => {
    const keyed = spec({}, { unit: 'key' });
    const of = (index: number, startedAtMs: number, keys: number) => {
      const each = { started: keys, bad: 0, good: keys };
      return cohort(
        index,
        { stable: [5_000, 0, 5_000], candidate: [5_000, 0, 5_000] },
        { startedAtMs, keys: { errors: { stable: each, candidate: each } } },
      );
    };
    expect(read([of(0, 0, 100)], keyed).advance.waitingFor).toBe('warming-up');
    expect(read([of(0, 0, 100), of(1, 20_000, 1000)], keyed).advance).toMatchObject({ passed: true });
  });

  it('do not begin before the candidate has users: mirrored requests decide from the first', () => {
    const pairs = { errors: { started: 320, both: 0, stableOnly: 0, candidateOnly: 20, neither: 300 } };
    const shadow = cohort(0, { stable: [320, 0, 320] }, { candidateShare: 0, pairs });
    expect(read([shadow])).toMatchObject({ rollback: { rule: 'paired', crossed: true } });
    expect(read([shadow]).warmUpRequests).toBeUndefined();
  });

  it('are said for a mean as well', () => {
    const values = { started: 50, levels: [...new Array<number>(16).fill(0), 50] };
    const means = { errors: { stable: values, candidate: values } };
    const reading = read([cohort(0, {}, { startedAtMs: 0, means })], spec({ kind: 'mean' }));
    expect(reading.advance.waitingFor).toBe('warming-up');
    expect(reading.warmUpRequests).toBe(100);
  });
});
