import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunRequirement } from '../../core/evaluation/run/evaluation-plan.ts';
import type { Bench } from '../testing/run-plan.ts';
import { addUp, atLeast, openBench, planOf, sums } from '../testing/run-plan.ts';

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.remove());

describe('a run that may stop early', () => {
  const many = sums(600);

  it.each([
    ['good', (): boolean => false, 'pass'],
    ['bad', (call: number): boolean => call % 3 === 0, 'fail'],
  ] as const)('asks a clearly %s target only as much as the verdict needs', async (_, isWrong, verdict) => {
    const { url, asked } = await bench.serve((body, _response, call) =>
      isWrong(call) ? 'wrong' : addUp(body),
    );
    const plan = planOf(url, { requirements: [atLeast('exact', 0.85)], stopsEarly: true });
    const { summary } = await bench.run(plan, many);
    expect(summary).toMatchObject({ verdict, stoppedBy: 'settled' });
    expect(asked.length).toBeLessThan(0.4 * many.length);
    expect(asked.slice(0, 20)).not.toEqual(many.slice(0, 20).map(({ input }) => input));
  });

  it('goes on in the same order after an interruption, and is settled once', async () => {
    const interrupt = new AbortController();
    const { url, asked } = await bench.serve((body, _, call) => {
      if (call === 12) interrupt.abort();
      return addUp(body);
    });
    const plan = planOf(url, { requirements: [atLeast('exact', 0.85)], stopsEarly: true });
    const whole = await bench.run(plan, many, { signal: interrupt.signal });
    expect(whole.summary.stoppedBy).toBe('interrupted');
    const before = whole.records.length;
    const { summary } = await bench.run(plan, many, { resume: whole.path });
    expect(summary).toMatchObject({ verdict: 'pass', stoppedBy: 'settled' });
    expect(asked.length).toBeLessThan(0.4 * many.length + before);
    await expect(bench.run(plan, many, { resume: whole.path })).rejects.toThrow(/has ended/);
    await expect(bench.run({ ...plan, seed: 2 }, many, { resume: whole.path })).rejects.toThrow(
      /order of the cases/,
    );
  });

  it('asks nothing more when it was killed between being settled and its summary', async () => {
    const { url, asked } = await bench.serve(addUp);
    const plan = planOf(url, { requirements: [atLeast('exact', 0.85)], stopsEarly: true });
    const { path, summary: before } = await bench.run(plan, many);
    expect(before.stoppedBy).toBe('settled');
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    writeFileSync(path, `${lines.slice(0, -1).join('\n')}\n`);
    const calls = asked.length;
    const { summary } = await bench.run(plan, many, { resume: path });
    expect(asked).toHaveLength(calls);
    expect(summary).toMatchObject({ verdict: 'pass', stoppedBy: 'settled', cases: before.cases });
  });

  it('does not pass where most cases are in error, though none of those that a requirement is about', async () => {
    const { url } = await bench.serve((body, response) => {
      if (Number(String(body).split('+')[0]) % 2 === 0) return addUp(body);
      response.statusCode = 500;
      response.end();
    });
    const even: RunRequirement = { ...atLeast('exact', 0.5), slice: { kind: 'tag', tag: 'even' } };
    const { summary } = await bench.run(planOf(url, { requirements: [even], stopsEarly: true }), sums(200));
    expect(summary).toMatchObject({ verdict: 'inconclusive', stoppedBy: null, cases: 200 });
  });
});
