import { expect, it } from 'vitest';
import { absorb, forsake, openEvidence, readGuards } from './rollout-evidence.ts';
import { cohort } from './testing/cohort.ts';
import { shareOfRuns } from './testing/share-of-runs.ts';
import { simulateRollout } from './testing/simulate-rollout.ts';

// What was known of stable when the bound was set was too good: the failures of the last half minute were still on their way.
// Before they were waited for, nearly every equal candidate of these worlds was rolled back.
it.each([
  [0.1, 240],
  [0.5, 480],
])(
  'an equal candidate is not rolled back by a bound from a stage whose failures come late: base rate %d, after %d slices',
  (base, canarySlices) => {
    const share = shareOfRuns(
      40,
      (seed) =>
        simulateRollout(
          {
            candidateShare: (slice) => (slice < canarySlices ? 0.5 : 0.99),
            requestsPerSlice: 25,
            slices: canarySlices + 400,
            badShare: () => base,
            delaySlices: (_, bad) => (bad ? 120 : 0),
            alphaRollback: 0.001,
            alphaAdvance: 0.05,
            marginShare: 0.02,
            lookEvery: 40,
            until: ({ rollback }) => rollback.crossed,
          },
          seed,
        ).decided,
    );
    expect(share.happened, JSON.stringify(share)).toBe(0);
  },
);

it('what a gateway had not told when it died sets no bound', () => {
  const evidence = openEvidence({
    guards: [{ name: 'errors', marginShare: 0.02 }],
    alphaRollback: 0.001,
    alphaAdvance: 0.05,
  });
  absorb(evidence, cohort(0, { stable: [10_000, 2_000, 8_000] }));
  absorb(
    evidence,
    cohort(0, { stable: [90_000, 0, 72_000] }, { source: 'other', closed: true, settled: false }),
  );
  forsake(evidence, 'other');
  absorb(evidence, cohort(1, { candidate: [10, 2, 8] }, { candidateShare: 0.99 }));
  expect(readGuards(evidence, 0)[0]!.boundShare).toBeCloseTo(0.22, 3);
});
