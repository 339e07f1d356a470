import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CohortUpdate, MeanOutcomes, Outcomes, TrackOutcomes } from './cohort-update.ts';
import {
  absorb,
  openEvidence,
  type RolloutEvidence,
  readAssignment,
  readGuards,
} from './rollout-evidence.ts';
import { anyCohorts, anySpec } from './testing/any-cohorts.ts';

const readAll = (evidence: RolloutEvidence) => ({
  stages: [0, 1, 2].map((stage) => readGuards(evidence, stage, { differences: true })),
  assignment: readAssignment(evidence),
});

/** What is known of a cohort when part of its requests have started and ended: a part of every count. */
function partOf(update: CohortUpdate, part: number): CohortUpdate {
  const some = (count: number) => Math.floor(count * part);
  const outcomes = ({ started, bad, good, early }: Outcomes): Outcomes => ({
    started: Math.max(some(started), some(bad) + some(good)),
    bad: some(bad),
    good: some(good),
    ...(early && { early: { bad: some(early.bad), good: 0 } }),
  });
  const tracks = ({ stable, candidate }: TrackOutcomes) => ({
    stable: outcomes(stable),
    candidate: outcomes(candidate),
  });
  const all = (guards: Record<string, TrackOutcomes>) =>
    Object.fromEntries(Object.entries(guards).map(([name, counts]) => [name, tracks(counts)]));
  const mean = ({ started, levels }: MeanOutcomes) => ({ started, levels: levels.map(some) });
  const { errors } = update.pairs!;
  const pairs = { ...errors!, both: some(errors!.both), neither: some(errors!.neither) };
  return {
    ...update,
    closed: false,
    settled: false,
    guards: all(update.guards),
    keys: all(update.keys!),
    keysAgain: update.keysAgain!.map((group) => ({ ...group, guards: all(group.guards) })),
    means: {
      cost: { stable: mean(update.means!.cost!.stable), candidate: mean(update.means!.cost!.candidate) },
    },
    pairs: { errors: pairs, slow: pairs },
    comparisons: { ...update.comparisons!, agree: some(update.comparisons!.agree) },
  };
}

it.each(['request', 'key'] as const)(
  'however the news of its cohorts comes, late, doubled, overtaken or lost and repeated, a rollout is read the same (%s)',
  (unit) => {
    fc.assert(
      fc.property(anyCohorts(fc.nat(40), 7), fc.infiniteStream(fc.nat(1e6)), (cohorts, numbers) => {
        const draw = (below: number) => numbers.next().value! % below;
        // Expectations are fixed at first sight, so every cohort is first seen in its order, and empty.
        const first = cohorts.map((cohort) => partOf(cohort, 0));
        const smooth = openEvidence(anySpec(unit));
        for (const update of [...first, ...cohorts]) absorb(smooth, update);
        const news = cohorts.flatMap((cohort) => [
          cohort,
          ...Array.from({ length: draw(3) }, () => partOf(cohort, draw(100) / 100)),
          ...(draw(2) === 0 ? [cohort] : []),
        ]);
        for (let i = news.length - 1; i > 0; i--) {
          const j = draw(i + 1);
          [news[i], news[j]] = [news[j]!, news[i]!];
        }
        const rough = openEvidence(anySpec(unit));
        for (const update of [...first, ...news]) absorb(rough, update);
        expect(rough).toEqual(smooth);
        expect(readAll(rough)).toEqual(readAll(smooth));
        for (const update of news) absorb(rough, update);
        expect(readAll(rough)).toEqual(readAll(smooth));
      }),
      { numRuns: 50, seed: 5 },
    );
  },
);
