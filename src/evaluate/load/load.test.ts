import { afterEach, describe, expect, it } from 'vitest';
import type { LoadPlan } from '../../core/evaluation/load/load-plan.ts';
import type { RunRequirement } from '../../core/evaluation/run/evaluation-plan.ts';
import { reportRun } from '../report/run/run-report.ts';
import { textReport } from '../report/run/text-report.ts';
import { openSides } from '../run-evaluation/open-sides.ts';
import type { Bench } from '../testing/run-plan.ts';
import { addUp, openBench, planOf, sums, targetAt } from '../testing/run-plan.ts';
import type { Answerer, AnswerServer } from '../testing/serve-answers.ts';
import { serveAnswers } from '../testing/serve-answers.ts';

let bench: Bench | null = null;
let server: AnswerServer | null = null;
afterEach(async () => {
  await server?.close();
  bench?.remove();
  server = null;
  bench = null;
});

const open = (more: Partial<NonNullable<LoadPlan['open']>> = {}): LoadPlan => ({
  open: {
    ratePerSecond: 200,
    arrivals: 'fixed',
    durationMs: 1_600,
    warmUpMs: 200,
    // A busy machine lets many wait.
    mostUnderWay: 1_000,
    ...more,
  },
  closed: null,
});

const requirement = (metric: string, kind: 'min' | 'max', value: number): RunRequirement => ({
  text: `${metric} ${kind} ${value}`,
  metric,
  slice: { kind: 'all' },
  percentile: null,
  bound: { kind, value },
});

