import { jsonEquality } from '../json/json-equality.ts';
import { scorerEntry } from '../scorer-entry.ts';
import { bleu } from './bleu.ts';
import { chrf } from './chrf.ts';
import { contains } from './contains.ts';
import { exact, normalisedExact } from './exact.ts';
import { levenshteinDistance, levenshteinSimilarity } from './levenshtein.ts';
import { matches } from './matches.ts';
import { numeric } from './numeric.ts';
import { rouge } from './rouge.ts';
import { tokenF1 } from './token-f1.ts';

const lowercase = { kind: 'boolean', default: false, says: 'compare in lower case' } as const;
const part = {
  kind: 'choice',
  choices: ['f', 'precision', 'recall'],
  default: 'f',
  says: 'the harmonic mean, or one of its parts',
} as const;
const tolerance = (says: string) =>
  ({ kind: 'number', default: 0, min: 0, max: Number.MAX_VALUE, isInteger: false, says }) as const;
const relative = tolerance('allowed distance as a part of the greater number');
const absolute = tolerance('allowed distance between two numbers');

const shared = { family: 'text', input: 'text', version: 1 } as const;
const share = { range: [0, 1], better: 'higher' } as const;

export const textEntries = {
  exact: scorerEntry({
    ...shared,
    ...share,
    agreesWith: null,
    options: { lowercase, trim: { kind: 'boolean', default: true, says: 'drop space at both ends' } },
    make: exact,
  }),
  normalised_exact: scorerEntry({
    ...shared,
    ...share,
    agreesWith: 'SQuAD 1.1',
    options: {},
    make: normalisedExact,
  }),
  contains: scorerEntry({
    ...shared,
    ...share,
    agreesWith: null,
    options: {
      need: {
        kind: 'choice',
        choices: ['any', 'all'],
        default: 'any',
        says: 'how many references must occur',
      },
      lowercase,
    },
    make: contains,
  }),
  matches: scorerEntry({
    ...shared,
    ...share,
    agreesWith: 'ECMAScript 2024',
    options: {
      pattern: { kind: 'optional-text', default: null, says: 'regular expression; else the references are' },
      ignoreCase: { kind: 'boolean', default: false, says: 'flag i' },
      multiline: { kind: 'boolean', default: false, says: 'flag m' },
      dotAll: { kind: 'boolean', default: false, says: 'flag s' },
      whole: { kind: 'boolean', default: false, says: 'the whole output must match' },
    },
    make: matches,
  }),
  numeric: scorerEntry({
    ...shared,
    ...share,
    agreesWith: null,
    options: {
      relative,
      absolute,
      which: {
        kind: 'choice',
        choices: ['only', 'first', 'last'],
        default: 'only',
        says: 'which number of the output counts',
      },
    },
    make: numeric,
  }),
  json_equal: scorerEntry({
    family: 'text',
    input: 'json',
    version: 1,
    ...share,
    agreesWith: null,
    options: {
      relative,
      absolute,
      allowsMore: { kind: 'boolean', default: false, says: 'more members and elements may be there' },
    },
    make: jsonEquality,
  }),
  levenshtein_distance: scorerEntry({
    ...shared,
    range: [0, Number.MAX_SAFE_INTEGER],
    better: 'lower',
    agreesWith: 'nltk 3.10.4',
    options: { lowercase },
    make: levenshteinDistance,
  }),
  levenshtein_similarity: scorerEntry({
    ...shared,
    ...share,
    agreesWith: 'nltk 3.10.4',
    options: { lowercase },
    make: levenshteinSimilarity,
  }),
  token_f1: scorerEntry({ ...shared, ...share, agreesWith: 'SQuAD 2.0', options: { part }, make: tokenF1 }),
  bleu: scorerEntry({
    ...shared,
    range: [0, 100],
    better: 'higher',
    agreesWith: 'sacrebleu 2.6.0',
    options: {
      tokenizer: {
        kind: 'choice',
        choices: ['13a', 'none', 'char'],
        default: '13a',
        says: 'how words are found',
      },
      smoothing: {
        kind: 'choice',
        choices: ['none', 'floor', 'add-k', 'exp'],
        default: 'exp',
        says: 'what orders without a match count',
      },
      smoothingValue: {
        kind: 'optional-number',
        default: null,
        min: 0,
        max: 100,
        isInteger: false,
        says: 'for floor (else 0.1) and add-k (else 1)',
      },
      effectiveOrder: { kind: 'boolean', default: false, says: 'leave out orders longer than the output' },
      lowercase,
      maxOrder: { kind: 'number', default: 4, min: 1, max: 9, isInteger: true, says: 'longest n-gram' },
    },
    make: bleu,
  }),
  chrf: scorerEntry({
    ...shared,
    range: [0, 100],
    better: 'higher',
    agreesWith: 'sacrebleu 2.6.0',
    options: {
      charOrder: {
        kind: 'number',
        default: 6,
        min: 1,
        max: 20,
        isInteger: true,
        says: 'longest n-gram of characters',
      },
      wordOrder: {
        kind: 'number',
        default: 0,
        min: 0,
        max: 9,
        isInteger: true,
        says: 'of words; 2 for chrF++',
      },
      beta: { kind: 'number', default: 2, min: 0.01, max: 100, isInteger: false, says: 'weight of recall' },
      lowercase,
      whitespace: { kind: 'boolean', default: false, says: 'spaces are characters too' },
      epsilonSmoothing: { kind: 'boolean', default: false, says: 'smoothing of the original chrF++' },
    },
    make: chrf,
  }),
  rouge: scorerEntry({
    ...shared,
    ...share,
    agreesWith: 'rouge-score 0.1.2',
    options: {
      variant: {
        kind: 'choice',
        choices: ['1', '2', '3', '4', 'L', 'Lsum'],
        default: 'L',
        says: 'n-grams, common subsequence, or that by sentence',
      },
      stemmer: { kind: 'boolean', default: false, says: 'compare Porter stems' },
      part,
    },
    make: rouge,
  }),
} as const;
