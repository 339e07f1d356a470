import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutTokens } from './cut-tokens.ts';
import { embeddingSignature } from './embedding-signature.ts';
import type { ModelPort } from './model-fit.ts';
import { modelFit } from './model-fit.ts';
import { padTokens } from './pad-tokens.ts';
import { poolTokens } from './pool-tokens.ts';
import { unitVector } from './unit-vector.ts';

describe('cutting a text', () => {
  it('keeps the special tokens before and behind it', () => {
    expect(cutTokens([101, 7, 8, 9, 102], [7, 8, 9], 4)).toEqual([101, 7, 8, 102]);
    expect(cutTokens([7, 8, 9, 1], [7, 8, 9], 2)).toEqual([7, 1]);
    expect(cutTokens([7, 8, 9], [7, 8, 9], 2)).toEqual([7, 8]);
    expect(cutTokens([0, 5, 6, 2, 2], [5, 6], 4)).toEqual([0, 5, 2, 2]);
  });

  it('leaves a text alone that is short enough', () => {
    expect(cutTokens([101, 7, 102], [7], 3)).toEqual([101, 7, 102]);
  });

  it('says where it cannot: no room beside the special ones, or tokens that stand nowhere in the text', () => {
    expect(cutTokens([101, 7, 8, 102], [7, 8], 2)).toBeNull();
    expect(cutTokens([101, 7, 8, 102], [8, 7], 3)).toBeNull();
  });

  it('has exactly the wanted length, begins and ends as the text does, for any text', () => {
    const ids = fc.array(fc.nat(9), { minLength: 1, maxLength: 30 });
    const special = fc.array(fc.integer({ min: 100, max: 103 }), { maxLength: 3 });
    fc.assert(
      fc.property(ids, special, special, fc.nat(30), (plain, before, behind, more) => {
        const most = before.length + behind.length + 1 + more;
        const cut = cutTokens([...before, ...plain, ...behind], plain, most);
        const room = most - before.length - behind.length;
        expect(cut).toEqual([...before, ...plain.slice(0, room), ...behind]);
      }),
    );
  });
});

it('fills rows up on the right, and says where there is a token', () => {
  expect(padTokens([[4, 5, 6], [7]], 9)).toEqual({
    rows: 2,
    width: 3,
    ids: [4, 5, 6, 7, 9, 9],
    mask: [1, 1, 1, 1, 0, 0],
  });
});

