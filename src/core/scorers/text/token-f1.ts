import type { Scorer } from '../scorer.ts';
import { meanOfCases } from '../scorer.ts';
import type { TextCase } from '../scorer-inputs.ts';
import type { FMeasure } from './f-measure.ts';
import { bestOf, fMeasure } from './f-measure.ts';
import { squadWords } from './squad-normalised.ts';

export interface TokenF1Options {
  readonly part: keyof FMeasure;
}

/**
 * The overlap of words as the evaluation of SQuAD counts it, 0 to 1; the best reference counts. As in version 2 of that
 * evaluation an answer without words is right where the reference has none, and only there.
 */
export const tokenF1 = ({ part }: TokenF1Options): Scorer<TextCase> =>
  meanOfCases(({ output, references }) => tokenOverlap(output, references)[part]);

export const tokenOverlap = (output: string, references: readonly string[]): FMeasure => {
  const words = squadWords(output);
  return bestOf(references.map((reference) => overlapOf(words, squadWords(reference))));
};

const overlapOf = (words: readonly string[], wanted: readonly string[]): FMeasure => {
  if (words.length === 0 && wanted.length === 0) return { precision: 1, recall: 1, f: 1 };
  const open = new Map<string, number>();
  for (const word of wanted) open.set(word, (open.get(word) ?? 0) + 1);
  let same = 0;
  for (const word of words) {
    const left = open.get(word) ?? 0;
    if (left === 0) continue;
    same += 1;
    open.set(word, left - 1);
  }
  return fMeasure(same, words.length, wanted.length);
};
