import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunRequirement } from '../../core/evaluation/run/evaluation-plan.ts';
import type { Bench } from '../testing/run-plan.ts';
import { addUp, openBench, planOf, sums } from '../testing/run-plan.ts';
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

describe('a run that may stop early', () => {
  const many = sums(600);

  it.each([
    ['good', (): boolean => false, 'pass'],
    ['bad', (call: number): boolean => call % 3 === 0, 'fail'],
  ] as const)('asks a clearly %s target only as much as the verdict needs', async (_, isWrong, verdict) => {
    const { url, asked } = await serve((body, _response, call) => (isWrong(call) ? 'wrong' : addUp(body)));
    const plan = planOf(url, { requirements: [atLeast('exact', 0.85)], stopsEarly: true });
    const { summary } = await bench.run(plan, many);
    expect(summary).toMatchObject({ verdict, stoppedBy: 'settled' });
    expect(asked.length).toBeLessThan(0.4 * many.length);
    expect(asked.slice(0, 20)).not.toEqual(many.slice(0, 20).map(({ input }) => input));
  });

  it('goes on in the same order after an interruption, and is settled once', async () => {
    const interrupt = new AbortController();
    const { url, asked } = await serve((body, _, call) => {
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
    await expect(bench.run(plan, many, { resume: whole.path })).rejects.toThrow(/is settled/);
    await expect(bench.run({ ...plan, seed: 2 }, many, { resume: whole.path })).rejects.toThrow(
      /order of the cases/,
    );
  });
});
