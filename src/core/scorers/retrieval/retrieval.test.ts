import { describe, expect, it } from 'vitest';
import type { Scorer } from '../scorer.ts';
import type { RankingCase } from '../scorer-inputs.ts';
import { deviation } from '../testing/deviation.ts';
import { goldenVectors } from '../testing/golden-vectors.ts';
import { ndcg } from './ndcg.ts';
import type { RelevantOptions } from './relevant-found.ts';
import { averagePrecisionAt, hitRate, precisionAt, recallAt, reciprocalRank } from './relevant-found.ts';
import { trecOrder } from './trec-order.ts';

// The figures come from trec_eval through pytrec_eval; scripts/reference-vectors says how.

type Scores = Readonly<Record<string, number>>;

const vectors = goldenVectors<{
  readonly cuts: readonly number[];
  readonly topics: readonly {
    readonly relevance: Scores;
    readonly run: Scores;
    readonly scores: Scores;
    readonly fromTwo: Scores;
    readonly exponential: Scores;
  }[];
}>(new URL('retrieval.golden.json', import.meta.url));

const cases: readonly RankingCase[] = vectors.topics.map(({ relevance, run }) => ({
  relevance,
  ranked: trecOrder(Object.entries(run).map(([id, score]) => ({ id, score }))),
}));

const gap = (scorer: Scorer<RankingCase>, of: 'scores' | 'fromTwo' | 'exponential', name: string): number =>
  deviation(
    cases.map((one) => scorer.ofCase!(one)),
    vectors.topics.map((topic) => topic[of][name]!),
  );

const measures: readonly (readonly [string, (options: RelevantOptions) => Scorer<RankingCase>])[] = [
  ['recall', recallAt],
  ['P', precisionAt],
  ['success', hitRate],
  ['map_cut', averagePrecisionAt],
];

describe('agrees with trec_eval, with ties, grades below 0, unjudged documents and short rankings', () => {
  for (const [of, relevantFrom] of [
    ['scores', 1],
    ['fromTwo', 2],
  ] as const) {
    for (const [name, scorer] of measures) {
      it.each(vectors.cuts)(`${name} at %i, relevant from ${relevantFrom}`, (k) => {
        expect(gap(scorer({ k, relevantFrom }), of, `${name}_${k}`)).toBeLessThan(1e-12);
      });
    }
    it(`reciprocal rank and MAP of whole rankings, relevant from ${relevantFrom}`, () => {
      expect(gap(reciprocalRank({ k: null, relevantFrom }), of, 'recip_rank')).toBeLessThan(1e-12);
      expect(gap(averagePrecisionAt({ k: null, relevantFrom }), of, 'map')).toBeLessThan(1e-12);
    });
  }

  it.each(vectors.cuts)('nDCG at %i', (k) => {
    expect(gap(ndcg({ k, gain: 'linear' }), 'scores', `ndcg_cut_${k}`)).toBeLessThan(1e-12);
  });

  it('nDCG of whole rankings, and with exponential gains', () => {
    expect(gap(ndcg({ k: null, gain: 'linear' }), 'scores', 'ndcg')).toBeLessThan(1e-12);
    expect(gap(ndcg({ k: null, gain: 'exponential' }), 'exponential', 'ndcg')).toBeLessThan(1e-12);
    expect(gap(ndcg({ k: 5, gain: 'exponential' }), 'exponential', 'ndcg_cut_5')).toBeLessThan(1e-12);
  });
});

it('orders ties by the greater id, as bytes', () => {
  const ids = ['a', 'b', '\ue000', '😀', 'ab'];
  expect(trecOrder(ids.map((id) => ({ id, score: 1 })))).toEqual(['😀', '\ue000', 'b', 'ab', 'a']);
  expect(() => trecOrder([{ id: 'a', score: Number.NaN }])).toThrow(RangeError);
});

it('gives a repeated document nothing for its second place', () => {
  const one = { ranked: ['x', 'a', 'a', 'b'], relevance: { a: 1, b: 1 } };
  expect(precisionAt({ k: 4, relevantFrom: 1 }).ofCase!(one)).toBe(0.5);
  expect(recallAt({ k: 3, relevantFrom: 1 }).ofCase!(one)).toBe(0.5);
  expect(reciprocalRank({ k: 1, relevantFrom: 1 }).ofCase!(one)).toBe(0);
});

it('scores 0 where nothing was found and where nothing is relevant', () => {
  const options = { k: 5, relevantFrom: 1 };
  const empty: RankingCase[] = [
    { ranked: [], relevance: { a: 1 } },
    { ranked: ['toString'], relevance: {} },
  ];
  for (const one of empty) {
    for (const scorer of [recallAt, precisionAt, hitRate, reciprocalRank, averagePrecisionAt])
      expect(scorer(options).ofCase!(one)).toBe(0);
    expect(ndcg({ k: null, gain: 'linear' }).ofCase!(one)).toBe(0);
  }
});
