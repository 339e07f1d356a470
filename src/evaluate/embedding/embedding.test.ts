import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ScorerSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import { endpointAt } from '../judging/testing/judge-scorer.ts';
import type { Bench } from '../testing/run-plan.ts';
import { openBench, planOf, scorerOf } from '../testing/run-plan.ts';
import type { Answerer } from '../testing/serve-answers.ts';
import { cosine } from './cosine.ts';
import { readEmbeddings } from './read-embeddings.ts';

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.remove());

/** How often each letter occurs, which is an embedding of a kind. */
const letters = (text: string): number[] =>
  Array.from({ length: 26 }, (_, i) => text.toLowerCase().split(String.fromCharCode(97 + i)).length - 1);

/** Gives the vectors in the opposite order, as an endpoint may. */
const embed: Answerer = (body) => {
  const { input } = body as { readonly input: readonly string[] };
  return {
    data: input.map((text, index) => ({ index, embedding: letters(text) })).reverse(),
    usage: { prompt_tokens: input.length * 3, total_tokens: input.length * 3 },
  };
};
const similar = (url: string, more: Partial<ScorerSpec> = {}): ScorerSpec =>
  scorerOf('embedding_similarity', {
    name: 'similar',
    how: { kind: 'embedding', endpoint: endpointAt(url, { model: 'embed-1', parameters: {} }) },
    ...more,
  });

describe('similarity by embeddings', () => {
  it('is the cosine with the nearest reference', async () => {
    const target = await bench.serve((body) => body);
    const { url, asked } = await bench.serve(embed);
    const cases = [
      { id: 'same', input: 'listen', expected: 'silent' },
      { id: 'nearest', input: 'aab', expected: ['zzz', 'ab'] },
      { id: 'nothing', input: 'x' },
    ];
    const { records, summary } = await bench.run(planOf(target.url, { scorers: [similar(url)] }), cases);
    const scores = records.map(({ candidate: [answer] }) =>
      answer?.kind === 'answer' ? answer.scores.similar : answer,
    );
    expect(scores[0]).toBeCloseTo(1, 12);
    expect(scores[1]).toBeCloseTo(3 / Math.sqrt(5 * 2), 12);
    expect(scores[2]).toBeNull();
    expect(asked).toContainEqual({ model: 'embed-1', input: ['zzz', 'ab'], encoding_format: 'float' });
    expect(summary).toMatchObject({ calls: 3 + 4, tokens: { input: 3 * 5, output: 0 } });
  });

  it('gives an empty answer the least score, and asks about the same texts once', async () => {
    const target = await bench.serve((body) => (body === 'a' ? '' : 'same'));
    const { url, asked } = await bench.serve(embed);
    const cases = ['a', 'b', 'c', 'd'].map((id) => ({ id, input: id, expected: 'right' }));
    const { records } = await bench.run(planOf(target.url, { scorers: [similar(url)] }), cases);
    expect(records[0]!.candidate[0]).toMatchObject({ scores: { similar: -1 } });
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['too few vectors', { data: [] }],
    ['vectors without numbers', { data: [{ index: 0, embedding: ['1'] }] }],
    ['something else', { error: 'no such model' }],
  ])('makes an error of %s', async (_, reply) => {
    const target = await bench.serve((body) => body);
    const { url } = await bench.serve(() => reply);
    const { records, summary } = await bench.run(planOf(target.url, { scorers: [similar(url)] }), [
      { id: 'a', input: 'x', expected: 'y' },
    ]);
    expect(records[0]!.candidate[0]).toMatchObject({ failures: { similar: {} } });
    expect(summary.verdict).not.toBe('pass');
  });
});

it('reads vectors by their index, all of one length', () => {
  const vector = (index: number, ...embedding: number[]) => ({ index, embedding });
  expect(readEmbeddings([vector(1, 1), vector(0, 2)], 2)).toEqual([[2], [1]]);
  expect(readEmbeddings([{ embedding: [1] }, { embedding: [2] }], 2)).toEqual([[1], [2]]);
  expect(readEmbeddings([vector(0, 1), vector(0, 2)], 2)).toBeNull();
  expect(readEmbeddings([vector(0, 1), vector(2, 2)], 2)).toBeNull();
  expect(readEmbeddings([vector(0, 1), vector(1, 2, 3)], 2)).toBeNull();
  expect(readEmbeddings([vector(0, Number.NaN)], 1)).toBeNull();
  expect(readEmbeddings([null], 1)).toBeNull();
});

it('works out a cosine without losing small or large entries', () => {
  expect(cosine([1, 0], [0, 1])).toBe(0);
  expect(cosine([1, 2], [-1, -2])).toBeCloseTo(-1, 15);
  expect(cosine([1e-200, 0], [1e-200, 1e-200])).toBeCloseTo(Math.SQRT1_2, 15);
  expect(cosine([1e200, 0], [1e200, 1e200])).toBeCloseTo(Math.SQRT1_2, 15);
  expect(cosine([0, 0], [1, 0])).toBeNull();
  expect(cosine([1], [1, 0])).toBeNull();
});
