import { describe, expect, it } from 'vitest';
import type { CohortUpdate, PairCounts } from './cohort-update.ts';
import {
  absorb,
  beginPull,
  endPull,
  openEvidence,
  type RolloutEvidence,
  readGuards,
} from './rollout-evidence.ts';
import { cohort } from './testing/cohort.ts';
import { shareOfRuns } from './testing/share-of-runs.ts';
import { type KeyWorld, simulateKeys } from './testing/simulate-keys.ts';

const open = () =>
  openEvidence({
    guards: [{ name: 'errors', marginShare: 0.02 }],
    alphaRollback: 0.001,
    alphaAdvance: 0.05,
    unit: 'key',
  });

const read = (evidence: RolloutEvidence) => readGuards(evidence, 0)[0]!;
const served = (index: number, bad: number, rest: Partial<CohortUpdate> = {}) =>
  cohort(index, { stable: [100, 1, 99], candidate: [100, bad, 100 - bad] }, rest);
const mirrored = (index: number, counts: Partial<PairCounts>, rest: Partial<CohortUpdate> = {}) => {
  const pairs = { both: 0, stableOnly: 0, candidateOnly: 0, neither: 0, ...counts };
  const started = pairs.both + pairs.stableOnly + pairs.candidateOnly + pairs.neither;
  return cohort(index, {}, { candidateShare: 0, pairs: { errors: { started, ...pairs } }, ...rest });
};

/** Evidence on which the requests warn. */
function warned(): RolloutEvidence {
  const evidence = open();
  absorb(evidence, served(0, 40));
  expect(read(evidence)).toMatchObject({ pull: { crossed: true }, rollback: { crossed: false } });
  beginPull(evidence, 1);
  return evidence;
}

describe('while the candidate is pulled', () => {
  it('mirrored requests that only the candidate fails roll it back', () => {
    const evidence = warned();
    absorb(evidence, mirrored(1, { candidateOnly: 20, neither: 80 }));
    expect(read(evidence)).toMatchObject({
      rollback: { crossed: true, rule: 'paired' },
      pull: { cleared: false },
    });
  });

  it('mirrored requests that both treat alike clear it', () => {
    const evidence = warned();
    expect(read(evidence).pull!.cleared).toBe(false);
    absorb(evidence, mirrored(1, { neither: 390, both: 10 }));
    expect(read(evidence)).toMatchObject({ rollback: { crossed: false }, pull: { cleared: true } });
  });

  it('those of two gateways count together, in whichever order they come', () => {
    const parts = [0, 1, 2, 3].map((i) =>
      mirrored(i, { neither: 98, both: 2 }, { source: i % 2 === 0 ? 'east' : 'west' }),
    );
    const one = warned();
    absorb(one, parts[0]!);
    expect(read(one).pull!.cleared).toBe(false);
    const readings = [parts, parts.toReversed(), [parts[2]!, parts[0]!, parts[3]!, parts[1]!]].map(
      (order) => {
        const evidence = warned();
        // Each source tells of its own cohorts in order; their outcomes come as they like.
        for (const part of parts) absorb(evidence, empty(part));
        for (const part of order) absorb(evidence, part);
        return read(evidence);
      },
    );
    expect(readings[0]!.pull!.cleared).toBe(true);
    expect(readings[1]).toEqual(readings[0]);
    expect(readings[2]).toEqual(readings[0]);
  });

  it('pairs that are still running count against clearing it', () => {
    const evidence = warned();
    const running = mirrored(1, { neither: 390 }, { settled: false });
    running.pairs!.errors!.started = 430;
    absorb(evidence, running);
    expect(read(evidence).pull!.cleared).toBe(false);
    absorb(evidence, mirrored(1, { neither: 430 }));
    expect(read(evidence).pull!.cleared).toBe(true);
  });

  it('pairs from before the pull clear nothing', () => {
    const evidence = open();
    absorb(evidence, mirrored(0, { neither: 1000 }));
    absorb(evidence, served(1, 40));
    beginPull(evidence, 1);
    expect(read(evidence).pull!.cleared).toBe(false);
  });
});

