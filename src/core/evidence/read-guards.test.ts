import { describe, expect, it } from 'vitest';
import type { CohortUpdate, PairCounts } from './cohort-update.ts';
import { absorb, type EvidenceSpec, openEvidence, readGuards } from './rollout-evidence.ts';
import { cohort } from './testing/cohort.ts';

const spec: EvidenceSpec = {
  guards: [{ name: 'errors', marginShare: 0.02 }],
  alphaRollback: 0.05,
  alphaAdvance: 0.05,
};

function read(updates: readonly CohortUpdate[], stage = 0, change: Partial<EvidenceSpec> = {}) {
  const evidence = openEvidence({ ...spec, ...change });
  for (const update of updates) absorb(evidence, update);
  return readGuards(evidence, stage)[0]!;
}

const times = (n: number, make: (index: number) => CohortUpdate) =>
  Array.from({ length: n }, (_, i) => make(i));
const pairs = (counts: Partial<PairCounts>): Record<string, PairCounts> => ({
  errors: { both: 0, stableOnly: 0, candidateOnly: 0, neither: 0, ...counts },
});

describe('no evidence', () => {
  it('is neither a pass nor a rollback', () => {
    const { advance, rollback } = read([]);
    expect(advance).toMatchObject({ passed: false, waitingFor: 'no-candidate-requests', logE: 0 });
    expect(rollback).toMatchObject({ crossed: false, logE: 0 });
  });

  it('says what is missing', () => {
    const stableOnly = { stable: [5000, 0, 5000] };
    const candidateOnly = { candidate: [5000, 0, 5000] };
    expect(read([cohort(0, stableOnly)]).advance.waitingFor).toBe('no-candidate-requests');
    expect(read([cohort(0, candidateOnly)]).advance.waitingFor).toBe('no-stable-requests');
    expect(read([cohort(0, candidateOnly, { candidateShare: 1 })]).advance.waitingFor).toBe('no-bound');
    expect(read([cohort(0, stableOnly, { candidateShare: 0 })]).advance.waitingFor).toBe(
      'no-candidate-requests',
    );
  });

  it('of one stage is not lent to the next', () => {
    const good = times(40, (i) => cohort(i, { stable: [50, 1, 49], candidate: [50, 1, 49] }));
    expect(read(good, 0).advance.passed).toBe(true);
    expect(read(good, 1).advance).toMatchObject({ passed: false, logE: 0 });
    expect(read(good, 1).rollout.candidate.started).toBe(2000);
    expect(read(good, 1).stage.candidate.started).toBe(0);
  });
});

describe('pending outcomes', () => {
  const bad = { stable: [50, 0, 50], candidate: [50, 25, 25] };

  it('count for the candidate in rollback and against it in advance', () => {
    const pending = cohort(0, { stable: [500, 5, 495], candidate: [500, 5, 0] }, { settled: false });
    const asGood = cohort(0, { stable: [500, 5, 495], candidate: [500, 5, 495] });
    const asBad = cohort(0, { stable: [500, 5, 495], candidate: [500, 500, 0] });
    const stableLate = cohort(0, { stable: [500, 5, 0], candidate: [500, 50, 450] }, { settled: false });
    const stableBad = cohort(0, { stable: [500, 500, 0], candidate: [500, 50, 450] });
    expect(read([pending]).rollback.logE).toBe(read([asGood]).rollback.logE);
    expect(read([pending]).advance.logE).toBe(read([asBad]).advance.logE);
    expect(read([stableLate]).rollback.logE).toBe(read([stableBad]).rollback.logE);
    expect(read([stableLate]).rollback.crossed).toBe(false);
  });

  it('of later cohorts do not hide what earlier cohorts proved', () => {
    const proven = read([cohort(0, bad)]);
    const inFlight = cohort(1, { stable: [5000, 0, 0], candidate: [50, 0, 0] }, { settled: false });
    expect(proven.rollback.crossed).toBe(true);
    expect(read([cohort(0, bad), inFlight]).rollback.logE).toBe(proven.rollback.logE);
    const unsettled = cohort(0, bad, { settled: false });
    expect(read([unsettled, inFlight]).rollback.logE).toBe(proven.rollback.logE);
  });

  it('are named when they are all that is missing', () => {
    const late = cohort(0, { stable: [4000, 40, 3900], candidate: [4000, 10, 1000] }, { settled: false });
    expect(read([late]).advance).toMatchObject({ passed: false, waitingFor: 'pending-outcomes' });
  });
});

describe('thresholds', () => {
  it('rise with the number of guards for rollback, not for advance', () => {
    const one = read([]);
    const guards = ['errors', 'slow', 'feedback'].map((name) => ({ name, marginShare: 0.02 }));
    const three = read([], 0, { guards });
    expect(three.rollback.logThreshold - one.rollback.logThreshold).toBeCloseTo(Math.log(3), 12);
    expect(three.advance.logThreshold).toBe(one.advance.logThreshold);
    expect(one.advance.logThreshold).toBeCloseTo(Math.log(20), 12);
    expect(one.rollback.logThreshold).toBeCloseTo(Math.log(20 / 0.9), 12);
  });
});

