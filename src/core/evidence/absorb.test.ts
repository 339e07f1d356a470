import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CohortUpdate } from './cohort-update.ts';
import { absorb, forsake, openEvidence, type RolloutEvidence, readGuards } from './rollout-evidence.ts';
import { cohort } from './testing/cohort.ts';

const open = () =>
  openEvidence({
    guards: [{ name: 'errors', marginShare: 0.02 }],
    alphaRollback: 0.05,
    alphaAdvance: 0.05,
  });

const absorbAll = (evidence: RolloutEvidence, updates: readonly CohortUpdate[]): RolloutEvidence => {
  for (const update of updates) absorb(evidence, update);
  return evidence;
};

/** A cohort's life: it appears empty, gets outcomes, settles. */
const lives = fc.array(
  fc.record({
    share: fc.constantFrom(0, 0.05, 0.5, 0.99, 1),
    stage: fc.nat(2),
    steps: fc.array(fc.tuple(fc.nat(9), fc.nat(9), fc.nat(3), fc.nat(3), fc.nat(9), fc.nat(9)), {
      minLength: 1,
      maxLength: 3,
    }),
    settles: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

const updatesOf = (life: typeof lives extends fc.Arbitrary<infer T> ? T : never) => {
  const first: CohortUpdate[] = [];
  const later: CohortUpdate[] = [];
  life.forEach(({ share, stage, steps, settles }, i) => {
    const source = i % 2 === 0 ? 'a' : 'b';
    const rest = { source, stage, candidateShare: share };
    first.push(cohort(i, {}, { ...rest, settled: false, closed: false }));
    const stable = [0, 0, 0];
    const candidate = [0, 0, 0];
    steps.forEach(([s, c, sBad, cBad, sGood, cGood], step) => {
      stable[0]! += s + sBad + sGood;
      stable[1]! += sBad;
      stable[2]! += sGood;
      candidate[0]! += c + cBad + cGood;
      candidate[1]! += cBad;
      candidate[2]! += cGood;
      const settled = settles && step === steps.length - 1;
      later.push(
        cohort(i, { stable: [...stable], candidate: [...candidate] }, { ...rest, settled, closed: settled }),
      );
    });
  });
  return { first, later };
};

const readAll = (evidence: RolloutEvidence) => [0, 1, 2].map((stage) => readGuards(evidence, stage));

describe('updates', () => {
  it('may be repeated: nothing changes', () => {
    fc.assert(
      fc.property(lives, fc.integer({ min: 1, max: 3 }), (life, times) => {
        const { first, later } = updatesOf(life);
        const once = absorbAll(open(), [...first, ...later]);
        const often = open();
        for (const update of [...first, ...later]) for (let i = 0; i <= times; i++) absorb(often, update);
        absorbAll(often, [...first, ...later]);
        expect(readAll(often)).toEqual(readAll(once));
      }),
      { numRuns: 150 },
    );
  });

  it('may overtake each other: the readings are the same', () => {
    const shuffled = lives.chain((life) => {
      const { first, later } = updatesOf(life);
      return fc.tuple(
        fc.constant({ first, later }),
        fc.shuffledSubarray(later, { minLength: later.length, maxLength: later.length }),
      );
    });
    fc.assert(
      fc.property(shuffled, ([{ first, later }, anyOrder]) => {
        const inOrder = absorbAll(open(), [...first, ...later]);
        const overtaken = absorbAll(open(), [...first, ...anyOrder]);
        // A cohort that settled for good is folded; its stragglers carry nothing new.
        expect(readAll(overtaken)).toEqual(readAll(inOrder));
      }),
      { numRuns: 150 },
    );
  });

  it('may be interrupted by a restart: stored and restored evidence goes on as if nothing had happened', () => {
    fc.assert(
      fc.property(lives, fc.nat(100), (life, cut) => {
        const { first, later } = updatesOf(life);
        const updates = [...first, ...later];
        const at = cut % (updates.length + 1);
        const straight = absorbAll(open(), updates);
        const stored = JSON.stringify(absorbAll(open(), updates.slice(0, at)));
        const restored = absorbAll(JSON.parse(stored) as RolloutEvidence, updates.slice(at));
        expect(readAll(restored)).toEqual(readAll(straight));
        expect(JSON.parse(JSON.stringify(straight))).toEqual(restored);
      }),
      { numRuns: 150 },
    );
  });

  it('of a folded cohort are ignored', () => {
    const evidence = absorbAll(open(), [cohort(0, { stable: [5, 0, 5], candidate: [5, 0, 5] })]);
    const before = structuredClone(evidence);
    absorb(evidence, cohort(0, { candidate: [500, 500, 0] }));
    expect(evidence).toEqual(before);
  });

  it('with impossible numbers are refused before anything changes', () => {
    const evidence = open();
    const empty = structuredClone(evidence);
    for (const bad of [
      cohort(0, { candidate: [-1, 0, 0] }),
      cohort(0, { candidate: [Number.NaN, 0, 0] }),
      cohort(0, {}, { candidateShare: 1.5 }),
      cohort(0, {}, { candidateShare: Number.NaN }),
      cohort(0.5, {}),
      cohort(0, { candidate: [3, 2, 2] }),
      cohort(0, { stable: [0, 1, 0] }),
      cohort(0, { candidate: [1e12 + 1, 0, 0] }),
      cohort(0, {}, { candidateShare: '0.5' as unknown as number }),
      cohort(0, {}, { comparisons: { started: 1, agree: 1, disagree: 1 } }),
      cohort(
        0,
        {},
        { pairs: { errors: { started: 1, both: 1, stableOnly: 0, candidateOnly: 0, neither: 1 } } },
      ),
    ]) {
      expect(() => absorb(evidence, bad)).toThrow(RangeError);
    }
    expect(evidence).toEqual(empty);
  });
});

it('keeps its size while a million requests go by', () => {
  const evidence = open();
  for (let i = 0; i < 1000; i++)
    absorb(evidence, cohort(i, { stable: [500, 5, 495], candidate: [500, 5, 495] }));
  expect(evidence.open).toEqual([]);
  expect(JSON.stringify(evidence).length).toBeLessThan(4000);
});

it('folds only from the front: a slow cohort holds back the ones after it, not their evidence', () => {
  const evidence = open();
  absorb(evidence, cohort(0, { stable: [5, 0, 4], candidate: [5, 0, 4] }, { settled: false }));
  absorb(evidence, cohort(1, { stable: [5, 0, 5], candidate: [5, 0, 5] }));
  expect(evidence.open).toHaveLength(2);
  expect(readGuards(evidence, 0)[0]?.rollout.candidate).toMatchObject({ started: 10, good: 9, pending: 1 });
  absorb(evidence, cohort(0, { stable: [5, 0, 5], candidate: [5, 0, 5] }));
  expect(evidence.open).toHaveLength(0);
});

describe('forsake', () => {
  const halfDone = () =>
    absorbAll(open(), [
      cohort(0, { stable: [50, 0, 50], candidate: [50, 20, 10] }, { source: 'gone', settled: false }),
      cohort(0, { stable: [50, 0, 50], candidate: [50, 0, 50] }, { source: 'alive' }),
    ]);

  it('lets the cohorts go, keeps what they say against the candidate, and leaves them out of moving on', () => {
    const evidence = halfDone();
    const before = readGuards(evidence, 0)[0]!;
    forsake(evidence, 'gone');
    const after = readGuards(evidence, 0)[0]!;
    expect({ ...after, advance: null }).toEqual({ ...before, advance: null });
    expect(before.rollout.candidate.pending).toBe(20);
    expect(evidence.open).toEqual([]);
    expect(after.advance.logE).toBeGreaterThan(before.advance.logE);
  });

  it('ignores what a forsaken cohort still sends, also behind an open one, and takes later cohorts', () => {
    const evidence = open();
    absorb(evidence, cohort(0, { stable: [1, 0, 0] }, { source: 'alive', settled: false }));
    absorb(evidence, cohort(7, { candidate: [9, 0, 0] }, { source: 'gone', settled: false }));
    forsake(evidence, 'gone');
    const before = structuredClone(evidence);
    absorb(evidence, cohort(7, { candidate: [9, 9, 0] }, { source: 'gone' }));
    absorb(evidence, cohort(6, { candidate: [9, 9, 0] }, { source: 'gone' }));
    expect(evidence).toEqual(before);
    absorb(evidence, cohort(8, { candidate: [3, 0, 3] }, { source: 'gone' }));
    expect(readGuards(evidence, 0)[0]?.rollout.candidate.started).toBe(12);
  });
});
