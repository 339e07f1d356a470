import type { Scorer } from '../scorer.ts';
import { sumOfStatistics } from '../scorer.ts';
import type { TextCase } from '../scorer-inputs.ts';
import { ngramMatches } from './ngram-matches.ts';
import { splitAtSpace, withoutTrailingSpace } from './python-whitespace.ts';
import { tokenize13a } from './tokenize-13a.ts';
import { wordCodes } from './word-codes.ts';

export interface BleuOptions {
  readonly tokenizer: '13a' | 'none' | 'char';
  readonly smoothing: BleuSmoothing;
  /** For `floor` (0.1 when null) and `add-k` (1 when null). */
  readonly smoothingValue: number | null;
  /** Leaves out orders for which the output is too short; meant for single sentences. */
  readonly effectiveOrder: boolean;
  readonly lowercase: boolean;
  readonly maxOrder: number;
}

export type BleuSmoothing = 'none' | 'floor' | 'add-k' | 'exp';

/**
 * BLEU, 0 to 100 (Papineni et al., "BLEU: a method for automatic evaluation of machine translation", 2002), with the
 * tokenizers and smoothing methods of sacrebleu (Post, "A call for clarity in reporting BLEU scores", 2018; Chen and
 * Cherry, "A systematic comparison of smoothing techniques for sentence-level BLEU", 2014). Of several references
 * the one closest in length counts for the brevity penalty, the shorter one when two are as close.
 */
export const bleu = (options: BleuOptions): Scorer<TextCase> =>
  sumOfStatistics(
    (one) => bleuStatistics(one, options),
    (sum) => bleuOfStatistics(sum, options),
  );

/** Length of output and of reference in tokens, then matches of order 1 to `maxOrder`, then n-grams of the output; they add up. */
export const bleuStatistics = ({ output, references }: TextCase, options: BleuOptions): number[] => {
  const codes = wordCodes();
  const hypothesis = codes(bleuTokens(output, options));
  const wanted = references.map((reference) => codes(bleuTokens(reference, options)));
  const matches = ngramMatches(hypothesis, wanted, options.maxOrder);
  const totals = matches.map((_, i) => Math.max(0, hypothesis.length - i));
  return [hypothesis.length, closestLength(hypothesis.length, wanted), ...matches, ...totals];
};

const bleuTokens = (text: string, { tokenizer, lowercase }: BleuOptions): string[] => {
  const line = withoutTrailingSpace(lowercase ? text.toLowerCase() : text);
  switch (tokenizer) {
    case '13a':
      return splitAtSpace(tokenize13a(line));
    case 'none':
      return splitAtSpace(line);
    case 'char':
      return splitAtSpace([...line].join(' '));
  }
};

const closestLength = (length: number, references: readonly Int32Array[]): number => {
  let closest = -1;
  for (const { length: other } of references) {
    const gap = Math.abs(other - length) - Math.abs(closest - length);
    if (closest < 0 || gap < 0 || (gap === 0 && other < closest)) closest = other;
  }
  return Math.max(0, closest);
};

/** The score of a sum of `bleuStatistics`. */
export const bleuOfStatistics = (
  sum: readonly number[],
  { smoothing, smoothingValue, effectiveOrder, maxOrder }: BleuOptions,
): number => {
  const [outputLength = 0, referenceLength = 0] = sum;
  const matched = sum.slice(2, 2 + maxOrder);
  if (!matched.some((count) => count > 0)) return 0;
  let order = maxOrder;
  let halvings = 1;
  let logs = 0;
  let counted = 0;
  for (let n = 1; n <= maxOrder; n += 1) {
    const added = smoothing === 'add-k' && n > 1 ? (smoothingValue ?? 1) : 0;
    const matches = matched[n - 1]! + added;
    const total = (sum[1 + maxOrder + n] ?? 0) + added;
    if (total === 0) break;
    if (effectiveOrder) order = n;
    let precision = (100 * matches) / total;
    if (matches === 0) {
      if (smoothing === 'exp') {
        halvings *= 2;
        precision = 100 / (halvings * total);
      } else if (smoothing === 'floor') precision = (100 * (smoothingValue ?? 0.1)) / total;
    }
    if (precision === 0) return 0;
    logs += Math.log(precision);
    counted = n;
  }
  // An order without n-grams has precision 0 unless the effective order leaves it out.
  if (counted < order) return 0;
  const brevity = outputLength < referenceLength ? Math.exp(1 - referenceLength / outputLength) : 1;
  return brevity * Math.exp(logs / order);
};
