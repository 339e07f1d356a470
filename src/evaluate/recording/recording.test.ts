import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EvaluationPlan } from '../../core/evaluation/run/evaluation-plan.ts';
import type { RunOptions } from '../run-evaluation/run-evaluation.ts';
import type { Bench } from '../testing/run-plan.ts';
import { addUp, openBench, planOf, scorerOf, sums, targetAt } from '../testing/run-plan.ts';
import type { Answerer, AnswerServer } from '../testing/serve-answers.ts';
import { serveAnswers } from '../testing/serve-answers.ts';
import { nameReferences } from './request-digest.ts';

let bench: Bench;
let servers: AnswerServer[] = [];
beforeEach(() => {
  bench = openBench();
});
afterEach(async () => {
  for (const server of servers) await server.close();
  servers = [];
  bench.remove();
});

const serve = async (answerer: Answerer): Promise<AnswerServer> => {
  const server = await serveAnswers(answerer);
  servers.push(server);
  return server;
};
const file = (): string => join(bench.directory, 'answers.jsonl');
const use = (mode: 'record' | 'anew' | 'replay'): Partial<RunOptions> => ({
  recording: { path: file(), mode },
  ...(mode === 'replay' ? { fill: nameReferences } : {}),
});
const run = (plan: EvaluationPlan, mode: 'record' | 'anew' | 'replay', cases = sums(6)) =>
  bench.run(plan, cases, use(mode));
const outputs = (records: Awaited<ReturnType<typeof run>>['records']): unknown[] =>
  records.map(({ candidate }) =>
    candidate.map((answer) => (answer.kind === 'answer' ? answer.output : null)),
  );

