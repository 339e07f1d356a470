import { describe, expect, it } from 'vitest';
import type { AnswerRecord } from '../../core/evaluation/run/run-record.ts';
import { planOf, targetAt } from '../testing/run-plan.ts';
import { startShapeNote } from './shape-note.ts';

const answer = (output: unknown): AnswerRecord => ({
  kind: 'answer',
  output,
  latencyMs: 1,
  firstTokenMs: null,
  tokens: null,
  usd: null,
  isCached: false,
  scores: {},
  reasons: {},
});

const noteOf = (output: unknown, expected: unknown, plan = planOf('http://127.0.0.1:1/')): string[] => {
  const note = startShapeNote(plan);
  note.add({ candidate: [answer(output)], expected });
  return note.finish();
};

describe('answers that are objects where a text is expected', () => {
  it('are noted, with the setting that names their part', () => {
    expect(noteOf({ model: 'm', 'the/answer': '42' }, 42)[0]).toContain('`output: /the~1answer`');
    expect(noteOf({ answer: 'no' }, 'yes')[0]).toContain('`output: /answer`');
    const hostile = { list: [{ toString: 'x' }], label: { toString: 'x' }, answer: 'yes' };
    expect(noteOf(hostile, 'yes')[0]).toContain('`output: /answer`');
    const plan = planOf('', { target: targetAt('', { output: '/result' }) });
    expect(noteOf({ answer: 'no' }, 'yes', plan)[0]).toContain('`output: /result/answer`');
  });

  it('are not where that is what is expected, or what is scored', () => {
    expect(noteOf('yes', 'yes')).toEqual([]);
    expect(noteOf({ answer: 'yes' }, { answer: 'yes' })).toEqual([]);
    const plan = planOf('');
    const scorers = plan.scorers.map((scorer) => ({ ...scorer, from: '/answer' }));
    expect(noteOf({ answer: 'yes' }, 'yes', { ...plan, scorers })).toEqual([]);
  });
});
