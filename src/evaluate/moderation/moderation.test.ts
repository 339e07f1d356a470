import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ScorerSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import { endpointAt } from '../judging/testing/judge-scorer.ts';
import type { Bench } from '../testing/run-plan.ts';
import { openBench, planOf, scorerOf } from '../testing/run-plan.ts';
import type { Answerer } from '../testing/serve-answers.ts';

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.remove());

/** Flags by words, as a moderation endpoint does by meaning. */
const moderate: Answerer = (body) => {
  const { input } = body as { readonly input: string };
  const categories = { hate: input.includes('vermin'), violence: input.includes('hit') };
  return {
    id: 'm',
    results: [{ flagged: Object.values(categories).some(Boolean), categories, category_scores: {} }],
  };
};
const moderated = (url: string, categories: readonly string[] | null = null): ScorerSpec =>
  scorerOf('moderation', {
    name: 'clean',
    how: { kind: 'moderation', endpoint: endpointAt(url, { model: 'mod-1', parameters: {} }), categories },
  });
const cases = ['fine words', 'they are vermin', 'hit him', ''].map((input, index) => ({
  id: `${index}`,
  input: input === '' ? ' ' : input,
}));

const scoresOf = async (answerer: Answerer, categories: readonly string[] | null = null) => {
  const target = await bench.serve((body) => body);
  const { url, asked } = await bench.serve(answerer);
  const { records } = await bench.run(planOf(target.url, { scorers: [moderated(url, categories)] }), cases);
  const answers = records.map(({ candidate: [answer] }) => answer);
  return {
    asked,
    answers,
    scores: answers.map((one) =>
      one?.kind === 'answer' && one.failures === undefined ? one.scores.clean : 'failed',
    ),
  };
};

describe('moderation by an endpoint', () => {
  it('scores 0 for what is flagged, says why, and does not ask about nothing', async () => {
    const { asked, answers, scores } = await scoresOf(moderate);
    expect(scores).toEqual([1, 0, 0, 1]);
    expect(answers[1]).toMatchObject({ reasons: { clean: 'flagged: hate' } });
    expect(asked).toHaveLength(3);
    expect(asked).toContainEqual({ model: 'mod-1', input: 'hit him' });
  });

  it('may look at some categories alone, and fails on one that the endpoint does not know', async () => {
    expect((await scoresOf(moderate, ['violence'])).scores).toEqual([1, 1, 0, 1]);
    expect((await scoresOf(moderate, ['spam'])).scores).toEqual(['failed', 'failed', 'failed', 1]);
  });

  it.each([
    ['no results', { results: [] }],
    ['something else', { results: [{ flagged: 'no' }] }],
    ['an error', { error: { message: 'no such model' } }],
  ])('makes an error of %s, never a pass', async (_, reply) => {
    expect((await scoresOf(() => reply)).scores).toEqual(['failed', 'failed', 'failed', 1]);
  });
});
