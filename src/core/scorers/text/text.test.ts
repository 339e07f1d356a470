import { describe, expect, it } from 'vitest';
import type { Scorer } from '../scorer.ts';
import type { TextCase } from '../scorer-inputs.ts';
import { deviation } from '../testing/deviation.ts';
import { goldenVectors } from '../testing/golden-vectors.ts';
import type { BleuOptions } from './bleu.ts';
import { bleu } from './bleu.ts';
import type { ChrfOptions } from './chrf.ts';
import { chrf } from './chrf.ts';
import { normalisedExact } from './exact.ts';
import { levenshteinDistance } from './levenshtein.ts';
import { porterStem } from './porter-stemmer.ts';
import type { RougeVariant } from './rouge.ts';
import { rougeScore } from './rouge.ts';
import { tokenF1 } from './token-f1.ts';

// The figures come from sacrebleu, rouge-score and NLTK; scripts/reference-vectors says how.

interface WithOptions<Options> {
  readonly options: Options;
  readonly cases: readonly number[];
  readonly corpora: readonly number[];
}

const vectors = goldenVectors<{
  readonly cases: readonly TextCase[];
  readonly corpora: readonly (readonly TextCase[])[];
  readonly bleu: readonly WithOptions<BleuOptions>[];
  readonly chrf: readonly WithOptions<ChrfOptions>[];
  readonly rouge: readonly {
    readonly stemmer: boolean;
    readonly types: readonly string[];
    readonly cases: readonly (readonly [number, number, number])[][];
  }[];
  readonly squad: readonly { readonly exact: number; readonly f: number }[];
  readonly levenshtein: readonly number[];
  readonly stems: Readonly<Record<string, string>>;
}>(new URL('text.golden.json', import.meta.url));

const ofCases = (scorer: Scorer<TextCase>): (number | null)[] =>
  vectors.cases.map((one) => scorer.ofCase!(one));
const ofCorpora = (scorer: Scorer<TextCase>): (number | null)[] =>
  vectors.corpora.map((corpus) => scorer.prepare(corpus)());

describe('agrees with sacrebleu', () => {
  for (const { options, cases, corpora } of vectors.bleu) {
    it(`on BLEU ${JSON.stringify(options)}`, () => {
      expect(deviation(ofCases(bleu(options)), cases)).toBeLessThan(1e-9);
      expect(deviation(ofCorpora(bleu(options)), corpora)).toBeLessThan(1e-9);
    });
  }

  for (const { options, cases, corpora } of vectors.chrf) {
    it(`on chrF ${JSON.stringify(options)}`, () => {
      expect(deviation(ofCases(chrf(options)), cases)).toBeLessThan(1e-9);
      expect(deviation(ofCorpora(chrf(options)), corpora)).toBeLessThan(1e-9);
    });
  }
});

describe('agrees with rouge-score', () => {
  for (const { stemmer, types, cases } of vectors.rouge) {
    for (const [index, type] of types.entries()) {
      it(`on ${type}${stemmer ? ' with stems' : ''}: precision, recall and F`, () => {
        const variant = type.replace('rouge', '') as RougeVariant;
        const found = vectors.cases.map(({ output, references }) =>
          rougeScore(output, references, { variant, stemmer }),
        );
        for (const [part, name] of (['precision', 'recall', 'f'] as const).entries()) {
          expect(
            deviation(
              found.map((score) => score[name]),
              cases.map((scores) => scores[index]![part]!),
            ),
          ).toBeLessThan(1e-12);
        }
      });
    }
  }
});

it('agrees with NLTK on the stems of words', () => {
  const stems = Object.entries(vectors.stems);
  expect(stems.length).toBeGreaterThan(1000);
  for (const [word, stem] of stems) expect([word, porterStem(word)]).toEqual([word, stem]);
});

it('agrees with NLTK on the edit distance of characters', () => {
  expect(ofCases(levenshteinDistance({ lowercase: false }))).toEqual(vectors.levenshtein);
});

it('agrees with the definition of SQuAD on exact matches and on the overlap of words', () => {
  expect(ofCases(normalisedExact())).toEqual(vectors.squad.map((score) => score.exact));
  const found = ofCases(tokenF1({ part: 'f' }));
  expect(
    deviation(
      found,
      vectors.squad.map((score) => score.f),
    ),
  ).toBeLessThan(1e-12);
});
