import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunRequirement } from '../../core/evaluation/run/evaluation-plan.ts';
import type { Bench } from '../testing/run-plan.ts';
import { addUp, openBench, planOf, scorerOf, sums } from '../testing/run-plan.ts';
import type { Answerer, AnswerServer } from '../testing/serve-answers.ts';
import { serveAnswers } from '../testing/serve-answers.ts';

let bench: Bench;
let servers: AnswerServer[] = [];
beforeEach(() => {
  bench = openBench();
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
  bench.remove();
});
const serve = async (answerer: Answerer): Promise<AnswerServer> => {
  const server = await serveAnswers(answerer);
  servers.push(server);
  return server;
};
const atLeast = (metric: string, value: number): RunRequirement => ({
  text: `${metric} at least ${value}`,
  metric,
  slice: { kind: 'all' },
  percentile: null,
  bound: { kind: 'min', value },
});

describe('a run that was interrupted', () => {
  it('goes on without asking an answered case again', async () => {
    const interrupt = new AbortController();
    const { url, asked } = await serve((body, _, call) => {
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

  it('goes on where its last line was torn, and asks what had failed again', async () => {
    let isBroken = true;
    const { url, asked } = await serve((body, response) => {
      if (!isBroken || body !== '2+2') return addUp(body);
      response.statusCode = 500;
      response.end();
    });
    const first = await bench.run(planOf(url, { concurrency: 1 }), sums(30));
    const lines = readFileSync(first.path, 'utf8').split('\n');
    writeFileSync(first.path, `${lines.slice(0, 11).join('\n')}\n${lines[11]!.slice(0, 40)}`);
    isBroken = false;
    asked.length = 0;
    const { summary } = await bench.run(planOf(url), sums(30), { resume: first.path });
    expect([...asked].sort()).toEqual(
      [
        '2+2',
        ...sums(30)
          .slice(10)
          .map(({ input }) => input),
      ].sort(),
    );
    expect(summary).toMatchObject({ cases: 30, errors: 0 });
  });

  it('scores again what only a scorer had failed on, without asking for it', async () => {
    const { url, asked } = await serve(addUp);
    let isBroken = true;
    const scorer = await serve((_, response) => {
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
    const plan = planOf(url, { scorers: [scorerOf('judge', { how })] });
    const first = await bench.run(plan, sums(12));
    expect(first.summary).toMatchObject({ errors: 12, verdict: 'inconclusive' });
    expect(first.records[2]!.candidate[0]).toMatchObject({
      reason: 'scorer',
      detail: 'judge: the scorer answered HTTP 500',
      answered: { output: '4' },
    });
    isBroken = false;
    const { summary } = await bench.run(plan, sums(12), { resume: first.path });
    expect(asked).toHaveLength(12);
    expect(summary).toMatchObject({ errors: 0, verdict: 'pass', calls: 12 });
  });

  it('is refused when anything that matters has changed', async () => {
    const { url } = await serve(addUp);
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
    await expect(resumed(planOf(url, { repeats: 2 }), sums(5))).rejects.toThrow(/repeats/);
    await resumed(planOf(url), sums(5));
    await expect(resumed(planOf(url), sums(5))).rejects.toThrow(/is complete/);
  });
});
