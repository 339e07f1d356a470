import { seededRandom } from '../../seeded-random.ts';
import { observeCase, startSequence } from '../sequence.ts';
import type { SequenceReading, SequenceSpec } from '../sequence-spec.ts';

export interface PlayedRuns {
  readonly runs: number;
  readonly passed: number;
  readonly failed: number;
  readonly inconclusive: number;
  /** Mean part of the set that was asked. */
  readonly askedShare: number;
}

/** Values of all cases of one set, a row for each case; drawn anew for each run. */
export type MakeSet = (
  random: () => number,
) => { readonly weight: number; readonly values: readonly (number | 'error')[] }[];

/** Evaluates many sets, each in a random order, until each is settled. */
export const playSets = (spec: SequenceSpec, makeSet: MakeSet, runs: number, stream: string): PlayedRuns => {
  const random = seededRandom(2_000, stream);
  const count = { pass: 0, fail: 0, inconclusive: 0 };
  let asked = 0;
  for (let run = 0; run < runs; run += 1) {
    const rows = makeSet(random);
    const sequence = startSequence(spec);
    let reading: SequenceReading | null = null;
    for (let i = 0; i < rows.length; i += 1) {
      // Drawing as one goes is the same as an order drawn beforehand.
      const j = i + Math.floor(random() * (rows.length - i));
      [rows[i], rows[j]] = [rows[j]!, rows[i]!];
      reading = observeCase(sequence, rows[i]!);
      if (reading.answer !== 'continue') break;
    }
    if (reading === null || reading.answer === 'continue') throw new Error('a set ended without an answer');
    count[reading.answer] += 1;
    asked += reading.cases;
  }
  const { pass, fail, inconclusive } = count;
  return { runs, passed: pass, failed: fail, inconclusive, askedShare: asked / (runs * spec.cases) };
};

/** A set of zeros and ones: exactly so many ones. */
export const exactlyOnes =
  (ones: number, cases: number): MakeSet =>
  () =>
    Array.from({ length: cases }, (_, i) => ({ weight: 1, values: [i < ones ? 1 : 0] }));

/** A set that is itself a sample: each a one with this probability. */
export const likelyOnes =
  (probability: number, cases: number): MakeSet =>
  (random) =>
    Array.from({ length: cases }, () => ({ weight: 1, values: [random() < probability ? 1 : 0] }));