describe('one cohort by hand', () => {
  it('is the mean over the lifts, staked with 0.8, plus the reserve', () => {
    // w = 1/2 and p = 1/100 (the prior, on the grid of log-odds): every factor from its definition, in plain numbers
    const p = 1 / (1 + Math.exp(4.6));
    let sum = 0;
    for (const r of [1.25, 1.5, 2, 3, 5, 8, 15, 40]) {
      const candidate = (r * p) / (1 - p + r * p);
      const mixture = (candidate + p) / 2;
      sum += (candidate / mixture) ** 2 * ((1 - candidate) / (1 - mixture)) * ((1 - p) / (1 - mixture)) ** 3;
    }
    const { rollback } = read([cohort(0, { stable: [3, 0, 3], candidate: [3, 2, 1] })]);
    expect(rollback.logE).toBeCloseTo(Math.log((0.8 * sum) / 8 + 0.2), 12);
  });
});

describe('with hardly any stable traffic', () => {
  const beside = (share: number, bad: number) =>
    cohort(
      0,
      { stable: [2000, bad, 2000 - bad], candidate: [2000, bad, 2000 - bad] },
      { candidateShare: share },
    );
  const alone = (bad: number, candidateShare = 1) =>
    cohort(1, { candidate: [400, bad, 400 - bad] }, { stage: 1, candidateShare });

  it('a bound from the last concurrent stage warns of a bad candidate, and does not end it', () => {
    const reading = read([beside(0.5, 20), alone(80)], 1);
    expect(reading.boundShare).toBeCloseTo(0.03, 12);
    expect(reading.pull).toMatchObject({ rule: 'bound', crossed: true });
    expect(reading.rollback).toMatchObject({ crossed: false, blind: false });
    expect(read([beside(0.5, 20), alone(80, 0.99)], 1).pull).toMatchObject({ rule: 'bound', crossed: true });
    expect(read([beside(0.5, 20), alone(4)], 1).pull!.crossed).toBe(false);
  });

  it('a bound that somebody has set ends it', () => {
    const guards = [{ name: 'errors', marginShare: 0.02, boundShare: 0.03 }];
    const reading = read([beside(0.5, 20), alone(80)], 1, { guards });
    expect(reading.rollback).toMatchObject({ rule: 'bound', crossed: true, blind: false });
    expect(reading.pull).toMatchObject({ rule: 'compare', crossed: false });
  });

  it('stays as it was when the phase began', () => {
    const later = cohort(
      2,
      { stable: [4000, 3000, 1000], candidate: [10, 0, 10] },
      { stage: 1, candidateShare: 0.99 },
    );
    const more = cohort(3, { candidate: [10, 0, 10] }, { stage: 1, candidateShare: 0.99 });
    expect(read([beside(0.5, 20), alone(4), later, more], 1).boundShare).toBeCloseTo(0.03, 12);
  });

  it('uses the declared bound if there is one', () => {
    const guards = [{ name: 'errors', marginShare: 0.02, boundShare: 0.1 }];
    const reading = read([beside(0.5, 20), alone(4)], 1, { guards });
    expect(reading.boundShare).toBe(0.1);
    expect(reading.advance).toMatchObject({ rule: 'bound', passed: true });
  });

  it('allows for the luck of a short stage', () => {
    const short = cohort(0, { stable: [120, 0, 120], candidate: [120, 0, 120] });
    expect(read([short, alone(4)], 1).boundShare).toBeGreaterThan(0.04);
  });

  it('says that it is blind without either', () => {
    expect(read([alone(80)], 1).rollback).toMatchObject({ crossed: false, blind: true });
    expect(read([alone(80)], 1).advance).toMatchObject({ passed: false, waitingFor: 'no-bound' });
    expect(
      read([cohort(0, { stable: [50, 0, 50], candidate: [50, 0, 50] }), alone(80)], 1).rollback.blind,
    ).toBe(true);
    const served = cohort(0, { stable: [5, 0, 5], candidate: [5, 0, 5] });
    expect(read([served]).rollback.blind).toBe(false);
  });
});

