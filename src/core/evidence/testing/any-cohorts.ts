import fc from 'fast-check';
import type { CohortUpdate, MeanOutcomes, Outcomes, PairCounts, TrackOutcomes } from '../cohort-update.ts';
import { type EvidenceSpec, MEAN_STEPS } from '../rollout-evidence.ts';

/** Every kind of guard there is. */
export const anySpec = (unit: 'request' | 'key'): EvidenceSpec => ({
  guards: [
    { name: 'errors', marginShare: 0.01 },
    { name: 'slow', marginShare: 1e-4, boundShare: 0.2, warmUpMs: 1_000 },
    { name: 'cost', marginShare: 0.05, kind: 'mean' },
    { name: 'disagree', marginShare: 0.9, boundShare: 1e-3 },
  ],
  alphaRollback: 0.001,
  alphaAdvance: 0.05,
  unit,
});

export const shares = [0, 1e-6, 1e-4, 0.05, 0.5, 0.949, 0.95, 0.99, 1 - 1e-4, 1];

const anyOutcomes = (count: fc.Arbitrary<number>): fc.Arbitrary<Outcomes> =>
  fc
    .record({
      bad: count,
      good: count,
      pending: count,
      isEarly: fc.boolean(),
      soon: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ bad, good, pending, isEarly, soon }) => {
      const started = bad + good + pending;
      const early = { bad: Math.floor(bad * soon), good: 0 };
      early.good = Math.floor((started - early.bad) * soon);
      return { started, bad, good, ...(isEarly && { early }) };
    });

const anyTracks = (count: fc.Arbitrary<number>): fc.Arbitrary<TrackOutcomes> =>
  fc.record({ stable: anyOutcomes(count), candidate: anyOutcomes(count) });

const anyMean = (count: fc.Arbitrary<number>): fc.Arbitrary<MeanOutcomes> =>
  fc
    .record({
      levels: fc.array(count, { minLength: MEAN_STEPS + 1, maxLength: MEAN_STEPS + 1 }),
      pending: count,
    })
    .map(({ levels, pending }) => ({ started: levels.reduce((a, b) => a + b, pending), levels }));

const anyPairs = (count: fc.Arbitrary<number>): fc.Arbitrary<PairCounts> =>
  fc
    .record({ both: count, stableOnly: count, candidateOnly: count, neither: count, running: count })
    .map(({ running, ...counts }) => ({
      ...counts,
      started: counts.both + counts.stableOnly + counts.candidateOnly + counts.neither + running,
    }));

/** Whole cohorts with possible numbers of this size, by two sources, in the order in which they began. */
export function anyCohorts(count: fc.Arbitrary<number>, atMost: number): fc.Arbitrary<CohortUpdate[]> {
  const one = fc.record({
    share: fc.constantFrom(...shares),
    again: fc.constantFrom(1e-4, 0.3, 1 - 1e-4),
    stage: fc.nat(2),
    errors: anyTracks(count),
    slow: anyTracks(count),
    keys: anyTracks(count),
    keysAgain: anyTracks(count),
    cost: fc.record({ stable: anyMean(count), candidate: anyMean(count) }),
    pairs: anyPairs(count),
    agree: count,
    disagree: count,
    isRealised: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    settled: fc.boolean(),
  });
  return fc.array(one, { minLength: 1, maxLength: atMost }).map((all) =>
    all.map(
      (
        {
          share,
          again,
          stage,
          errors,
          slow,
          keys,
          keysAgain,
          cost,
          pairs,
          agree,
          disagree,
          isRealised,
          settled,
        },
        i,
      ) => ({
        source: i % 2 === 0 ? 'east' : 'west',
        index: i,
        stage,
        candidateShare: share,
        startedAtMs: i * 250,
        closed: settled,
        settled,
        guards: { errors, slow },
        keys: { errors: keys, slow: keys },
        keysAgain: [{ candidateShare: again, guards: { errors: keysAgain } }],
        means: { cost },
        pairs: { errors: pairs, slow: pairs },
        comparisons: { started: agree + disagree, agree, disagree },
        ...(isRealised && { assignment: 'realised' as const }),
      }),
    ),
  );
}
