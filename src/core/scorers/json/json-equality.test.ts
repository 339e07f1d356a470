import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JsonEqualityOptions } from './json-equality.ts';
import { isSameJson, jsonEquality } from './json-equality.ts';

const strict: JsonEqualityOptions = { relative: 0, absolute: 0, allowsMore: false };
const score = (output: string, expected: unknown, options: Partial<JsonEqualityOptions> = {}) =>
  jsonEquality({ ...strict, ...options }).ofCase!({ output, expected });

it('compares members in any order and elements in theirs', () => {
  expect(score('{"a": 1, "b": [1, {"c": null}]}', { b: [1, { c: null }], a: 1 })).toBe(1);
  expect(score('[1, 2]', [2, 1])).toBe(0);
  expect(score('{"a": 1}', { a: '1' })).toBe(0);
  expect(score('{"a": null}', {})).toBe(0);
  expect(score('{}', { a: null })).toBe(0);
  expect(score('[]', {})).toBe(0);
  expect(score('{"toString": 1}', { toString: 1 })).toBe(1);
  expect(score('{"b": 1}', { toString: 1 })).toBe(0);
});

it('takes numbers that are close enough', () => {
  expect(score('{"a": 1.0000001}', { a: 1 }, { relative: 1e-6 })).toBe(1);
  expect(score('{"a": 1.1}', { a: 1 }, { relative: 1e-6 })).toBe(0);
  expect(score('[0.0001]', [0], { absolute: 0.001 })).toBe(1);
});

it('allows more than was asked for on demand', () => {
  expect(score('{"a": {"x": 1, "y": 2}, "b": [1, 2]}', { a: { x: 1 }, b: [1] }, { allowsMore: true })).toBe(
    1,
  );
  expect(score('{"b": [1]}', { b: [1, 2] }, { allowsMore: true })).toBe(0);
});

it('gives no credit for what is no JSON', () => {
  expect(score('', null)).toBe(0);
  expect(score('```json\n{}\n```', {})).toBe(0);
  expect(score('{"a": 1,}', { a: 1 })).toBe(0);
});

it('survives a value nested a hundred thousand deep', () => {
  let value: unknown = 1;
  let other: unknown = 2;
  for (let i = 0; i < 100_000; i += 1) {
    value = [value];
    other = [other];
  }
  expect(isSameJson(value, value, strict)).toBe(true);
  expect(isSameJson(value, other, strict)).toBe(false);
});

it('knows a value from its own text, and from no other value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (value, other) => {
      const text = JSON.stringify(value);
      expect(score(text, JSON.parse(text))).toBe(1);
      const isSame = text === JSON.stringify(other);
      if (isSame) return;
      // Texts may differ by order alone, so only the verdict of both directions is compared.
      expect(score(text, other)).toBe(score(JSON.stringify(other), JSON.parse(text)));
    }),
    { seed: 3 },
  );
});
