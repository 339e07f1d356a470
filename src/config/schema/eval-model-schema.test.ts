import { describe, expect, it } from 'vitest';
import { readEvaluation } from '../load-evaluation.ts';

const evaluation = (scorer: string, require = ''): string => `golden: golden.jsonl
target: {url: 'http://127.0.0.1:1/'}
scorers:
  - exact
  - ${scorer}
${require}`;
const read = (scorer: string, require?: string) =>
  readEvaluation(evaluation(scorer, require), '/nowhere/tidegate-eval.yaml');
const messages = (scorer: string, require?: string): string =>
  read(scorer, require)
    .problems.map(({ path, message }) => `${path}: ${message}`)
    .join('\n');

const ENDPOINT = "endpoint: {url: 'https://models.example/v1/chat/completions', model: m}";
const CONTEXT = 'context: {case: /metadata/context}';

describe('a scorer that asks a model', () => {
  it('has its defaults spelled out', () => {
    const { plan, problems } = read(
      `{scorer: judge, ${ENDPOINT}, rubric: Be kind., calibration: kind.json, judgements: {most: 3}}`,
    );
    expect(problems).toEqual([]);
    expect(plan!.scorers[1]).toMatchObject({
      name: 'judge',
      how: {
        kind: 'judge',
        task: { kind: 'rubric', rubric: 'Be kind.', scale: [1, 5] },
        repeats: { least: 2, most: 3, within: 0.1 },
        context: null,
        calibration: '/nowhere/kind.json',
        endpoint: { model: 'm', apiKey: null, headers: {}, parameters: {}, timeoutMs: 60_000, price: null },
      },
    });
  });

  it.each([
    [
      `{scorer: pairwise, ${ENDPOINT}, rubric: r, against: /expected}`,
      { kind: 'pairwise', other: '/expected' },
    ],
    [`{scorer: groundedness, ${ENDPOINT}, ${CONTEXT}}`, { kind: 'groundedness' }],
    [
      `{scorer: context_precision, ${ENDPOINT}, context: {output: /documents}}`,
      { kind: 'context-precision' },
    ],
    [`{scorer: context_recall, ${ENDPOINT}, ${CONTEXT}}`, { kind: 'context-recall' }],
  ])('is read: %s', (scorer, task) => {
    const { plan, problems } = read(scorer);
    expect(problems).toEqual([]);
    expect(plan!.scorers[1]!.how).toMatchObject({ kind: 'judge', task, repeats: { least: 1, most: 1 } });
  });

  it('may compare embeddings', () => {
    expect(read(`{scorer: embedding_similarity, ${ENDPOINT}}`).plan!.scorers[1]!.how.kind).toBe('embedding');
  });

  it.each([
    ['judge', 'needs more than its name'],
    ['{scorer: judge, rubric: r}', 'the scorer judge needs endpoint'],
    [`{scorer: judge, ${ENDPOINT}}`, 'the scorer judge needs rubric'],
    [`{scorer: groundedness, ${ENDPOINT}}`, 'the scorer groundedness needs context'],
    [
      `{scorer: groundedness, ${ENDPOINT}, ${CONTEXT}, rubric: r}`,
      'rubric: does not belong to the scorer groundedness',
    ],
    [`{scorer: contains, rubric: r}`, 'rubric: does not belong to the scorer contains'],
    [`{scorer: groundedness, ${ENDPOINT}, context: {}}`, 'one of the two'],
    [`{scorer: judge, ${ENDPOINT}, rubric: r, scale: {least: 5, greatest: 1}}`, 'the least grade is below'],
    [`{scorer: judge, ${ENDPOINT}, rubric: r, scale: {least: 0, greatest: 100}}`, 'by at most 10'],
    [`{scorer: judge, ${ENDPOINT}, rubric: r, judgements: {least: 9}}`, 'at least is more than at most'],
    [`{scorer: embedding_similarity, ${ENDPOINT}, not: true}`, 'has no opposite'],
    [
      `{scorer: judge, rubric: r, endpoint: {url: 'http://x/', model: m, apiKey: sk-123}}`,
      'by reference only',
    ],
    [
      `{scorer: judge, rubric: r, endpoint: {url: 'http://x/', model: m, apiKey: env:A, headers: {Authorization: 'Bearer \${env:B}'}}}`,
      'there is one key',
    ],
    [
      `{scorer: exact, name: pairwise_disagreement}\n  - {scorer: pairwise, ${ENDPOINT}, rubric: r}`,
      'pairwise_disagreement is measured with pairwise',
    ],
  ])('is refused: %s', (scorer, message) => {
    expect(messages(scorer)).toContain(message);
  });

  it('brings metrics that can be required', () => {
    const scorer = `{scorer: groundedness, name: true_to_source, ${ENDPOINT}, ${CONTEXT}, calibration: c.json}`;
    const require = 'require: [{metric: true_to_source_hallucinated, max: 2%, leastKappa: 0.6}]';
    const { plan, problems } = read(scorer, require);
    expect(problems).toEqual([]);
    expect(plan!.requirements[0]).toMatchObject({
      metric: 'true_to_source_hallucinated',
      bound: { kind: 'max', value: 0.02 },
      leastKappa: 0.6,
    });
  });

  it('must name its calibration where a kappa is demanded', () => {
    const judge = `{scorer: judge, ${ENDPOINT}, rubric: r}`;
    expect(messages(judge, 'require: [{metric: judge, min: 80%, leastKappa: 0.6}]')).toContain(
      'nothing says how well judge agrees with people',
    );
    expect(messages(judge, 'require: [{metric: exact, min: 80%, leastKappa: 0.6}]')).toContain(
      'nothing says how well exact agrees with people',
    );
    expect(messages(judge, 'require: [{metric: judge, min: 80%, leastKappa: 60}]')).toContain(
      'between 0 and 1',
    );
  });
});