describe('a recording', () => {
  it('is made once and replayed without a call, repeat by repeat, and without the keys that it was made with', async () => {
    let calls = 0;
    const server = await serve((body) => `${addUp(body)} ${(calls += 1)}`);
    const plan = planOf(server.url, {
      repeats: { least: 2, most: 2, ks: [], passedBy: null },
      target: targetAt(server.url, {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: as people write it
        headers: { authorization: 'Bearer ${env:KEY}' },
      }),
    });
    const recorded = await bench.run(plan, sums(6), {
      ...use('record'),
      fill: (text) => text.replace(/\$\{env:KEY\}/, 'secret'),
    });
    expect(recorded.summary.calls).toBe(12);
    expect(readFileSync(file(), 'utf8')).not.toContain('secret');
    await server.close();
    const replayed = await run(plan, 'replay');
    expect(outputs(replayed.records)).toEqual(outputs(recorded.records));
    expect(new Set(outputs(replayed.records).flat()).size).toBe(12);
    expect(replayed.summary).toMatchObject({ calls: 0, cachedAnswers: 12, errors: 0 });
    expect(replayed.summary.metrics.find(({ metric }) => metric === 'exact')).toEqual(
      recorded.summary.metrics.find(({ metric }) => metric === 'exact'),
    );
    expect(replayed.summary.notes.join('\n')).toContain('nothing was called: answers are replayed');
  });

  it('refuses what it does not know before anything is asked, and says which cases and why', async () => {
    const server = await serve(addUp);
    const plan = planOf(server.url);
    await run(plan, 'record');
    const changed = [{ ...sums(1)[0]!, input: '7+7' }, ...sums(7).slice(1)];
    const refused = run(plan, 'replay', changed);
    await expect(refused).rejects.toMatchObject({ code: 'not-recorded' });
    await expect(refused).rejects.toThrow(
      /has no answer for 2 requests: "c0" \(recorded for another request or repeat\), "c6" \(never recorded\)\./,
    );
    expect(server.asked).toHaveLength(6);
    expect(existsSync(join(bench.directory, 'run-2.jsonl'))).toBe(false);
  });

  it.each([
    ['the body', { body: { ask: 'else' } }],
    ['the model behind the address', { version: '2' }],
    ['what is read of an answer', { output: '/text' }],
  ])('is another request when %s changes', async (_, more) => {
    const server = await serve(addUp);
    await run(planOf(server.url), 'record');
    const plan = planOf(server.url, { target: targetAt(server.url, more) });
    await expect(run(plan, 'replay')).rejects.toMatchObject({ code: 'not-recorded' });
  });

  it('is added to, calling only for what is new, and made anew when it is asked to', async () => {
    const server = await serve(addUp);
    const plan = planOf(server.url);
    await run(plan, 'record', sums(4));
    const added = await run(plan, 'record', sums(6));
    expect(added.summary).toMatchObject({ calls: 2, cachedAnswers: 4 });
    const fewer = await run(plan, 'replay', sums(3));
    expect(fewer.summary.notes.join('\n')).toContain('3 of 6 recorded entries were not asked for');
    const anew = await run(plan, 'anew', sums(3));
    expect(anew.summary.calls).toBe(3);
    expect(readFileSync(file(), 'utf8').trim().split('\n')).toHaveLength(1 + 3);
  });

  it('does not hold errors, so that a replay cannot rest on them', async () => {
    const server = await serve((body, response) => {
      if (body !== '2+2') return addUp(body);
      response.statusCode = 500;
      return 'no';
    });
    await run(planOf(server.url), 'record');
    await expect(run(planOf(server.url), 'replay')).rejects.toThrow('"c2" (never recorded)');
  });

  it('has the baseline in it, and the scores of scorers that are called', async () => {
    const server = await serve(addUp);
    const baseline = await serve(() => 'wrong');
    const scorer = await serve((given) => ({
      score: (given as { output: string }).output === 'wrong' ? 0 : 1,
    }));
    const plan = planOf(server.url, {
      baseline: { kind: 'target', target: targetAt(baseline.url) },
      scorers: [
        scorerOf('exact', {
          name: 'graded',
          how: {
            kind: 'http',
            url: scorer.url,
            headers: {},
            timeoutMs: 5_000,
            better: 'higher',
            range: [0, 1],
            version: '1',
          },
        }),
      ],
    });
    const recorded = await run(plan, 'record');
    expect(scorer.asked).toHaveLength(12);
    const replayed = await run(plan, 'replay');
    expect([server, baseline, scorer].map(({ asked }) => asked.length)).toEqual([6, 6, 12]);
    const graded = (one: typeof recorded) => one.summary.metrics.filter(({ metric }) => metric === 'graded');
    expect(graded(replayed)).toEqual(graded(recorded));
  });

  it('is found again after it was cut off in the middle of a line', async () => {
    const server = await serve(addUp);
    const plan = planOf(server.url);
    await run(plan, 'record', sums(3));
    const text = readFileSync(file(), 'utf8');
    writeFileSync(file(), text.slice(0, -20));
    const again = await run(plan, 'record', sums(3));
    expect(again.summary.calls).toBe(1);
    expect((await run(plan, 'replay', sums(3))).summary.calls).toBe(0);
  });

  it('takes no file for a recording that is none', async () => {
    writeFileSync(file(), 'golden data\n');
    const server = await serve(addUp);
    for (const mode of ['record', 'anew'] as const)
      await expect(run(planOf(server.url), mode)).rejects.toThrow('is no recording');
    expect(readFileSync(file(), 'utf8')).toBe('golden data\n');
  });

  it('that is made anew takes the place of the old one only when it is whole', async () => {
    const interrupt = new AbortController();
    const server = await serve((body, _, call) => {
      if (call === 9) interrupt.abort();
      return addUp(body);
    });
    const plan = planOf(server.url, { concurrency: 1 });
    await run(plan, 'record');
    const before = readFileSync(file(), 'utf8');
    const stopped = await bench.run(plan, sums(6), { ...use('anew'), signal: interrupt.signal });
    expect(stopped.summary.stoppedBy).toBe('interrupted');
    expect(stopped.summary.notes.join()).toContain('stays as it was');
    expect(readFileSync(file(), 'utf8')).toBe(before);
    await bench.run(plan, sums(6), { ...use('anew'), resume: stopped.path });
    expect(readFileSync(file(), 'utf8').trim().split('\n')).toHaveLength(1 + 6);
    expect(readFileSync(file(), 'utf8')).not.toBe(before);
    expect(existsSync(`${file()}.new`)).toBe(false);
  });

  it('replays as an error what took longer than it may now', async () => {
    const server = await serve(async (body) => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      return addUp(body);
    });
    await run(planOf(server.url), 'record');
    const target = targetAt(server.url, { timeoutMs: 20 });
    const { summary, records } = await run(planOf(server.url, { target }), 'replay');
    expect(summary).toMatchObject({ errors: 6, calls: 0, verdict: 'inconclusive' });
    expect(records[0]!.candidate[0]).toMatchObject({ kind: 'error', reason: 'timeout' });
  });

  it('replays every repeat that was made because answers differed', async () => {
    const server = await serve((body, _, call) => (call % 2 === 0 ? addUp(body) : 'wrong'));
    const repeats = { least: 2, most: 6, ks: [], passedBy: null };
    const plan = planOf(server.url, { repeats, concurrency: 1 });
    const recorded = await run(plan, 'record');
    const replayed = await run(plan, 'replay');
    expect(recorded.summary.calls).toBe(36);
    expect(replayed.summary).toMatchObject({ calls: 0, cachedAnswers: 36 });
    expect(outputs(replayed.records)).toEqual(outputs(recorded.records));
  });

  it('measures no load and tests no fallback, and is no pass where they are required', async () => {
    const server = await serve(addUp);
    const plan = planOf(server.url);
    await run(plan, 'record');
    const { summary } = await run(
      {
        ...plan,
        load: { open: null, closed: { concurrencies: [1], durationMs: 200, warmUpMs: 0 } },
        requirements: [
          {
            text: 'load.throughput@1 at least 1',
            metric: 'load.throughput@1',
            slice: { kind: 'all' },
            percentile: null,
            bound: { kind: 'min', value: 1 },
          },
        ],
      },
      'replay',
    );
    expect(summary.verdict).toBe('inconclusive');
    expect(server.asked).toHaveLength(6);
  });
});
