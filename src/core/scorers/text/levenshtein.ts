import type { Scorer } from '../scorer.ts';
import { meanOfCases } from '../scorer.ts';
import type { TextCase } from '../scorer-inputs.ts';
import { codePoints } from './code-points.ts';
import { editDistance } from './edit-distance.ts';

export interface LevenshteinOptions {
  readonly lowercase: boolean;
}

/** The fewest insertions, deletions and replacements of characters (code points) to the closest reference; null without a reference. */
export const levenshteinDistance = (options: LevenshteinOptions): Scorer<TextCase> =>
  meanOfCases((one) => leastOf(distances(one, options).map(({ distance }) => distance)));

/** 1 - distance / length of the longer text, for the closest reference; 1 when both are empty. */
export const levenshteinSimilarity = (options: LevenshteinOptions): Scorer<TextCase> =>
  meanOfCases((one) => {
    const least = leastOf(
      distances(one, options).map(({ distance, longer }) => (longer === 0 ? 0 : distance / longer)),
    );
    return least === null ? null : 1 - least;
  });

const distances = ({ output, references }: TextCase, { lowercase }: LevenshteinOptions) => {
  const points = (text: string): Int32Array => codePoints(lowercase ? text.toLowerCase() : text);
  const ofOutput = points(output);
  return references.map((reference) => {
    const ofReference = points(reference);
    return {
      distance: editDistance(ofOutput, ofReference),
      longer: Math.max(ofOutput.length, ofReference.length),
    };
  });
};

const leastOf = (numbers: readonly number[]): number | null =>
  numbers.length === 0 ? null : Math.min(...numbers);
