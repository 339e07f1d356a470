import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bench } from '../testing/run-plan.ts';
import {
  addUp,
  atLeast,
  notWorse,
  openBench,
  planOf,
  repeatsOf,
  scorerOf,
  sums,
  targetAt,
} from '../testing/run-plan.ts';
import type { Answerer } from '../testing/serve-answers.ts';

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.remove());

describe('a run', () => {
  it('keeps every case with its answer and scores, and passes when what is required was shown', async () => {
    const { url } = await bench.serve(addUp);
    const { summary, head, records, path } = await bench.run(
      planOf(url, { requirements: [atLeast('exact', 0.9)] }),
      sums(60),
    );
    expect(summary).toMatchObject({ verdict: 'pass', cases: 60, errors: 0, calls: 60, stoppedBy: null });
    expect(records.map(({ id }) => id)).toEqual(sums(60).map(({ id }) => id));
    expect(records[7]).toMatchObject({
      input: '7+7',
      expected: '14',
      tags: ['odd'],
      candidate: [{ kind: 'answer', output: '14', scores: { exact: 1 }, isCached: false }],
      baseline: [],
    });
    expect(head.golden.cases).toBe(60);
    expect(summary.metrics.find(({ metric, slice }) => metric === 'exact' && slice === 'odd')).toMatchObject({
      n: 30,
      candidate: { value: 1 },
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('fails when the target is clearly worse than required, and is inconclusive when it cannot be told', async () => {
    const { url } = await bench.serve((body, _, call) => (call % 4 === 0 ? 'wrong' : addUp(body)));
    const failed = await bench.run(planOf(url, { requirements: [atLeast('exact', 0.95)] }), sums(200));
    expect(failed.summary.verdict).toBe('fail');
    const open = await bench.run(planOf(url, { requirements: [atLeast('exact', 0.74)] }), sums(200));
    expect(open.summary.verdict).toBe('inconclusive');
    expect(open.summary.requirements[0]!.moreCases).toBeGreaterThan(0);
  });

  it('gives the same figures for the same answers, in whatever order they came', async () => {
    const { url } = await bench.serve(async (body) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
      return Number(String(body).split('+')[0]) % 5 === 0 ? 'x y' : addUp(body);
    });
    const plan = planOf(url, {
      scorers: [scorerOf('exact'), scorerOf('bleu'), scorerOf('f1')],
      concurrency: 16,
    });
    const figures = async () =>
      (await bench.run(plan, sums(60))).summary.metrics.filter(({ metric }) => metric !== 'latency');
    expect(await figures()).toEqual(await figures());
  });

  it('asks each repeat and counts cases apart whose repeats do not agree', async () => {
    const { url } = await bench.serve((body, _, call) => (call % 3 === 0 ? 'wrong' : addUp(body)));
    const { summary, records } = await bench.run(
      planOf(url, { repeats: repeatsOf(3), concurrency: 1 }),
      sums(5),
    );
    expect(summary).toMatchObject({ calls: 15, flaky: 5, cases: 5 });
    expect(records[0]!.candidate).toHaveLength(3);
    const exact = summary.metrics.find(({ metric }) => metric === 'exact')!;
    expect(exact.candidate!.value).toBeCloseTo(2 / 3);
  });
});

describe('errors', () => {
  it('are counted apart, and more than 1 % of them keep the verdict from being a pass', async () => {
    const { url } = await bench.serve((body, response) => {
      if (body !== '3+3') return addUp(body);
      response.statusCode = 500;
      response.end('out of order');
    });
    const { summary, records } = await bench.run(
      planOf(url, { requirements: [atLeast('exact', 0.5)] }),
      sums(50),
    );
    expect(records[3]!.candidate[0]).toMatchObject({
      kind: 'error',
      reason: 'status',
      detail: 'HTTP 500: out of order',
    });
    expect(summary).toMatchObject({ verdict: 'inconclusive', errors: 1 });
    expect(summary.notes.join('\n')).toContain('1 case in error (status), with: HTTP 500: out of order');
  });

  it.each([
    [
      'HTML',
      /HTTP 200, text\/html, which is not JSON: Please log in/,
      (response: Parameters<Answerer>[1]) => {
        response.setHeader('content-type', 'text/html');
        response.end('Please\nlog in');
      },
    ],
    [
      'a connection that ends',
      /the connection closed before the answer began|ECONNRESET/,
      (response: Parameters<Answerer>[1]) => {
        response.socket?.destroy();
      },
    ],
  ])('of a target that gives %s stop the run early and never pass', async (_, detail, answer) => {
    const { url } = await bench.serve((_body, response) => answer(response));
    const { summary, records } = await bench.run(planOf(url), sums(100));
    expect(summary).toMatchObject({ verdict: 'inconclusive', stoppedBy: 'errors' });
    expect(records.length).toBeLessThan(40);
    const [error] = records[0]!.candidate;
    expect(error!.kind === 'error' && error!.detail).toMatch(detail);
  });

  it('of a scorer that breaks off over an answer are that score alone', async () => {
    // Too deep for what compares it: a text, and so an answer like any other.
    const { url } = await bench.serve((body) =>
      body === '1+1' ? `${'['.repeat(20_000)}1${']'.repeat(20_000)}` : addUp(body),
    );
    const schema = { $ref: '#/$defs/a', $defs: { a: { items: { $ref: '#/$defs/a' } } } };
    const shape = scorerOf('shape', { how: { kind: 'json-schema', schema } });
    const scorers = [scorerOf('exact'), shape, scorerOf('bleu', { from: '/0' })];
    const { records } = await bench.run(planOf(url, { scorers }), sums(4));
    expect(records).toHaveLength(4);
    expect(records[1]!.candidate[0]).toMatchObject({
      scores: { exact: 0 },
      failures: {
        shape: { detail: expect.stringContaining('the scorer broke off') },
        bleu: { detail: 'the output has nothing at /0', isOfAnswer: true },
      },
    });
  });

  it('say that a target took too long', async () => {
    const { url } = await bench.serve((body) => (body === '1+1' ? undefined : addUp(body)));
    const plan = planOf(url, { target: targetAt(url, { timeoutMs: 200 }) });
    const { records } = await bench.run(plan, sums(3));
    expect(records[1]!.candidate[0]).toMatchObject({ kind: 'error', reason: 'timeout' });
  });

  it('show no secret that the target repeats', async () => {
    const { url } = await bench.serve((_, response) => {
      response.statusCode = 401;
      response.end('the key geheim-123 is not known');
    });
    const { records, path } = await bench.run(planOf(url), sums(2), { secrets: ['geheim-123'] });
    expect(records[0]!.candidate[0]).toMatchObject({ detail: 'HTTP 401: the key *** is not known' });
    expect(readFileSync(path, 'utf8')).not.toContain('geheim');
  });
});

describe('a target that says it is too busy', () => {
  it('is asked again after as long as retry-after says, by nobody sooner', async () => {
    const times: number[] = [];
    const { url } = await bench.serve((body, response, call) => {
      times.push(performance.now());
      if (call > 1) return addUp(body);
      response.statusCode = 429;
      response.setHeader('retry-after', '1');
      response.end();
    });
    const { summary } = await bench.run(planOf(url, { concurrency: 1 }), sums(3));
    expect(summary).toMatchObject({ errors: 0, calls: 4, cases: 3 });
    expect(times[1]! - times[0]!).toBeGreaterThan(950);
  });
});

describe('a budget', () => {
  it('of calls is never gone over, and leaves the verdict inconclusive', async () => {
    const { url, asked } = await bench.serve(addUp);
    const plan = planOf(url, {
      budget: { calls: 21, tokens: null, usd: null, timeMs: null },
      repeats: repeatsOf(2),
      requirements: [atLeast('exact', 0.1)],
    });
    const { summary } = await bench.run(plan, sums(50));
    expect(asked).toHaveLength(20);
    expect(summary).toMatchObject({ stoppedBy: 'budget', verdict: 'inconclusive', cases: 10, calls: 20 });
  });

  it('of money stops before it is spent', async () => {
    const { url } = await bench.serve((body) => ({
      choices: [
        { message: { content: addUp((body as { messages: { content: string }[] }).messages[0]!.content) } },
      ],
      usage: { prompt_tokens: 1_000, completion_tokens: 500 },
    }));
    const target = targetAt(url, {
      protocol: 'openai',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as people write it
      body: { model: 'm', messages: [{ role: 'user', content: '${input}' }] },
      price: { inputUsd: 1, outputUsd: 2 },
    });
    const plan = planOf(url, { target, budget: { calls: null, tokens: null, usd: 0.02, timeMs: null } });
    const { summary, records } = await bench.run(plan, sums(50));
    expect(records[0]!.candidate[0]).toMatchObject({ usd: 0.002, tokens: { input: 1_000, output: 500 } });
    expect(summary).toMatchObject({ stoppedBy: 'budget' });
    expect(summary.usd).toBeLessThan(0.0201);
    expect(summary.usd).toBeGreaterThan(0.009);
  });

  it('of time ends what is under way', async () => {
    const { url } = await bench.serve((body) => (body === '5+5' ? undefined : addUp(body)));
    const plan = planOf(url, {
      budget: { calls: null, tokens: null, usd: null, timeMs: 400 },
      concurrency: 1,
    });
    const { summary } = await bench.run(plan, sums(50));
    expect(summary).toMatchObject({ stoppedBy: 'budget', cases: 5, errors: 0 });
  });
});

describe('a baseline', () => {
  it('is compared on the same cases, and its answers are kept for the next run', async () => {
    const candidate = await bench.serve((body, _, call) => (call % 5 === 0 ? 'wrong' : addUp(body)));
    const baseline = await bench.serve(addUp);
    const plan = planOf(candidate.url, {
      baseline: { kind: 'target', target: targetAt(baseline.url, { label: 'stable' }) },
      requirements: [notWorse('exact', 0.05)],
      repeats: repeatsOf(2),
    });
    const first = await bench.run(plan, sums(60));
    expect(first.summary).toMatchObject({ verdict: 'fail', calls: 240, cachedAnswers: 0 });
    const found = first.summary.metrics.find(({ metric, slice }) => metric === 'exact' && slice === null)!;
    expect(found.difference!.value).toBeCloseTo(-0.2);
    const second = await bench.run(plan, sums(60));
    expect(second.summary).toMatchObject({ calls: 120, cachedAnswers: 120 });
    expect(baseline.asked).toHaveLength(120);
    await bench.run(plan, sums(60), { isFresh: true });
    expect(baseline.asked).toHaveLength(240);
  });

  it('never gives one kept answer to two repeats', async () => {
    const candidate = await bench.serve(addUp);
    const baseline = await bench.serve((_, __, call) => `answer ${call}`);
    const plan = planOf(candidate.url, {
      baseline: { kind: 'target', target: targetAt(baseline.url) },
      repeats: repeatsOf(3),
      concurrency: 1,
    });
    await bench.run(plan, sums(2));
    const { records } = await bench.run(plan, sums(2));
    const outputs = records.flatMap((record) =>
      record.baseline.map((one) => one.kind === 'answer' && one.output),
    );
    expect(new Set(outputs).size).toBe(6);
  });

  it('may be an earlier run, whose answers are scored anew', async () => {
    const good = await bench.serve(addUp);
    const bad = await bench.serve(() => 'wrong');
    const earlier = await bench.run(planOf(good.url), sums(40));
    const plan = planOf(bad.url, {
      baseline: { kind: 'run', run: earlier.head.id },
      requirements: [notWorse('contains', 0.01)],
      scorers: [scorerOf('contains')],
    });
    const { summary, head } = await bench.run(plan, sums(40), { baselineRun: earlier.path });
    expect(good.asked).toHaveLength(40);
    expect(head.baseline!.label).toContain(earlier.head.id);
    expect(summary).toMatchObject({ verdict: 'fail', calls: 40, cachedAnswers: 40 });
    expect(join(bench.directory, 'run-1.jsonl')).toBe(earlier.path);
  });
});