describe('pooling', () => {
  const padded = padTokens([[4, 5], [7]], 0);
  // Two texts of two places of three entries; the last place is filling and holds nonsense.
  const tokens = Float32Array.of(1, 2, 3, 3, 4, 5, 6, 7, 8, 900, 900, Number.NaN);
  const vectors = (pooled: ReturnType<typeof poolTokens>) =>
    pooled.kind === 'pooled' ? pooled.vectors.map((vector) => [...vector]) : pooled.problem;

  it('takes the mean of what is no filling', () => {
    expect(vectors(poolTokens(tokens, [2, 2, 3], padded, 'mean'))).toEqual([
      [2, 3, 4],
      [6, 7, 8],
    ]);
  });

  it('takes the first token', () => {
    expect(vectors(poolTokens(tokens, [2, 2, 3], padded, 'cls'))).toEqual([
      [1, 2, 3],
      [6, 7, 8],
    ]);
  });

  it('takes what the model gives for each text', () => {
    expect(vectors(poolTokens([1, 2, 3, 4], [2, 2], padded, 'none'))).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it.each([
    ['one vector for a text, to be pooled', [2, 2], 'mean', 'which is pooling: none'],
    ['one for a token, not to be pooled', [2, 2, 3], 'none', 'needs pooling: mean or cls'],
    ['another number of texts', [1, 2, 3], 'mean', '[1, 2, 3] for 2 texts of 2 tokens'],
    ['another number of tokens', [2, 4, 3], 'cls', '[2, 4, 3] for 2 texts'],
    ['four dimensions', [2, 2, 3, 1], 'mean', '[2, 2, 3, 1] for 2 texts'],
    ['one number', [], 'none', '[] for 2 texts'],
    ['fewer numbers than it says', [2, 2, 4], 'mean', 'does not hold 12 numbers'],
  ] as const)('refuses %s', (_, dims, pooling, problem) => {
    expect(vectors(poolTokens(tokens, dims, padded, pooling))).toContain(problem);
  });
});

describe('a vector of length 1', () => {
  it('points the same way', () => {
    expect([...unitVector([3, 4])!]).toEqual([Math.fround(0.6), Math.fround(0.8)]);
    expect([...unitVector([3e-300, 4e-300])!]).toEqual([Math.fround(0.6), Math.fround(0.8)]);
    expect([...unitVector([0, -2e300])!]).toEqual([0, -1]);
  });

  it('is none where numbers are not finite, or all are zero', () => {
    expect(unitVector([1, Number.NaN])).toBeNull();
    expect(unitVector([Number.POSITIVE_INFINITY, 1])).toBeNull();
    expect(unitVector([0, -0])).toBeNull();
    expect(unitVector([])).toBeNull();
  });
});

describe('a model', () => {
  const port = (name: string, type: string | null = 'int64'): ModelPort => ({ name, type });
  const IDS = port('input_ids');
  const LAYER = port('last_hidden_state', 'float32');
  const SENTENCE = port('sentence_embedding', 'float32');

  it('is given what it asks for, of what is known', () => {
    const inputs = [IDS, port('attention_mask', 'int32'), port('token_type_ids')];
    expect(modelFit(inputs, [LAYER], 'mean', null)).toEqual({
      kind: 'fits',
      inputs: [
        { name: 'input_ids', type: 'int64' },
        { name: 'attention_mask', type: 'int32' },
        { name: 'token_type_ids', type: 'int64' },
      ],
      output: 'last_hidden_state',
    });
  });

  it.each([
    ['mean', null, 'last_hidden_state'],
    ['cls', null, 'last_hidden_state'],
    ['none', null, 'sentence_embedding'],
    ['mean', 'other', 'other'],
  ] as const)('with pooling %s and output %s gives %s', (pooling, wanted, output) => {
    const outputs = [port('other', 'float32'), SENTENCE, LAYER];
    expect(modelFit([IDS], outputs, pooling, wanted)).toMatchObject({ kind: 'fits', output });
  });

  it('gives its only output, whatever the name', () => {
    expect(modelFit([IDS], [port('x', 'float32')], 'cls', null)).toMatchObject({ output: 'x' });
  });

  it.each([
    ['takes texts', [port('text', 'string')], [SENTENCE], null, 'with its tokenizer inside is not supported'],
    ['wants what is not known', [IDS, port('position_ids')], [LAYER], null, 'it wants position_ids'],
    ['wants other numbers', [port('input_ids', 'float32')], [LAYER], null, 'input_ids is of float32'],
    ['has an input that is no tensor', [port('input_ids', null)], [LAYER], null, 'is of no tensor'],
    ['wants no tokens', [port('attention_mask')], [LAYER], null, 'no input input_ids'],
    ['has not the output', [IDS], [LAYER], 'x', 'no output x, but last_hidden_state'],
    ['has several', [IDS], [port('a', 'float32'), port('b', 'float32')], null, 'which of its outputs'],
    ['gives other numbers', [IDS], [port('last_hidden_state', 'float16')], null, 'of float16, not float32'],
  ])('is refused when it %s', (_, inputs, outputs, wanted, problem) => {
    expect(modelFit(inputs, outputs, 'mean', wanted)).toMatchObject({
      kind: 'unfit',
      problem: expect.stringContaining(problem),
    });
  });
});

it('signs with all that decides a vector', () => {
  const model = { pooling: 'mean', prefix: '', batch: 1 } as const;
  const opened = {
    model: `sha256:${'a'.repeat(64)}`,
    tokenizer: `sha256:${'b'.repeat(64)}`,
    output: 'last_hidden_state',
    maxTokens: 128,
    runtimeVersion: '1.30.0',
    tokenizersVersion: '0.2.0',
  } as const;
  const signature = embeddingSignature(model, opened);
  expect(signature).toBe(
    `embedding_similarity|cosine|onnx:${opened.model}|tokenizer:${opened.tokenizer}|output:last_hidden_state|pooling:mean|tokens:128|as:onnxruntime-node-1.30.0+tokenizers-0.2.0|v:1`,
  );
  const others = [
    embeddingSignature({ ...model, pooling: 'cls' }, opened),
    embeddingSignature({ ...model, prefix: 'query: ' }, opened),
    embeddingSignature({ ...model, batch: 8 }, opened),
    embeddingSignature(model, { ...opened, model: opened.tokenizer }),
    embeddingSignature(model, { ...opened, tokenizer: opened.model }),
    embeddingSignature(model, { ...opened, output: 'x' }),
    embeddingSignature(model, { ...opened, maxTokens: 64 }),
    embeddingSignature(model, { ...opened, runtimeVersion: '1.31.0' }),
    embeddingSignature(model, { ...opened, tokenizersVersion: '0.3.0' }),
  ];
  expect(new Set([signature, ...others]).size).toBe(others.length + 1);
});
