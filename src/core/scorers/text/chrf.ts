import type { Scorer } from '../scorer.ts';
import { sumOfStatistics } from '../scorer.ts';
import type { TextCase } from '../scorer-inputs.ts';
import { codePoints } from './code-points.ts';
import { ngramMatches } from './ngram-matches.ts';
import { isPythonSpace, splitAtSpace } from './python-whitespace.ts';
import { wordCodes } from './word-codes.ts';

export interface ChrfOptions {
  /** Longest n-gram of characters, 6 by custom. */
  readonly charOrder: number;
  /** Longest n-gram of words: 0 for chrF, 2 for chrF++. */
  readonly wordOrder: number;
  /** How many times as much as precision recall weighs. */
  readonly beta: number;
  readonly lowercase: boolean;
  /** Whether spaces are characters too. */
  readonly whitespace: boolean;
  /** The smoothing of the original `chrF++.py` in place of leaving out orders that one side lacks. */
  readonly epsilonSmoothing: boolean;
}

/**
 * chrF and chrF++, 0 to 100 (Popović, "chrF: character n-gram F-score for automatic MT evaluation", 2015, and "chrF++: words
 * helping character n-grams", 2017) as sacrebleu computes them. Of several references the one with the best score for
 * the case counts.
 */
export const chrf = (options: ChrfOptions): Scorer<TextCase> =>
  sumOfStatistics(
    (one) => chrfStatistics(one, options),
    (sum) => chrfOfStatistics(sum, options),
  );

/** For each order, characters first: n-grams of the output, of the reference, and matches; they add up. */
export const chrfStatistics = ({ output, references }: TextCase, options: ChrfOptions): number[] => {
  const { charOrder, wordOrder } = options;
  const codes = wordCodes();
  const characters = charactersOf(output, options);
  const words = wordsOf(output, options, codes);
  let best: number[] = new Array<number>(3 * (charOrder + wordOrder)).fill(0);
  let bestScore = -1;
  for (const reference of references) {
    const statistics = [
      ...triples(characters, charactersOf(reference, options), charOrder),
      ...triples(words, wordsOf(reference, options, codes), wordOrder),
    ];
    const score = references.length === 1 ? 0 : chrfOfStatistics(statistics, options);
    if (score > bestScore) {
      bestScore = score;
      best = statistics;
    }
  }
  return best;
};

const triples = (output: Int32Array, reference: Int32Array, most: number): number[] => {
  const matches = ngramMatches(output, [reference], most);
  return matches.flatMap((count, i) => {
    const ofReference = Math.max(0, reference.length - i);
    // n-grams of an order that the reference does not have are not held against the output.
    return [ofReference === 0 ? 0 : Math.max(0, output.length - i), ofReference, count];
  });
};

const charactersOf = (text: string, { lowercase, whitespace }: ChrfOptions): Int32Array => {
  const points = codePoints(lowercase ? text.toLowerCase() : text);
  if (whitespace) return points;
  let kept = 0;
  for (let i = 0; i < points.length; i += 1) {
    const point = points[i]!;
    if (isPythonSpace(point)) continue;
    points[kept] = point;
    kept += 1;
  }
  return points.subarray(0, kept);
};

const wordsOf = (
  text: string,
  { lowercase, wordOrder }: ChrfOptions,
  codes: ReturnType<typeof wordCodes>,
): Int32Array =>
  wordOrder === 0 ? new Int32Array() : codes(withPunctuationApart(lowercase ? text.toLowerCase() : text));

/** One mark of punctuation is taken off each word: the last, or else the first. */
const withPunctuationApart = (text: string): string[] => {
  const words: string[] = [];
  for (const word of splitAtSpace(text)) {
    if (word.length > 1 && isPunctuation(word.charCodeAt(word.length - 1)))
      words.push(word.slice(0, -1), word.slice(-1));
    else if (word.length > 1 && isPunctuation(word.charCodeAt(0)))
      words.push(word.slice(0, 1), word.slice(1));
    else words.push(word);
  }
  return words;
};

/** ASCII punctuation: what is printable and neither letter, digit nor space. */
const isPunctuation = (code: number): boolean =>
  (code > 32 && code < 48) ||
  (code > 57 && code < 65) ||
  (code > 90 && code < 97) ||
  (code > 122 && code < 127);

const EPSILON = 1e-16;

/** The score of a sum of `chrfStatistics`. */
export const chrfOfStatistics = (
  sum: readonly number[],
  { charOrder, wordOrder, beta, epsilonSmoothing }: ChrfOptions,
): number => {
  const orders = charOrder + wordOrder;
  const factor = beta * beta;
  let smoothed = 0;
  let precisions = 0;
  let recalls = 0;
  let effective = 0;
  for (let i = 0; i < orders; i += 1) {
    const ofOutput = sum[3 * i]!;
    const ofReference = sum[3 * i + 1]!;
    const matches = sum[3 * i + 2]!;
    const precision = ofOutput > 0 ? matches / ofOutput : EPSILON;
    const recall = ofReference > 0 ? matches / ofReference : EPSILON;
    const denominator = factor * precision + recall;
    smoothed += denominator > 0 ? ((1 + factor) * precision * recall) / denominator : EPSILON;
    if (ofOutput > 0 && ofReference > 0) {
      precisions += precision;
      recalls += recall;
      effective += 1;
    }
  }
  if (epsilonSmoothing) return (100 * smoothed) / orders;
  if (effective === 0 || precisions + recalls === 0) return 0;
  const precision = precisions / effective;
  const recall = recalls / effective;
  return (100 * (1 + factor) * precision * recall) / (factor * precision + recall);
};