describe('mirrored requests', () => {
  const shadow = { candidateShare: 0 };

  it('roll back on requests that only the candidate failed', () => {
    const failing = cohort(
      0,
      {},
      { ...shadow, pairs: pairs({ candidateOnly: 20, stableOnly: 1, neither: 300 }) },
    );
    expect(read([failing]).rollback).toMatchObject({ rule: 'paired', crossed: true });
    const both = cohort(0, {}, { ...shadow, pairs: pairs({ both: 200, candidateOnly: 3, stableOnly: 3 }) });
    expect(read([both]).rollback.crossed).toBe(false);
  });

  it('advance when the tracks fail alike', () => {
    const alike = cohort(
      0,
      {},
      { ...shadow, pairs: pairs({ both: 20, neither: 600, stableOnly: 2, candidateOnly: 2 }) },
    );
    expect(read([alike]).advance).toMatchObject({ rule: 'paired', passed: true });
    const few = cohort(0, {}, { ...shadow, pairs: pairs({ neither: 50 }) });
    const { advance } = read([few]);
    expect(advance).toMatchObject({ passed: false, waitingFor: 'not-enough-evidence' });
    expect(advance.moreRequests).toBeGreaterThan(50);
  });

  it('running pairs count for the weaker side; without their number only a settled cohort is used', () => {
    const counts = { candidateOnly: 20, neither: 300 };
    const open = { ...shadow, settled: false };
    expect(read([cohort(0, {}, { ...open, pairs: pairs(counts) })]).rollback.logE).toBe(0);
    const allIn = cohort(0, {}, { ...open, pairs: pairs({ ...counts, started: 320 }) });
    expect(read([allIn]).rollback.crossed).toBe(true);
    const running = cohort(0, {}, { ...open, pairs: pairs({ ...counts, started: 360 }) });
    expect(read([running]).rollback.crossed).toBe(false);
  });
});

describe('disagree', () => {
  const guards = [{ name: 'disagree', marginShare: 0.02, boundShare: 0.05 }];
  const compared = (disagree: number, agree: number, started = disagree + agree) =>
    read([cohort(0, {}, { candidateShare: 0, comparisons: { started, agree, disagree } })], 0, { guards });

  it('rolls back above its bound and advances only when shown to be below it', () => {
    expect(compared(60, 340).rollback).toMatchObject({ rule: 'bound', crossed: true });
    expect(compared(2, 398).advance).toMatchObject({ rule: 'bound', passed: true });
    expect(compared(20, 380).advance.passed).toBe(false);
    expect(compared(20, 380).rollback.crossed).toBe(false);
    expect(compared(2, 198, 400).advance.passed).toBe(false);
    expect(compared(0, 0).advance.waitingFor).toBe('no-mirrored-requests');
  });

  it('needs a bound', () => {
    expect(() => read([], 0, { guards: [{ name: 'disagree', marginShare: 0.02 }] })).toThrow(/boundShare/);
  });
});

describe('the forecast', () => {
  const equal = (n: number) =>
    times(n, (i) => {
      const bad = i % 20 === 10 ? 1 : 0;
      return cohort(i, { stable: [95, 1, 94], candidate: [5, bad, 5 - bad] }, { candidateShare: 0.05 });
    });
  const margin = { guards: [{ name: 'errors', marginShare: 0.01 }] };

  it('shrinks as evidence comes in, and is about right', () => {
    const early = read(equal(20), 0, margin).advance;
    const late = read(equal(100), 0, margin).advance;
    expect(early.moreCandidateRequests).toBeGreaterThan(late.moreCandidateRequests!);
    const needed = equal(400).findIndex((_, i) => read(equal(i + 1), 0, margin).advance.passed) - 99;
    expect(late.moreRequests! / 100 / needed).toBeGreaterThan(0.7);
    expect(late.moreRequests! / 100 / needed).toBeLessThan(3);
  });

  it('promises nothing when the candidate looks worse', () => {
    const worse = times(10, (i) => cohort(i, { stable: [50, 0, 50], candidate: [50, 3, 47] }));
    const { advance } = read(worse);
    expect(advance).toMatchObject({ passed: false, waitingFor: 'candidate-looks-worse' });
    expect(advance.moreRequests).toBeUndefined();
  });
});

it('reads a billion requests at rates 0 and 1', () => {
  const n = 1e9;
  const worst = read([cohort(0, { stable: [n, 0, n], candidate: [n, n, 0] })]);
  expect(worst.rollback.crossed).toBe(true);
  expect(Number.isFinite(worst.rollback.logE)).toBe(true);
  const best = read([
    cohort(0, { stable: [n, n, 0], candidate: [n, 0, n] }),
    cohort(1, { stable: [1, 1, 0], candidate: [1, 1, 0] }),
  ]);
  expect(best.rollback.crossed).toBe(false);
  expect(best.advance.passed).toBe(true);
});

it('takes a stage or share from the first update only', () => {
  const first = cohort(0, { candidate: [1, 0, 0] }, { settled: false });
  const moved = cohort(0, { candidate: [5, 0, 5] }, { stage: 1, candidateShare: 1 });
  expect(read([first, moved], 0).stage.candidate.started).toBe(5);
  expect(read([first, moved], 1).stage.candidate.started).toBe(0);
});
