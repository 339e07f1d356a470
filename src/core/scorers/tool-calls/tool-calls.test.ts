import { describe, expect, it } from 'vitest';
import type { CallComparison } from './matching-calls.ts';
import { matchingCalls } from './matching-calls.ts';
import type { ToolCall } from './tool-call.ts';
import type { ToolCallsOptions } from './tool-calls.ts';
import { toolCallOverlap, toolCalls, validToolCalls } from './tool-calls.ts';

const call = (name: string, value: unknown = {}): ToolCall => ({ name, arguments: value });
const strict: CallComparison = { comparesArguments: true, allowsMore: false, relative: 0, absolute: 0 };

describe('the order of calls', () => {
  const search = call('search', { query: 'refund' });
  const refund = call('refund', { order: 7 });
  const log = call('log');
  it.each([
    ['the same', [search, refund], [1, 1, 1, 1]],
    ['another order', [refund, search], [0, 1, 0, 1]],
    ['others between', [search, log, refund], [0, 0, 1, 1]],
    ['others, another order', [refund, log, search], [0, 0, 0, 1]],
    ['one missing', [search], [0, 0, 0, 0]],
    ['one twice, one missing', [search, search], [0, 0, 0, 0]],
    ['one twice', [search, refund, refund], [0, 0, 1, 1]],
    ['other arguments', [search, call('refund', { order: 8 })], [0, 0, 0, 0]],
    ['none', [], [0, 0, 0, 0]],
  ] as const)('%s', (_, called, scores) => {
    const found = (['exact', 'any-order', 'in-order', 'subset'] as const).map((order) =>
      toolCalls({ ...strict, order }).ofCase!({ expected: [search, refund], called }),
    );
    expect(found).toEqual(scores);
  });
});

it('looks at names alone, at more arguments, or at numbers nearby, as it is told', () => {
  const scorer = (options: Partial<ToolCallsOptions>) => toolCalls({ ...strict, order: 'exact', ...options });
  const expected = [call('pay', { euros: 10 })];
  const called = [call('pay', { euros: 10.001, note: 'x' })];
  expect(scorer({}).ofCase!({ expected, called })).toBe(0);
  expect(scorer({ comparesArguments: false }).ofCase!({ expected, called })).toBe(1);
  expect(scorer({ allowsMore: true }).ofCase!({ expected, called })).toBe(0);
  expect(scorer({ allowsMore: true, absolute: 0.01 }).ofCase!({ expected, called })).toBe(1);
});

it('finds the assignment that fits most calls when one call would fit several', () => {
  const expected = [call('set', { x: 1 }), call('set', {})];
  const called = [call('set', { x: 1, y: 2 }), call('set', { y: 2 })];
  const loose = { ...strict, allowsMore: true };
  expect(matchingCalls(called, expected, loose)).toBe(2);
  expect(matchingCalls(called, expected.toReversed(), loose)).toBe(2);
});

it('gives credit for a part of the calls', () => {
  const one = { expected: [call('a'), call('b')], called: [call('b'), call('c'), call('d')] };
  const overlap = (part: 'precision' | 'recall' | 'f') => toolCallOverlap({ ...strict, part }).ofCase!(one);
  expect(overlap('precision')).toBeCloseTo(1 / 3, 12);
  expect(overlap('recall')).toBe(0.5);
  expect(overlap('f')).toBeCloseTo(0.4, 12);
  expect(toolCallOverlap({ ...strict, part: 'f' }).ofCase!({ expected: [], called: [] })).toBe(1);
  expect(toolCallOverlap({ ...strict, part: 'f' }).ofCase!({ expected: [], called: [call('a')] })).toBe(0);
});

it('asks a predicate whether arguments are valid', () => {
  const scorer = validToolCalls(({ name, arguments: value }) => name === 'a' && typeof value === 'number');
  expect(scorer.ofCase!({ expected: [], called: [call('a', 1), call('a', '1'), call('b', 1)] })).toBeCloseTo(
    1 / 3,
  );
  expect(scorer.ofCase!({ expected: [], called: [] })).toBeNull();
});
