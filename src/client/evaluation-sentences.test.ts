import { describe, expect, it } from 'vitest';
import type { EvaluationResult } from '../core/evaluation/requirement.ts';
import { evaluationReason, evaluationSummary, keptAnswers } from './evaluation-sentences.ts';

const result: EvaluationResult = {
  verdict: 'fail',
  golden: 'sha256:g',
  cases: 40,
  errors: 0,
  metrics: [],
  requirements: [],
  comparedWith: null,
  notes: ['a note.'],
  own: [
    { requirement: 'contains at least 90%', verdict: 'pass', found: null, moreCases: null, detail: 'fine' },
    { requirement: 'cost at most 1', verdict: 'fail', found: null, moreCases: null, detail: '2 USD is not.' },
  ],
};

describe('an evaluation in words', () => {
  it('tells what the release itself requires, and where the answers are', () => {
    expect(evaluationSummary(result)).toBe('40 cases, contains at least 90%: pass, cost at most 1: fail');
    expect(evaluationReason(result)).toBe('the evaluation failed (2 USD is not; a note)');
    const run = { id: 'ro_1-0-0', digest: `sha256:${'a'.repeat(64)}` as const };
    expect(keptAnswers({ ...result, run })).toEqual([
      `Every answer: \`tidegate eval report ro_1-0-0\` (${run.digest}).`,
    ]);
  });

  it('says nothing of what early results do not have', () => {
    const { own: _, ...early } = result;
    expect(evaluationSummary(early)).toBe('40 cases');
    expect(keptAnswers(early)).toEqual([]);
  });
});
