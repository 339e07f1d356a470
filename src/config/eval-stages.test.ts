import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readEvaluation } from './load-evaluation.ts';

const directory = mkdtempSync(join(tmpdir(), 'tidegate-eval-stages-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
writeFileSync(join(directory, 'fallback.schema.json'), '{"required": ["text"]}');

const BASE = `golden: golden.jsonl
target: {url: 'http://127.0.0.1:1/answer'}
scorers: [exact]
`;
const read = (more: string) => readEvaluation(BASE + more, join(directory, 'tidegate-eval.yaml'));
const planOf = (more: string) => {
  const { plan, problems } = read(more);
  expect(problems).toEqual([]);
  return plan!;
};
const problemsOf = (more: string): string[] =>
  read(more).problems.map(({ line, message, suggestion }) => `${line}: ${message} (${suggestion ?? ''})`);

describe('load in a tidegate-eval.yaml', () => {
  it('has defaults for all but the rate and the callers', () => {
    expect(planOf('load: {open: {rate: 90/min}, closed: {callers: 4}}\n').load).toEqual({
      open: {
        ratePerSecond: 1.5,
        arrivals: 'poisson',
        durationMs: 60_000,
        warmUpMs: 5_000,
        mostUnderWay: 512,
      },
      closed: { concurrencies: [4], durationMs: 20_000, warmUpMs: 5_000 },
    });
  });

  it('can be required by the names of its figures', () => {
    const { requirements } = planOf(`load: {open: {rate: 20/s}, closed: {callers: [1, 8]}}
require:
  - {metric: load.p99, max: 800ms}
  - {metric: load.errorShare, max: 1%}
  - {metric: load.throughput@8, min: 40}
`);
    expect(requirements.map(({ text, bound }) => [text, bound.value])).toEqual([
      ['load.p99 at most 800ms', 800],
      ['load.errorShare at most 1%', 0.01],
      ['load.throughput@8 at least 40', 40],
    ]);
  });

  it.each([
    ['load: {open: {rate: 20}}\n', '4: expected a rate such as 20/s or 90/min, got 20 (20/s)'],
    ['load: {}\n', '4: needs open, closed, or both ()'],
    ['load: {open: {rate: 9000/s, duration: 1h}}\n', '4: that is more than 5000000 requests ()'],
    ['load: {closed: {callers: [2, 2]}}\n', '4: names a number twice ()'],
    [
      'require: [{metric: load.p99, max: 1s}]\n',
      '4: there is no load stage that could measure load.p99 (load: …)',
    ],
  ])('names what is wrong with %s', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it.each([
    ['metric: load.p98, max: 1s', 'there is no metric load.p98; the load stage measures load.p50, load.p95,'],
    ['metric: load.firstTokenP50, max: 1s', 'there is no metric load.firstTokenP50'],
    ['metric: load.p99, notWorseBy: 5', 'there is nothing to compare with'],
    ['metric: load.p99, max: 5%', 'load.p99 is no share'],
    ['metric: load.throughput, min: 1s', 'load.throughput is no duration'],
    ['metric: load.p99, max: 1s, percentile: 95', 'the percentile is in the name'],
    ['metric: load.p99, max: 1s, slice: a', 'a load stage has no slices'],
  ])('refuses to require {%s}', (requirement, problem) => {
    expect(problemsOf(`load: {open: {rate: 20/s}}\nrequire: [{${requirement}}]\n`)).toEqual([
      expect.stringContaining(problem),
    ]);
  });
});

describe('the price of a target', () => {
  const read = (price: string) =>
    readEvaluation(
      `golden: g.jsonl\ntarget: {url: 'http://127.0.0.1:1/', price: ${price}}\nscorers: [exact]\n`,
      join(directory, 'priced.yaml'),
    );

  it('may be one of the list, by its name', () => {
    expect(read('openai/gpt-4o-mini').plan?.target.price).toEqual({ inputUsd: 0.15, outputUsd: 0.6 });
    expect(read('{input: 1, output: 2}').plan?.target.price).toEqual({ inputUsd: 1, outputUsd: 2 });
  });

  it('is not guessed', () => {
    expect(read('openai/gpt-4o-minj').problems).toMatchObject([
      {
        message: expect.stringContaining('is not among the listed prices'),
        suggestion: 'openai/gpt-4o-mini',
      },
    ]);
    expect(read('{input: 1}').problems[0]!.message).toContain('is missing');
  });
});

describe('faults in a tidegate-eval.yaml', () => {
  it('are words or maps, and what must come back is said once for all and again for one', () => {
    const { faults, requirements } = planOf(`faults:
  upstream: https://models.example.com/v1
  listen: 127.0.0.1:9900
  fallback: {contains: later, within: 3s}
  scenarios:
    - timeout
    - {fault: status, status: 429, retryAfter: 2s, calls: 1}
    - {fault: status, status: 429, fallback: {status: [429, 503], schema: fallback.schema.json}}
    - {fault: slow-stream, pause: 500ms, name: slow, fallback: {scores: {exact: 1}}}
require: [fallback, {metric: exact, min: 50%}]
`);
    const all = { statuses: [200], withinMs: 3_000, contains: 'later', schema: undefined, scores: {} };
    expect(faults).toEqual({
      upstream: 'https://models.example.com/v1',
      listen: { host: '127.0.0.1', port: 9_900 },
      cases: 3,
      isRequired: true,
      scenarios: [
        { name: 'timeout', fault: { kind: 'timeout' }, firstCalls: null, expect: all },
        {
          name: 'status 429',
          fault: { kind: 'status', status: 429, retryAfterMs: 2_000 },
          firstCalls: 1,
          expect: all,
        },
        {
          name: 'status 429 (2)',
          fault: { kind: 'status', status: 429, retryAfterMs: null },
          firstCalls: null,
          expect: { ...all, statuses: [429, 503], schema: { required: ['text'] } },
        },
        {
          name: 'slow',
          fault: { kind: 'slow-stream', pauseMs: 500 },
          firstCalls: null,
          expect: { ...all, scores: { exact: 1 } },
        },
      ],
    });
    expect(requirements.map(({ metric }) => metric)).toEqual(['exact']);
  });

  const FAULTS = "faults:\n  upstream: 'http://127.0.0.1:9000'\n  listen: 127.0.0.1:9900\n";

  it.each([
    ['  scenarios: [time-out]\n', '"time-out" is not one of timeout, status, slow-stream, truncated-json,'],
    ['  scenarios: [{fault: reset, status: 500}]\n', 'belongs to the fault status only'],
    ['  scenarios: [reset]\n  fallback: {scores: {exakt: 1}}\n', 'there is no scorer named exakt'],
    [
      '  scenarios: [reset]\n  fallback: {schema: none.json}\n',
      'there is no file "none.json" that can be read',
    ],
    ['  scenarios: [reset]\n  fallback: {schema: {type: 5}}\n', 'type'],
  ])('name what is wrong with %s', (text, problem) => {
    expect(problemsOf(FAULTS + text).join('\n')).toContain(problem);
  });

  it('listen on this machine only', () => {
    const text = "faults: {upstream: 'http://127.0.0.1:1', listen: 0.0.0.0:9900, scenarios: [reset]}\n";
    expect(problemsOf(text)).toEqual([expect.stringContaining('expected an address on this machine')]);
  });

  it('have to be there where a fallback is required', () => {
    expect(problemsOf('require: [fallback]\n')).toEqual([
      '4: nothing says what must come back when what fails (faults: …)',
    ]);
  });

  it('leave the words about other requirements as they were', () => {
    expect(problemsOf('require: [falback]\n').join('\n')).toContain('"falback" is not one of fallback');
    expect(problemsOf('require: [{metric: exact, mn: 50%}]\n').join('\n')).toContain('mn');
  });
});
