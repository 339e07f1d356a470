import type { Scorer } from '../scorer.ts';
import { meanOfCases } from '../scorer.ts';
import type { TextCase } from '../scorer-inputs.ts';
import { commonSubsequenceLength, markCommonSubsequence } from './common-subsequence.ts';
import type { FMeasure } from './f-measure.ts';
import { bestOf, fMeasure } from './f-measure.ts';
import { ngramMatches } from './ngram-matches.ts';
import { rougeTokens } from './rouge-tokens.ts';
import { wordCodes } from './word-codes.ts';

export interface RougeOptions {
  /** `1` to `9`: n-grams of that length; `L`: longest common subsequence; `Lsum`: the same sentence by sentence. */
  readonly variant: RougeVariant;
  /** Whether words are compared by their Porter stems. */
  readonly stemmer: boolean;
  readonly part: keyof FMeasure;
}

export type RougeVariant = '1' | '2' | '3' | '4' | 'L' | 'Lsum';

/**
 * ROUGE, 0 to 1 (Lin, "ROUGE: a package for automatic evaluation of summaries", 2004) as Google's `rouge-score` computes it.
 * Sentences, for `Lsum`, end at line breaks. Of several references the one with the best F counts.
 */
export const rouge = (options: RougeOptions): Scorer<TextCase> =>
  meanOfCases(({ output, references }) => rougeScore(output, references, options)[options.part]);

export const rougeScore = (
  output: string,
  references: readonly string[],
  { variant, stemmer }: Pick<RougeOptions, 'variant' | 'stemmer'>,
): FMeasure => {
  const codes = wordCodes();
  const tokens = (text: string): Int32Array => codes(rougeTokens(text, stemmer));
  if (variant === 'Lsum') {
    const sentences = (text: string): Int32Array[] => text.split('\n').map(tokens);
    const ofOutput = sentences(output);
    return bestOf(references.map((reference) => summaryScore(ofOutput, sentences(reference))));
  }
  const ofOutput = tokens(output);
  return bestOf(references.map((reference) => pairScore(ofOutput, tokens(reference), variant)));
};

const pairScore = (
  output: Int32Array,
  reference: Int32Array,
  variant: Exclude<RougeVariant, 'Lsum'>,
): FMeasure => {
  if (variant === 'L')
    return fMeasure(commonSubsequenceLength(output, reference), output.length, reference.length);
  const n = Number(variant);
  const matches = ngramMatches(output, [reference], n)[n - 1] ?? 0;
  return fMeasure(matches, output.length - n + 1, reference.length - n + 1);
};

/**
 * Section 3.2 of Lin's paper with the rule of ROUGE 1.5.5 that no word counts more often than it occurs in the output: for each
 * sentence of the reference, the union of its common subsequences with all sentences of the output.
 */
const summaryScore = (output: readonly Int32Array[], reference: readonly Int32Array[]): FMeasure => {
  const left = countsOf(output);
  let hits = 0;
  for (const sentence of reference) {
    const taken = new Uint8Array(sentence.length);
    for (const other of output) markCommonSubsequence(sentence, other, taken);
    for (let i = 0; i < sentence.length; i += 1) {
      const word = sentence[i]!;
      const remaining = left.get(word) ?? 0;
      if (taken[i] === 0 || remaining === 0) continue;
      hits += 1;
      left.set(word, remaining - 1);
    }
  }
  return fMeasure(hits, lengthOf(output), lengthOf(reference));
};

const countsOf = (sentences: readonly Int32Array[]): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const sentence of sentences)
    for (const word of sentence) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
};

const lengthOf = (sentences: readonly Int32Array[]): number =>
  sentences.reduce((sum, sentence) => sum + sentence.length, 0);
