import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { indexRun } from '../report/run/index-run.ts';
import type { Bench } from '../testing/run-plan.ts';
import { addUp, openBench, planOf, repeatsOf, sums } from '../testing/run-plan.ts';
import type { RunProgress } from './run-evaluation.ts';

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.remove());

const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('a run that is ended', () => {
  it('waits for the calls under way, so that going on asks each case once in all', async () => {
    const ending = new AbortController();
    const { url, asked } = await bench.serve(async (body, _, call) => {
      if (call === 12) ending.abort();
      await later();
      return addUp(body);
    });
    const plan = planOf(url, { concurrency: 8 });
    const shown: RunProgress[] = [];
    const first = await bench.run(plan, sums(30), {
      ending: ending.signal,
      onProgress: (progress) => shown.push(progress),
    });
    expect(first.summary).toMatchObject({ stoppedBy: 'interrupted', cases: asked.length });
    expect(asked.length).toBeLessThan(30);
    expect(shown.some(({ lastCalls }) => lastCalls === 8)).toBe(true);
    const second = await bench.run(plan, sums(30), { resume: first.path });
    expect(second.summary).toMatchObject({ stoppedBy: null, cases: 30, calls: 30 });
    expect(asked).toHaveLength(30);
  });

  it('cuts them when it is ended again', async () => {
    const ending = new AbortController();
    const cut = new AbortController();
    const { url } = await bench.serve(() => {
      ending.abort();
      cut.abort();
    });
    const { summary } = await bench.run(planOf(url), sums(30), { ending: ending.signal, signal: cut.signal });
    expect(summary).toMatchObject({ stoppedBy: 'interrupted', cases: 0 });
  });

  it('does not wait for a target that wants to be asked again later', async () => {
    const ending = new AbortController();
    const { url } = await bench.serve((_, response) => {
      response.writeHead(429, { 'retry-after': '100' }).end();
      setTimeout(() => ending.abort(), 50);
    });
    const { summary } = await bench.run(planOf(url), sums(30), { ending: ending.signal });
    expect(summary).toMatchObject({ stoppedBy: 'interrupted', cases: 0, errors: 0 });
  });

  /** As if the process had been killed while it appended, so many lines into the file. */
  const killedAfter = (path: string, lines: number): void =>
    writeFileSync(path, readFileSync(path, 'utf8').split('\n').slice(0, lines).join('\n'));

  it('keeps the repeats of cases that need more of them, whether it was ended or killed', async () => {
    const ending = new AbortController();
    const { url, asked } = await bench.serve(async (body, _, call) => {
      if (call === 8) ending.abort();
      await later();
      // Every second sum varies, so it is asked four times.
      const number = Number(String(body).split('+')[0]);
      return number % 2 === 0 && asked.filter((one) => one === body).length % 2 === 0 ? 'wrong' : addUp(body);
    });
    const plan = planOf(url, { concurrency: 3, repeats: repeatsOf(2, { most: 4 }) });
    const first = await bench.run(plan, sums(8), { ending: ending.signal });
    expect(first.summary.cases).toBeLessThan(first.summary.calls / 2);
    // Parts of cases are in no report.
    expect((await indexRun(first.path)).table.size).toBe(first.summary.cases);
    const killed = await bench.run(plan, sums(8), { resume: first.path });
    expect(killed.summary).toMatchObject({ stoppedBy: null, cases: 8, calls: 4 * 2 + 4 * 4 });
    expect(asked).toHaveLength(24);
    expect(killed.records.map(({ candidate }) => candidate.length)).toEqual([4, 2, 4, 2, 4, 2, 4, 2]);
    const lines = readFileSync(killed.path, 'utf8').split('\n');
    const last = lines.findLastIndex((line) => line.startsWith('{"kind":"part"'));
    killedAfter(killed.path, last + 1);
    const kept = new Set<string>();
    for (const line of lines.slice(0, last + 1)) {
      const { kind, id, candidate } = JSON.parse(line) as { kind: string; id: string; candidate: object[] };
      if (kind === 'part') kept.add(`${id} ${[...kept].filter((one) => one.startsWith(`${id} `)).length}`);
      if (kind === 'case') for (const repeat of candidate.keys()) kept.add(`${id} ${repeat}`);
    }
    asked.length = 0;
    const { summary } = await bench.run(plan, sums(8), { resume: killed.path });
    expect(summary).toMatchObject({ stoppedBy: null, cases: 8 });
    expect(asked.length).toBeLessThanOrEqual(24 - kept.size);
    expect(summary.calls).toBe(kept.size + asked.length);
  });
});
