import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isInError } from '../../core/evaluation/run/answer-error.ts';
import type { AnswerRecord, RunHead } from '../../core/evaluation/run/run-record.ts';
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
import { caseMeasures } from './case-measures.ts';

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.remove());

/** Answers about every fourth sum wrongly the first time of three that it is asked, every fifth always wrongly. */
const unsteady = () => {
  const asked = new Map<string, number>();
  return (body: unknown): string => {
    const number = Number(String(body).split('+')[0]);
    const times = (asked.get(String(body)) ?? 0) + 1;
    asked.set(String(body), times);
    if (number % 5 === 0) return 'wrong';
    return number % 4 === 0 && times % 3 === 1 ? 'wrong' : addUp(body);
  };
};
const metric = (summary: { metrics: readonly { metric: string; slice: string | null }[] }, name: string) =>
  summary.metrics.find((one) => one.metric === name && one.slice === null) as unknown as {
    n: number;
    candidate: { value: number } | null;
    difference: { value: number } | null;
  };

describe('repeats', () => {
  it('are made on where the answers of a case do not agree, and nowhere else', async () => {
    const { url } = await bench.serve(unsteady());
    const plan = planOf(url, { repeats: repeatsOf(2, { most: 6, ks: [1, 2] }) });
    const { summary, records, head } = await bench.run(plan, sums(20));
    expect(records.map(({ candidate }) => candidate.length)).toEqual(
      // 0, 5, 10, 15 are always wrong; 4, 8, 12, 16 vary.
      sums(20).map((_, i) => (i % 4 === 0 && i % 5 !== 0 ? 6 : 2)),
    );
    expect(summary).toMatchObject({ calls: 20 * 2 + 4 * 4, flaky: 4 });
    expect(summary.repeats!.classes).toEqual({ stablePass: 12, stableFail: 4, flaky: 4, unknown: 0 });
    expect(summary.repeats!.flakyShare!.value).toBeCloseTo(0.2);
    expect(head).toMatchObject({ repeats: 2, mostRepeats: 6 });
    // Four of six pass; a case counts with its first two repeats, of which one passed.
    expect(metric(summary, 'exact').candidate!.value).toBeCloseTo((12 + 4 * 0.5) / 20);
    expect(metric(summary, 'pass@1').candidate!.value).toBeCloseTo((12 + 4 * 0.5) / 20);
    const [any, all] = ['pass@2', 'pass^2'].map((name) => metric(summary, name).candidate!.value);
    expect(any).toBeGreaterThan(14 / 20);
    expect(all).toBeLessThan(14 / 20);
    // What both have in common: two of the same case differ, or do not.
    expect(any! - all!).toBeCloseTo(summary.repeats!.disagreement!.value, 10);
  });

  it('do not make a percentile of times easier: each case gives the time of its first call', () => {
    const plan = planOf('http://127.0.0.1:9', { repeats: repeatsOf(2) });
    const answer = (latencyMs: number): AnswerRecord => ({
      kind: 'answer',
      output: 'x',
      latencyMs,
      firstTokenMs: null,
      tokens: { input: latencyMs, output: 0 },
      usd: null,
      isCached: false,
      scores: {},
      reasons: {},
    });
    const of = (name: string) =>
      caseMeasures(plan, [])
        .find(({ measured }) => measured.name === name)!
        .of([answer(900), answer(100)]);
    expect(of('latency')).toBe(900);
    expect(of('tokens')).toBe(500);
  });

  it('decide requirements on pass@k and pass^k, one piece of evidence for each case', async () => {
    const { url } = await bench.serve(unsteady());
    const plan = (name: string, value: number) =>
      planOf(url, {
        repeats: repeatsOf(2, { ks: [2], passedBy: ['exact'] }),
        requirements: [atLeast(name, value)],
        concurrency: 1,
      });
    const any = await bench.run(plan('pass@2', 0.7), sums(200));
    expect(any.summary).toMatchObject({ verdict: 'pass', calls: 400 });
    expect(any.summary.requirements[0]!.detail).toContain('200 cases');
    const all = await bench.run(plan('pass^2', 0.75), sums(200));
    expect(all.summary.verdict).toBe('fail');
  });

  it('end early when enough cases have shown it, however often each is repeated', async () => {
    const { url } = await bench.serve(addUp);
    const plan = planOf(url, {
      repeats: repeatsOf(2, { ks: [2] }),
      requirements: [atLeast('pass^2', 0.85)],
      stopsEarly: true,
    });
    const once = planOf(url, { requirements: [atLeast('exact', 0.85)], stopsEarly: true, concurrency: 1 });
    const repeated = (await bench.run({ ...plan, concurrency: 1 }, sums(400))).summary;
    expect(repeated).toMatchObject({ verdict: 'pass', stoppedBy: 'settled' });
    // As many cases as if each were asked once: a repeat is no case.
    expect(repeated.cases).toBe((await bench.run(once, sums(400))).summary.cases);
  });

  it('leave a case in error that one of them failed, and do not go on with it', async () => {
    let calls = 0;
    const { url } = await bench.serve((body, response) => {
      if (body !== '3+3') return addUp(body);
      calls += 1;
      if (calls !== 2) return calls === 1 ? 'wrong' : addUp(body);
      response.statusCode = 500;
      response.end();
    });
    const plan = planOf(url, { repeats: repeatsOf(3, { most: 9, ks: [3] }) });
    const { summary, records } = await bench.run(plan, sums(10));
    expect(records[3]!.candidate.map(({ kind }) => kind)).toEqual(['answer', 'error', 'answer']);
    expect(summary).toMatchObject({ errors: 1, repeats: { classes: { stablePass: 9, unknown: 1 } } });
    expect(metric(summary, 'pass@3').candidate!.value).toBeCloseTo(0.9);
  });

  it('stay within a budget of calls', async () => {
    const { url, asked } = await bench.serve(unsteady());
    const budget = { calls: 30, tokens: null, usd: null, timeMs: null };
    const plan = planOf(url, { repeats: repeatsOf(2, { most: 6 }), budget, concurrency: 1 });
    const { summary } = await bench.run(plan, sums(40));
    expect(summary).toMatchObject({ stoppedBy: 'budget', verdict: 'inconclusive' });
    expect(asked.length).toBeLessThanOrEqual(30);
    expect(asked.length).toBeGreaterThan(24);
  });

  it('of a baseline are its own; an earlier run has those that it made', async () => {
    const steady = await bench.serve(addUp);
    const { url } = await bench.serve(unsteady());
    const repeats = repeatsOf(2, { most: 6, ks: [2] });
    const target = { kind: 'target', target: targetAt(url) } as const;
    const asked = await bench.run(planOf(steady.url, { baseline: target, repeats }), sums(20));
    expect(asked.records[4]!.candidate).toHaveLength(2);
    expect(asked.records[4]!.baseline).toHaveLength(6);
    const three = await bench.run(planOf(url, { repeats: repeatsOf(3) }), sums(20));
    const plan = planOf(steady.url, { baseline: { kind: 'run', run: three.head.id }, repeats });
    const { records, summary } = await bench.run(plan, sums(20), { baselineRun: three.path });
    expect(records.flatMap(({ baseline }) => baseline).filter(({ kind }) => kind === 'error')).toEqual([]);
    expect(records[4]!.baseline).toHaveLength(3);
    expect(metric(summary, 'pass^2').difference!.value).toBeGreaterThan(0.2);
  });

  it('go on where a scorer had failed, once it scores again', async () => {
    const { url, asked } = await bench.serve(unsteady());
    let isBroken = true;
    const scorer = await bench.serve((body, response) => {
      const { case: one, output } = body as { case: { expected: string; id: string }; output: string };
      if (isBroken && one.id === 'c4') response.statusCode = 500;
      return { score: output === one.expected ? 1 : 0 };
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
    const plan = planOf(url, {
      scorers: [scorerOf('judge', { how })],
      repeats: repeatsOf(2, { most: 6 }),
      budget: { calls: 26, tokens: null, usd: null, timeMs: null },
    });
    const first = await bench.run(plan, sums(10));
    expect(first.records[4]!.candidate.map(isInError)).toEqual([true, true]);
    expect(first.summary.stoppedBy).toBe('budget');
    isBroken = false;
    const before = asked.length;
    const unlimited = { ...plan, budget: { ...plan.budget, calls: null } };
    const { records, summary } = await bench.run(unlimited, sums(10), { resume: first.path });
    const fourth = records.filter(({ id }) => id === 'c4').at(-1)!;
    expect(fourth.candidate.map(isInError)).toEqual(new Array(6).fill(false));
    expect(summary).toMatchObject({ errors: 0, cases: 10, flaky: 2 });
    expect(summary.calls).toBe(asked.length);
    expect(asked.length).toBeGreaterThan(before);
  });

  it('of a run that an early version began go on', async () => {
    const { url } = await bench.serve(unsteady());
    const interrupt = new AbortController();
    interrupt.abort();
    const repeats = repeatsOf(2, { ks: [2] });
    const first = await bench.run(planOf(url, { repeats }), sums(10), { signal: interrupt.signal });
    const [line = ''] = readFileSync(first.path, 'utf8').split('\n');
    const { terms: _, ...head } = JSON.parse(line) as RunHead;
    const metrics = head.metrics.filter(({ name }) => !name.startsWith('pass'));
    writeFileSync(first.path, `${JSON.stringify({ ...head, metrics })}\n`);
    const { summary } = await bench.run(planOf(url, { repeats }), sums(10), { resume: first.path });
    expect(summary).toMatchObject({ cases: 10, flaky: 2, stoppedBy: null });
  });
});

describe('a verdict about the set itself', () => {
  it('is counted, so it is never open on all cases and never corrected', async () => {
    const { url } = await bench.serve((body) => (body === '7+7' ? 'wrong' : addUp(body)));
    const verdictOf = async (value: number) =>
      (await bench.run(planOf(url, { requirements: [atLeast('exact', value)], about: 'set' }), sums(50)))
        .summary;
    const kept = await verdictOf(0.98);
    expect(kept).toMatchObject({ verdict: 'pass', stoppedBy: null });
    expect(kept.requirements[0]!.found).toMatchObject({ value: 0.98, low: 0.98, high: 0.98 });
    expect((await verdictOf(0.981)).verdict).toBe('fail');
  });

  it('is settled by the last case at the latest, and sooner than one about what the set is a sample of', async () => {
    // Every tenth is wrong, and 88 % are required: near enough that a sample of 400 leaves it open.
    const { url } = await bench.serve((body) =>
      Number(String(body).split('+')[0]) % 10 === 0 ? 'wrong' : addUp(body),
    );
    const run = async (about: 'set' | 'population') =>
      (
        await bench.run(
          planOf(url, { requirements: [atLeast('exact', 0.88)], stopsEarly: true, about }),
          sums(400),
        )
      ).summary;
    const set = await run('set');
    expect(set).toMatchObject({ verdict: 'pass', stoppedBy: 'settled' });
    expect(set.cases).toBeLessThan(400);
    expect((await run('population')).verdict).toBe('inconclusive');
  });

  it('is inconclusive where errors leave it open, and where the run did not get to its end', async () => {
    const { url } = await bench.serve((body, response) => {
      if (body !== '3+3') return addUp(body);
      response.statusCode = 500;
      response.end();
    });
    const plan = planOf(url, { requirements: [atLeast('exact', 0.5)], about: 'set' });
    expect((await bench.run(plan, sums(50))).summary.verdict).toBe('inconclusive');
    const budget = { calls: 20, tokens: null, usd: null, timeMs: null };
    const stopped = await bench.run({ ...plan, budget }, sums(50));
    expect(stopped.summary).toMatchObject({ verdict: 'inconclusive', stoppedBy: 'budget' });
    expect(stopped.summary.requirements[0]!.found!.low).toBeLessThan(0.95);
  });
});
