import { describe, expect, it } from 'vitest';
import { absorb, openEvidence, readAssignment, readGuards } from './rollout-evidence.ts';
import { cohort } from './testing/cohort.ts';
import { drawBinomial, seededRandom } from './testing/seeded-random.ts';
import { shareOfRuns } from './testing/share-of-runs.ts';

const open = () =>
  openEvidence({
    guards: [{ name: 'errors', marginShare: 0.02 }],
    alphaRollback: 0.001,
    alphaAdvance: 0.05,
  });

describe('the test of the split', () => {
  /** Units until it says that the coin is not obeyed; infinite if it never does. */
  const unitsUntilSaid = (told: number, actual: number, slices: number, perSlice: number, seed: number) => {
    const random = seededRandom(seed);
    const evidence = open();
    for (let i = 0; i < slices; i++) {
      const c = drawBinomial(random, perSlice, actual);
      absorb(
        evidence,
        cohort(
          i,
          { candidate: [c, 0, c], stable: [perSlice - c, 0, perSlice - c] },
          { candidateShare: told },
        ),
      );
      if (readAssignment(evidence).crossed) return (i + 1) * perSlice;
    }
    return Number.POSITIVE_INFINITY;
  };

  it('finds seven of a hundred instead of five within ten thousand requests', () => {
    const units = Array.from({ length: 101 }, (_, i) => unitsUntilSaid(0.05, 0.07, 400, 100, i + 1));
    const ordered = units.toSorted((a, b) => a - b);
    expect(ordered[50]).toBeLessThan(6_000);
    expect(ordered[90]).toBeLessThan(12_000);
  });

  it('finds a candidate that gets nothing, or everything', () => {
    expect(unitsUntilSaid(0.05, 0, 100, 100, 1)).toBeLessThan(1_000);
    expect(unitsUntilSaid(0.05, 1, 100, 10, 1)).toBeLessThanOrEqual(20);
  });

  it.each([0.01, 0.05, 0.5])('keeps its word at a share of %d, at every look', (share) => {
    const said = shareOfRuns(700, (seed) => unitsUntilSaid(share, share, 100, 100, seed) < Infinity);
    // Its alpha is 0.05 %: none is what is expected, two would be news.
    expect(said.happened).toBeLessThan(2);
  });

  it('says nothing where it is not known what the coin was told', () => {
    const evidence = open();
    absorb(
      evidence,
      cohort(0, { candidate: [900, 0, 900], stable: [100, 0, 100] }, { assignment: 'realised' }),
    );
    expect(readAssignment(evidence)).toMatchObject({ crossed: false, logE: 0 });
  });

  it('counts keys, not their requests, where keys are drawn', () => {
    const evidence = openEvidence({ ...open().spec, unit: 'key' });
    const one = { started: 5, bad: 0, good: 5 };
    const many = cohort(
      0,
      { candidate: [5_000, 0, 5_000], stable: [5_000, 0, 5_000] },
      { candidateShare: 0.5, keys: { errors: { stable: one, candidate: one } } },
    );
    absorb(evidence, many);
    expect(readAssignment(evidence)).toMatchObject({ unit: 'key', stable: 5, candidate: 5, crossed: false });
    const skewed = openEvidence({ ...open().spec, unit: 'request' });
    absorb(skewed, cohort(0, { candidate: [900, 0, 900], stable: [100, 0, 100] }));
    expect(readAssignment(skewed).crossed).toBe(true);
  });
});

describe('a shared cause', () => {
  const slices = (
    rates: (slice: number) => { stable: number; candidate: number },
    n: number,
    seed: number,
  ) => {
    const random = seededRandom(seed);
    const evidence = open();
    const named: boolean[] = [];
    for (let i = 0; i < n; i++) {
      const { stable, candidate } = rates(i);
      const c = drawBinomial(random, 40, 0.2);
      const bad = drawBinomial(random, c, candidate);
      const stableBad = drawBinomial(random, 40 - c, stable);
      absorb(
        evidence,
        cohort(
          i,
          { candidate: [c, bad, c - bad], stable: [40 - c, stableBad, 40 - c - stableBad] },
          { candidateShare: 0.2 },
        ),
      );
      named.push(readGuards(evidence, 0)[0]!.sharedCause === true);
    }
    return named;
  };

  it('is named soon after an outage has begun that hits both', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const named = slices((i) => (i < 100 ? both(0.01) : both(0.5)), 110, seed);
      expect(named.slice(0, 100)).not.toContain(true);
      expect(named.indexOf(true)).toBeLessThan(106);
    }
  });

  it('is not named when the candidate alone is bad', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const named = slices((i) => ({ stable: 0.01, candidate: i < 100 ? 0.01 : 0.6 }), 140, seed);
      expect(named).not.toContain(true);
    }
  });

  it('is seldom named when nothing happens', () => {
    const named = shareOfRuns(60, (seed) => slices(() => both(0.02), 200, seed).includes(true));
    expect(named.happened).toBeLessThan(6);
  });

  const both = (share: number) => ({ stable: share, candidate: share });
});
