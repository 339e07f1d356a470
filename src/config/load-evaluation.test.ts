import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { loadEvaluation, readEvaluation } from './load-evaluation.ts';

const directory = mkdtempSync(join(tmpdir(), 'tidegate-eval-file-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
mkdirSync(join(directory, 'evals'));
const file = join(directory, 'evals', 'tidegate-eval.yaml');
writeFileSync(join(directory, 'evals', 'answer.schema.json'), '{"type": "object"}');

const BASE = `golden: golden.jsonl
target: {url: 'http://127.0.0.1:1/answer'}
scorers: [exact]
`;
const read = (text: string, hasBaseline = false) => readEvaluation(text, file, hasBaseline);
const planOf = (text: string) => {
  const { plan, problems } = read(text);
  expect(problems).toEqual([]);
  return plan!;
};

describe('a tidegate-eval.yaml', () => {
  it('has a default for everything but what is asked, where, and how it is scored', () => {
    expect(planOf(BASE)).toMatchObject({
      name: 'golden',
      golden: join(directory, 'evals', 'golden.jsonl'),
      target: { protocol: 'http', method: 'POST', timeoutMs: 60_000, label: 'http://127.0.0.1:1/answer' },
      scorers: [{ name: 'exact', from: '', expected: '/expected' }],
      baseline: null,
      repeats: { least: 1, most: 1, ks: [], passedBy: null },
      about: 'population',
      concurrency: 8,
      mostErrorsShare: 0.01,
      confidence: 0.95,
      inconclusive: 'fail',
    });
  });

  it('knows how a chat is asked by its address', () => {
    const { target } = planOf(`golden: g.csv
target: {url: 'https://host/v1/chat/completions', model: m, parameters: {temperature: 0}, stream: true}
scorers: [exact]
`);
    expect(target).toMatchObject({ protocol: 'openai', label: 'm', isStream: true });
    expect(target.body).toMatchObject({
      model: 'm',
      temperature: 0,
      stream: true,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as people write it
      messages: [{ role: 'user', content: '${input}' }],
    });
  });

  it('reads bounds in the unit that they are written in, and says them again in one line', () => {
    const { requirements } = planOf(`${BASE}require:
  - {metric: exact, min: 90%, slice: german}
  - {metric: exact, min: 0.8, worstSlice: true}
  - {metric: latency, percentile: 95, max: 1.5s}
  - {metric: error_rate, max: 1%}
`);
    expect(requirements).toMatchObject([
      {
        text: 'exact on german at least 90%',
        bound: { kind: 'min', value: 0.9 },
        slice: { kind: 'tag', tag: 'german' },
      },
      { text: 'exact on the worst slice at least 0.8', slice: { kind: 'worst' } },
      { text: 'latency p95 at most 1.5s', percentile: 95, bound: { kind: 'max', value: 1_500 } },
      { bound: { kind: 'max', value: 0.01 } },
    ]);
  });

  it('takes schemas from files beside it', () => {
    const { scorers } = planOf(
      BASE.replace('[exact]', '[{scorer: json_schema, schema: answer.schema.json}]'),
    );
    expect(scorers[0]!.how).toEqual({ kind: 'json-schema', schema: { type: 'object' } });
  });

  it.each([
    ['an unknown scorer', BASE.replace('exact', 'exakt'), 3, 'is not one of exact', 'exact'],
    [
      'an option that a scorer does not have',
      BASE.replace('[exact]', '[{scorer: bleu, options: {order: 2}}]'),
      3,
      'bleu has no option order',
      undefined,
    ],
    [
      'two scorers of one name',
      BASE.replace('[exact]', '[exact, exact]'),
      3,
      'another scorer named exact',
      'a name of its own',
    ],
    [
      'an own scorer without its program',
      BASE.replace('[exact]', '[{scorer: command}]'),
      3,
      'needs command',
      'command: …',
    ],
    [
      'a key of another scorer',
      BASE.replace('[exact]', '[{scorer: exact, command: [a]}]'),
      3,
      'belongs to the scorer command only',
      undefined,
    ],
    [
      'a requirement on what is not measured',
      `${BASE}require: [{metric: exakt, min: 1%}]`,
      4,
      'there is no metric exakt',
      'exact',
    ],
    [
      'a percentage of what is no share',
      `${BASE.replace('exact', 'bleu')}require: [{metric: bleu, min: 30%}]`,
      4,
      'is no share',
      undefined,
    ],
    [
      'a duration of what is none',
      `${BASE}require: [{metric: exact, max: 3s}]`,
      4,
      'is no duration',
      undefined,
    ],
    [
      'two bounds',
      `${BASE}require: [{metric: exact, min: 1%, max: 2%}]`,
      4,
      'exactly one of min, max',
      undefined,
    ],
    [
      'a margin without a baseline',
      `${BASE}require: [{metric: exact, notWorseBy: 1%}]`,
      4,
      'there is no baseline',
      undefined,
    ],
    [
      'a cost without prices',
      `${BASE}require: [{metric: cost, max: 1}]`,
      4,
      'without prices',
      'price: {…} in the target',
    ],
    [
      'a secret in a header',
      BASE.replace("/answer'", "/answer', headers: {authorization: Bearer abc}"),
      2,
      'by reference only',
      undefined,
    ],
    [
      'a request with the answer in it',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as people write it
      BASE.replace("/answer'", "/answer', body: '${expected}'"),
      2,
      'gives the answer away',
      undefined,
    ],
    [
      'a chat without a model',
      BASE.replace('/answer', '/v1/chat/completions'),
      2,
      'the model or the whole body',
      'model: …',
    ],
    [
      'an address without its beginning',
      BASE.replace("'http://127.0.0.1:1/answer'", 'localhost:1/a'),
      2,
      'does not begin with http',
      'http://localhost:1/a',
    ],
    ['a file that is not there', `${BASE}tools: none.json`, 4, 'there is no file none.json', undefined],
    [
      'more repeats at least than at most',
      `${BASE}repeats: {least: 4, most: 3}`,
      4,
      'less than the 4',
      undefined,
    ],
    ['a k that is never reached', `${BASE}repeats: {least: 2, k: [3]}`, 4, 'of 3 answers nothing', undefined],
    [
      'answers that cannot disagree',
      `${BASE}repeats: {least: 1, most: 3}`,
      4,
      'from two of them on',
      undefined,
    ],
    [
      'a scorer that says nothing of single answers',
      `${BASE.replace('[exact]', '[exact, mae]')}repeats: {passedBy: [mae]}`,
      4,
      'cannot say whether one passes',
      undefined,
    ],
    [
      'a metric of a k that is not asked for',
      `${BASE}repeats: 3\nrequire: [{metric: pass@2, min: 90%}]`,
      5,
      'no metric pass@2',
      'pass@3',
    ],
    ['a misspelt key', `${BASE}repeat: 3`, 4, 'unknown key "repeat"', 'repeats'],
  ])('names %s with its line', (_, text, line, message, suggestion) => {
    const { plan, problems } = read(text);
    expect(plan).toBeNull();
    const found = problems.find((problem) => problem.message.includes(message));
    expect(found, JSON.stringify(problems)).toMatchObject({ line, severity: 'error' });
    if (suggestion !== undefined) expect(found!.suggestion).toBe(suggestion);
  });

  it('is what the documents and the example show', () => {
    const root = new URL('../../', import.meta.url);
    const example = fileURLToPath(new URL('examples/evaluation/tidegate-eval.yaml', root));
    expect(loadEvaluation(example).requirements).toHaveLength(2);
    const page = readFileSync(new URL('docs/evaluation.md', root), 'utf8');
    const [whole = '', own = ''] = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text);
    expect(planOf(whole).scorers.map(({ name }) => name)).toEqual(['contains', 'rougeL']);
    writeFileSync(join(directory, 'evals', 'tone.ts'), '');
    expect(planOf(BASE.replace(/scorers.*\n/, own)).scorers.map(({ how }) => how.kind)).toEqual([
      'module',
      'command',
      'http',
    ]);
  });

  it('says how often a case is asked, in short or in full', () => {
    const repeats = (text: string) => planOf(`${BASE}repeats: ${text}`).repeats;
    expect(repeats('3')).toEqual({ least: 3, most: 3, ks: [3], passedBy: null });
    expect(repeats('{most: 8}')).toEqual({ least: 2, most: 8, ks: [2], passedBy: null });
    expect(repeats('{least: 5, k: [5, 1], passedBy: [exact]}')).toEqual({
      least: 5,
      most: 5,
      ks: [1, 5],
      passedBy: ['exact'],
    });
    const [requirement] = planOf(
      `${BASE}repeats: 3\nrequire: [{metric: pass^3, min: 80%, worstSlice: true}]`,
    ).requirements;
    expect(requirement).toMatchObject({ metric: 'pass^3', bound: { kind: 'min', value: 0.8 } });
  });

  it('may hold a margin when the baseline is named elsewhere', () => {
    expect(read(`${BASE}require: [{metric: exact, notWorseBy: 1%}]`, true).plan).not.toBeNull();
  });

  it('never shows what may be a secret', () => {
    const { problems } = read(BASE.replace("/answer'", "/answer', headers: {x-api-key: hunter2-secret}"));
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});