describe('after it was cleared', () => {
  const cleared = () => {
    const evidence = warned();
    absorb(evidence, mirrored(1, { neither: 500 }));
    endPull(evidence, 1);
    return evidence;
  };

  it('the warning is spent, and a new one takes as much new evidence', () => {
    const evidence = cleared();
    expect(read(evidence).pull).toMatchObject({ crossed: false, cleared: false, logE: 0 });
    absorb(evidence, served(2, 3));
    expect(read(evidence).pull!.crossed).toBe(false);
    absorb(evidence, served(3, 40));
    expect(read(evidence).pull!.crossed).toBe(true);
  });

  it('requests that started before and end after it do not warn again', () => {
    const evidence = open();
    absorb(evidence, served(0, 40));
    const late = cohort(1, { stable: [100, 0, 0], candidate: [100, 0, 0] }, { settled: false });
    absorb(evidence, late);
    beginPull(evidence, 1);
    absorb(evidence, mirrored(2, { neither: 500 }));
    endPull(evidence, 1);
    absorb(evidence, served(1, 90));
    expect(read(evidence).pull!.crossed).toBe(false);
  });

  it('the next pull must be cleared by its own pairs', () => {
    const evidence = cleared();
    beginPull(evidence, 2);
    expect(read(evidence).pull!.cleared).toBe(false);
    absorb(evidence, mirrored(2, { neither: 500 }));
    expect(read(evidence).pull!.cleared).toBe(true);
  });

  it('its stage is left on what users showed, not on the pairs that cleared it', () => {
    const evidence = warned();
    absorb(evidence, mirrored(1, { neither: 1980, both: 20 }));
    expect(read(evidence)).toMatchObject({ pull: { cleared: true }, advance: { passed: false } });
    endPull(evidence, 1);
    expect(read(evidence).advance).toMatchObject({ rule: 'compare', passed: false });
  });

  it('what the pairs of an earlier pull said against it still counts for a rollback', () => {
    const evidence = warned();
    absorb(evidence, mirrored(1, { candidateOnly: 12, neither: 900 }));
    const { logE } = read(evidence).rollback;
    endPull(evidence, 1);
    beginPull(evidence, 2);
    expect(read(evidence).rollback.logE).toBe(logE);
    absorb(evidence, mirrored(2, { candidateOnly: 12, neither: 900 }));
    expect(read(evidence).rollback.crossed).toBe(true);
  });
});

it('beginning or ending a pull twice, too late, or without the other changes nothing', () => {
  const evidence = warned();
  absorb(evidence, mirrored(1, { neither: 100 }));
  const pulled = structuredClone(evidence);
  beginPull(evidence, 1);
  beginPull(evidence, 0);
  endPull(evidence, 0);
  endPull(evidence, 2);
  expect(evidence).toEqual(pulled);
  endPull(evidence, 1);
  const ended = structuredClone(evidence);
  endPull(evidence, 1);
  beginPull(evidence, 1);
  expect(evidence).toEqual(ended);
});

describe('a rollout that is pulled on every warning', () => {
  const world: KeyWorld = {
    keys: 1000,
    zipf: 1,
    badness: (draw) => (draw() < 0.05 ? 0.6 : 0.01),
    shares: [0.1],
    slicesPerStage: 300,
    requestsPerSlice: 60,
    report: 'again',
    alphaRollback: 0.05,
    pulls: true,
    until: ([errors]) => errors!.rollback.crossed,
  };

  it('is rolled back with probability below alpha if the candidate is as good, and mostly resumed', () => {
    let pulls = 0;
    let open = 0;
    const share = shareOfRuns(240, (seed) => {
      const end = simulateKeys(world, seed);
      pulls += end.pulls;
      open += end.pulls > 0 && end.pairs === 0 ? 1 : 0;
      return end.decided;
    });
    expect(pulls).toBeGreaterThan(60);
    expect(open).toBeLessThan(5);
    expect(share.upperLimit, JSON.stringify(share)).toBeLessThan(0.05);
  });

  it('is rolled back soon if the candidate is worse, at the cost of few real requests', () => {
    const worse = { ...world, badness: () => 0.01, candidateBadness: () => 0.1, alphaRollback: 0.001 };
    const ends = Array.from({ length: 101 }, (_, i) => simulateKeys(worse, i + 1));
    const middle = (of: (end: (typeof ends)[number]) => number) =>
      ends.map(of).toSorted((a, b) => a - b)[50]!;
    expect(ends.every((end) => end.decided)).toBe(true);
    expect(middle((end) => end.candidateRequests)).toBeLessThan(90);
    expect(middle((end) => end.pairs)).toBeLessThan(400);
  });
});

/** The first news of a cohort: it is there, and nothing is known. */
function empty(update: CohortUpdate): CohortUpdate {
  const { pairs: _, ...rest } = update;
  const none = { started: 0, bad: 0, good: 0 };
  return { ...rest, guards: { errors: { stable: none, candidate: none } }, closed: false, settled: false };
}
