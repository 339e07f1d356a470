import { describe, expect, it } from 'vitest';
import type { InputKind } from '../../core/scorers/scorer-inputs.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import { deriveInput } from './derive-input.ts';

const caseOf = (expected: unknown, metadata: Record<string, unknown> = {}): EvaluationCase => ({
  id: 'a',
  input: 'q',
  expected,
  tags: [],
  weight: 1,
  metadata,
  position: 0,
});
const place = { from: '', expected: '/expected', group: null, positive: null };
const call = (name: string, given: unknown) => ({ name, arguments: given });

describe('what a scorer looks at', () => {
  it.each<[InputKind, object, unknown, unknown, unknown]>([
    ['text', {}, 'right', 'said', { output: 'said', references: ['right'] }],
    ['text', {}, ['a', 'b'], 7, { output: '7', references: ['a', 'b'] }],
    ['text', { from: '/a' }, 'right', '{"a":"said"}', { output: 'said', references: ['right'] }],
    ['text', {}, 'right', { content: 'said', tool_calls: [] }, { output: 'said', references: ['right'] }],
    ['json', {}, { a: 1 }, { a: 1 }, { output: '{"a":1}', expected: { a: 1 } }],
    ['output', {}, null, 'said', { output: 'said' }],
    ['label', {}, 'spam', ' spam\n', { expected: 'spam', answered: 'spam' }],
    ['label', {}, true, { no: 'label' }, { expected: 'true', answered: null }],
    ['number', {}, '3', 2.5, { expected: 3, answered: 2.5 }],
    ['probability', { positive: 'spam' }, 'spam', 0.25, { isPositive: true, probability: 0.25 }],
    ['probability', {}, 0, '0.5', { isPositive: false, probability: 0.5 }],
    [
      'class-probabilities',
      {},
      'a',
      '{"a":0.5,"b":0.5}',
      { expected: 'a', probabilities: { a: 0.5, b: 0.5 } },
    ],
    ['ranking', {}, ['d1'], [{ id: 'd2' }, 'd1'], { ranked: ['d2', 'd1'], relevance: { d1: 1 } }],
    ['ranking', {}, { d1: 3 }, '["d1"]', { ranked: ['d1'], relevance: { d1: 3 } }],
    [
      'tool-calls',
      {},
      [call('f', { a: 1 })],
      { content: '', tool_calls: [{ function: call('f', '{"a":1}') }, { function: call('g', '{') }] },
      { expected: [call('f', { a: 1 })], called: [call('f', { a: 1 }), call('g', null)] },
    ],
    ['tool-calls', {}, [], 'no call at all', { expected: [], called: [] }],
  ])('%s %o: expected %o, said %o', (kind, more, expected, output, input) => {
    expect(deriveInput(kind, { ...place, ...more }, caseOf(expected), output)).toEqual({
      kind: 'input',
      input,
    });
  });

  it('takes group and truth from where it is told', () => {
    const one = caseOf(null, { country: 'DE', truth: 'granted' });
    const spec = {
      from: '/decision',
      expected: '/metadata/truth',
      group: '/metadata/country',
      positive: 'granted',
    };
    expect(deriveInput('group', spec, one, { decision: 'refused' })).toEqual({
      kind: 'input',
      input: { group: 'DE', deserved: true, selected: false },
    });
  });

  it('has no score where nothing is expected', () => {
    expect(deriveInput('text', place, caseOf(null), 'said')).toEqual({ kind: 'undefined' });
    expect(deriveInput('text', place, caseOf(null), 'said', false)).toMatchObject({ kind: 'input' });
  });

  it.each<[InputKind, object, unknown, unknown]>([
    ['number', {}, 3, 'three'],
    ['number', {}, 'three', 3],
    ['probability', {}, true, 'likely'],
    ['class-probabilities', {}, 'a', { a: 'x' }],
    ['ranking', {}, 'd1', ['d1']],
    ['ranking', {}, ['d1'], 'd1'],
    ['group', { group: '/metadata/none' }, true, true],
    ['tool-calls', {}, 'f', []],
    ['text', { from: '/answer' }, 'x', 'no JSON'],
  ])('%s %o does not fit expected %o, said %o', (kind, more, expected, output) => {
    expect(deriveInput(kind, { ...place, ...more }, caseOf(expected), output).kind).toBe('unfit');
  });
});