const run = async (answerer: Answerer, load: LoadPlan, more: Partial<Parameters<typeof planOf>[1]> = {}) => {
  bench = openBench();
  server = await serveAnswers(answerer);
  const finished = await bench.run(
    planOf(server.url, { load, target: targetAt(server.url, { timeoutMs: 30_000 }), ...more }),
    sums(20),
  );
  return {
    ...finished,
    value: (name: string) =>
      finished.summary.metrics.find(({ metric }) => metric === name)?.candidate ?? null,
  };
};

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('an open loop', () => {
  it('sends at the rate whatever the target does, and its figures stand in requirements and reports', async () => {
    const { summary, value, path } = await run(addUp, open(), {
      requirements: [
        // How sure an upper limit is depends on how busy the machine is; that an answer takes time does not.
        requirement('load.p99', 'min', 0.001),
        requirement('load.errorShare', 'max', 0.05),
        requirement('load.p99', 'max', 0.001),
      ],
    });
    // A machine that is busy is late, and sends them all the same.
    expect(summary.load).toMatchObject([
      { part: 'open', sent: 360, answered: 360, missed: 0, stoppedBy: null },
    ]);
    expect(summary.requirements.map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'fail']);
    expect(summary.calls).toBe(380);
    expect(value('load.p50')!.value).toBeGreaterThan(0);
    expect(value('load.throughput')!.value).toBeGreaterThan(1);
    expect(summary.metrics.find(({ metric }) => metric === 'load.p50')?.n).toBe(320);
    const text = textReport(await reportRun(path));
    expect(text).toMatch(/load\.p99 +all +[\d.,]+ ms/);
    expect(text).toContain('load, 200 requests a second: 0.2 s of warm-up and 1.6 s measured: 360 sent');
  });

  it('counts the time that a request had to wait while the target stood still', async () => {
    // The target stops for a second once; who measured from the sending alone would see one slow answer in hundreds.
    let stoodStill: Promise<void> | null = null;
    const { value } = await run(
      async (body, _, call) => {
        if (call === 100) stoodStill = later(1_000);
        if (call < 300) await stoodStill;
        return addUp(body);
      },
      open({ durationMs: 2_000 }),
    );
    // The second holds half of the requests of the stage, and those wait 0.5 s in the mean.
    expect(value('load.p95')!.value).toBeGreaterThan(600);
  });

  it('counts what was not sent as an error, and says that the target did not keep up', async () => {
    const { summary, value } = await run(
      async (body, _, call) => {
        if (call > 20) await later(400);
        return addUp(body);
      },
      open({ mostUnderWay: 8 }),
      { requirements: [requirement('load.errorShare', 'max', 0.2)] },
    );
    const [finding] = summary.load!;
    // 8 under way for 0.4 s each are 20 a second, of 200.
    expect(finding!.missed).toBeGreaterThan(200);
    expect(value('load.errorShare')!.value).toBeGreaterThan(0.7);
    expect(summary.verdict).toBe('fail');
    expect(summary.notes.join('\n')).toContain('the target did not keep up');
  });

  it('asks nothing twice, and takes 429 for an error', async () => {
    const { summary, value } = await run((body, response, call) => {
      if (call <= 20) return addUp(body);
      response.statusCode = 429;
      response.setHeader('retry-after', '60');
      return { error: 'slow down' };
    }, open());
    expect(summary.load).toMatchObject([{ answered: 0, errors: { 'rate-limited': 360 } }]);
    expect(value('load.errorShare')!.value).toBe(1);
    expect(value('load.p50')!.value).toBe(30_000);
  });

  it('leaves a requirement open when there were too few requests to tell', async () => {
    const { summary } = await run(addUp, open({ durationMs: 500 }), {
      requirements: [requirement('load.p95', 'max', 25_000)],
    });
    expect(summary.requirements).toMatchObject([{ verdict: 'inconclusive' }]);
    expect(summary.requirements[0]!.detail).toContain('more requests like these would settle it');
    expect(summary.verdict).toBe('inconclusive');
  });

  it('keeps within the budget, and is then worth nothing', async () => {
    const { summary } = await run(addUp, open(), {
      budget: { calls: 120, tokens: null, usd: null, timeMs: null },
      requirements: [requirement('load.errorShare', 'max', 0.5)],
    });
    expect(summary.calls).toBe(120);
    expect(summary).toMatchObject({ verdict: 'inconclusive', stoppedBy: 'budget' });
    expect(summary.requirements[0]!.detail).toBe('load.errorShare was not measured');
  });

  it('ends where no more requests are allowed, says so, and is then worth nothing', async () => {
    bench = openBench();
    server = await serveAnswers(addUp);
    const plan = planOf(server.url, { load: open(), requirements: [requirement('load.p50', 'min', 0.001)] });
    const { summary } = await bench.run(plan, sums(20), {
      openSides: async (options, closing) => ({
        ...(await openSides(options, closing)),
        underLoad: { mostRequests: 30 },
      }),
    });
    expect(summary).toMatchObject({ calls: 50, verdict: 'inconclusive', load: [{ sent: 30 }] });
    expect(summary.notes.join('\n')).toContain('no more than 30 requests');
  });

  it('begins anew when the run goes on that was interrupted in it, and asks no case again', async () => {
    bench = openBench();
    const interrupt = new AbortController();
    server = await serveAnswers((body, _, call) => {
      if (call === 60) interrupt.abort();
      return addUp(body);
    });
    const plan = planOf(server.url, { load: open({ durationMs: 500 }) });
    const stopped = await bench.run(plan, sums(20), { signal: interrupt.signal });
    expect(stopped.summary).toMatchObject({ verdict: 'inconclusive', stoppedBy: 'interrupted', cases: 20 });
    expect(stopped.summary.metrics.some(({ metric }) => metric.startsWith('load.'))).toBe(false);
    const before = stopped.summary.calls;
    const resumed = await bench.run(plan, sums(20), { resume: stopped.path });
    expect(resumed.summary).toMatchObject({ verdict: 'pass', stoppedBy: null, calls: before + 140 });
    expect(resumed.summary.load).toMatchObject([{ sent: 140, answered: 140 }]);
  });
});

describe('a closed loop', () => {
  it('measures how much the target gets through with so many callers', async () => {
    const { summary, value } = await run(
      async (body) => {
        await later(50);
        return addUp(body);
      },
      { open: null, closed: { concurrencies: [1, 8], durationMs: 900, warmUpMs: 100 } },
    );
    expect(summary.load!.map(({ callers }) => callers)).toEqual([1, 8]);
    const [one, eight] = [value('load.throughput@1')!.value, value('load.throughput@8')!.value];
    // In 900 ms one caller gets through 18, one more that straddles the beginning, and timers may be early by 1 ms.
    expect(one).toBeLessThanOrEqual((900 / 49 + 1) / 0.9);
    expect(eight).toBeGreaterThan(1.5 * one);
  });
});
