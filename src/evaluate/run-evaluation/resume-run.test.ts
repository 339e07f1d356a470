import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bench } from '../testing/run-plan.ts';
import {
  addUp,
  atLeast,
  openBench,
  planOf,
  repeatsOf,
  scorerOf,
  sums,
  targetAt,
} from '../testing/run-plan.ts';

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.remove());

const USAGE = { prompt_tokens: 1_000, completion_tokens: 500 };

/** As if the run had been killed just before its last line. */
const withoutSummary = (path: string): void => {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(lines.pop()).toContain('"kind":"summary"');
  writeFileSync(path, `${lines.join('\n')}\n`);
};

describe('a run that was interrupted', () => {
  it('goes on without asking an answered case again', async () => {
    const interrupt = new AbortController();
    const { url, asked } = await bench.serve((body, _, call) => {
      if (call === 30) interrupt.abort();
      return addUp(body);
    });
    const first = await bench.run(planOf(url, { requirements: [atLeast('exact', 0.9)] }), sums(60), {
      signal: interrupt.signal,
    });
    expect(first.summary).toMatchObject({ stoppedBy: 'interrupted', verdict: 'inconclusive' });
    // What was under way had reached the target without coming back.
    const answered = new Set(first.records.map(({ input }) => input));
    expect(answered.size).toBeGreaterThan(20);
    asked.splice(0);
    const second = await bench.run(planOf(url, { requirements: [atLeast('exact', 0.9)] }), sums(60), {
      resume: first.path,
    });
    expect(asked.filter((input) => answered.has(input))).toEqual([]);
    expect(second.summary).toMatchObject({ stoppedBy: null, verdict: 'pass', cases: 60 });
    expect(second.head.id).toBe(first.head.id);
    expect(readdirSync(bench.directory).filter((name) => name.startsWith('run-'))).toHaveLength(1);
  });

  it('goes on where its last line was torn, and leaves in error what had failed', async () => {
    let isBroken = true;
    const { url, asked } = await bench.serve((body, response) => {
      if (!isBroken || body !== '2+2') return addUp(body);
      response.statusCode = 500;
      response.end();
    });
    const plan = planOf(url, { concurrency: 1, requirements: [atLeast('exact', 0.5)] });
    const first = await bench.run(plan, sums(30));
    const lines = readFileSync(first.path, 'utf8').split('\n');
    writeFileSync(first.path, `${lines.slice(0, 11).join('\n')}\n${lines[11]!.slice(0, 40)}`);
    isBroken = false;
    asked.length = 0;
    const { summary, records } = await bench.run(plan, sums(30), { resume: first.path });
    expect(asked).toEqual(
      sums(30)
        .slice(10)
        .map(({ input }) => input),
    );
    expect(summary).toMatchObject({ cases: 30, errors: 1, calls: 30, verdict: 'inconclusive' });
    expect(records).toHaveLength(30);
  });

  it('has only what is left of its time, and keeps to its time-out and its prices', async () => {
    const interrupt = new AbortController();
    const { url, asked } = await bench.serve(async (body, _, call) => {
      if (call === 4) interrupt.abort();
      await new Promise((resolve) => setTimeout(resolve, 100));
      return addUp(body);
    });
    const price = { inputUsd: 1, outputUsd: 1 };
    const plan = planOf(url, { concurrency: 1, target: targetAt(url, { price }) });
    const { path, summary } = await bench.run(plan, sums(9), { signal: interrupt.signal });
    expect(summary.tookMs).toBeGreaterThan(250);
    const target = targetAt(url, { price, timeoutMs: 4_000 });
    await expect(bench.run({ ...plan, target }, sums(9), { resume: path })).rejects.toThrow('the time-out');
    const priced = targetAt(url, { price: { inputUsd: 1, outputUsd: 2 } });
    await expect(bench.run({ ...plan, target: priced }, sums(9), { resume: path })).rejects.toThrow('costs');
    asked.length = 0;
    const budget = { ...plan.budget, timeMs: 250 };
    const { summary: later } = await bench.run({ ...plan, budget }, sums(9), { resume: path });
    expect(later).toMatchObject({ stoppedBy: 'budget', verdict: 'inconclusive' });
    expect(asked).toEqual([]);
  });

  it('scores again what only a scorer had failed on, without asking or paying for it', async () => {
    const { url, asked } = await bench.serve((body) => ({ output: addUp(body), usage: USAGE }));
    let isBroken = true;
    const scorer = await bench.serve((_, response) => {
      if (isBroken) response.statusCode = 500;
      return { score: 1 };
    });
    const how = {
      kind: 'http',
      url: scorer.url,
      headers: {},
      timeoutMs: 2_000,
      better: 'higher',
      range: [0, 1],
      version: '1',
    } as const;
    const target = targetAt(url, { output: '/output', price: { inputUsd: 1, outputUsd: 2 } });
    const plan = planOf(url, { target, scorers: [scorerOf('judge', { how })] });
    const first = await bench.run(plan, sums(12));
    expect(first.summary).toMatchObject({ errors: 12, verdict: 'inconclusive' });
    expect(first.records[2]!.candidate[0]).toMatchObject({
      output: '4',
      failures: { judge: { detail: 'the scorer answered HTTP 500' } },
    });
    isBroken = false;
    // Twice killed just before its summary.
    for (let time = 0; time < 2; time += 1) {
      withoutSummary(first.path);
      const { summary } = await bench.run(plan, sums(12), { resume: first.path });
      expect(asked).toHaveLength(12);
      expect(summary).toMatchObject({
        errors: 0,
        verdict: 'pass',
        calls: 12,
        tokens: { input: 12_000, output: 6_000 },
      });
      expect(summary.usd).toBeCloseTo(0.024);
    }
  });

  it('counts what an earlier run did not record as no calls', async () => {
    const { url, asked } = await bench.serve(addUp);
    const earlier = await bench.run(planOf(url), sums(5));
    asked.length = 0;
    const plan = planOf(url, { baseline: { kind: 'run', run: earlier.head.id } });
    const first = await bench.run(plan, sums(20), { baselineRun: earlier.path });
    withoutSummary(first.path);
    const { summary } = await bench.run(plan, sums(20), { baselineRun: earlier.path, resume: first.path });
    expect(asked).toHaveLength(20);
    expect(summary).toMatchObject({ calls: 20, cachedAnswers: 5, cases: 20 });
  });

  it('uses up its budget of tokens, and no more than that', async () => {
    const interrupt = new AbortController();
    const { url } = await bench.serve((body, _, call) => {
      if (call === 30) interrupt.abort();
      return { output: addUp(body), usage: USAGE };
    });
    const target = targetAt(url, { output: '/output' });
    const budget = { calls: null, tokens: 90_000, usd: null, timeMs: null };
    const plan = planOf(url, { target, budget });
    const first = await bench.run(plan, sums(100), { signal: interrupt.signal });
    expect(first.summary.stoppedBy).toBe('interrupted');
    const { summary } = await bench.run(plan, sums(100), { resume: first.path });
    // 60 answers of 1,500 tokens.
    expect(summary).toMatchObject({ stoppedBy: 'budget' });
    expect(summary.cases).toBeGreaterThan(50);
    expect(summary.cases).toBeLessThanOrEqual(60);
  });

  it('is not gone on with once it has ended by itself, whatever its errors', async () => {
    let isBroken = true;
    const { url, asked } = await bench.serve((body, response) => {
      if (!isBroken || Number(String(body).split('+')[0]) >= 10) return addUp(body);
      response.statusCode = 500;
      response.end();
    });
    const plan = planOf(url, { requirements: [atLeast('exact', 0.5)] });
    const first = await bench.run(plan, sums(40));
    expect(first.summary).toMatchObject({ stoppedBy: null, errors: 10, verdict: 'inconclusive' });
    isBroken = false;
    await expect(bench.run(plan, sums(40), { resume: first.path })).rejects.toThrow(/has ended/);
    expect(asked).toHaveLength(40);
  });

  it('is refused when anything that matters has changed', async () => {
    const { url } = await bench.serve(addUp);
    const interrupt = new AbortController();
    interrupt.abort();
    const first = await bench.run(planOf(url), sums(5), { signal: interrupt.signal });
    const resumed = (plan: ReturnType<typeof planOf>, cases: readonly object[]) =>
      bench.run(plan, cases, { resume: first.path });
    await expect(resumed(planOf(url), sums(6))).rejects.toThrow(/the golden set is not what it was/);
    await expect(resumed(planOf(`${url}2`), sums(5))).rejects.toThrow(/the target is not/);
    await expect(resumed(planOf(url, { scorers: [scorerOf('contains')] }), sums(5))).rejects.toThrow(
      /a scorer is not/,
    );
    await expect(resumed(planOf(url, { repeats: repeatsOf(2) }), sums(5))).rejects.toThrow(/repeats/);
    for (const [changed, what] of [
      [{ repeats: repeatsOf(1, { most: 3 }) }, /number of repeats/],
      [{ requirements: [atLeast('exact', 0.5)] }, /what is required/],
      [{ confidence: 0.9 }, /confidence/],
      [{ mostErrorsShare: 0.5 }, /errors/],
      [{ about: 'set' }, /about/],
      [{ repeats: repeatsOf(1, { passedBy: [] }) }, /passedBy/],
    ] as const)
      await expect(resumed(planOf(url, changed), sums(5))).rejects.toThrow(what);
    await resumed(planOf(url), sums(5));
    await expect(resumed(planOf(url), sums(5))).rejects.toThrow(/has ended/);
  });
});
