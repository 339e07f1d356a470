import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { FallbackSpec, FaultPlan, FaultScenario } from '../../core/evaluation/faults/fault-plan.ts';
import type { Bench } from '../testing/run-plan.ts';
import { openBench, planOf, sums, targetAt } from '../testing/run-plan.ts';
import type { Answerer, AnswerServer } from '../testing/serve-answers.ts';
import { serveAnswers } from '../testing/serve-answers.ts';

const closing: (() => unknown)[] = [];
let bench: Bench | null = null;
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  bench?.remove();
  bench = null;
});

const serve = async (answerer: Answerer): Promise<AnswerServer> => {
  const server = await serveAnswers(answerer);
  closing.push(server.close);
  return server;
};

/** One that nothing listens on now. */
const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
};

/** The model behind the service: adds up, and says so in an answer long enough to be cut. */
const model: Answerer = (body) => {
  const { sum } = body as { readonly sum: string };
  return { text: `${2 * Number(sum.split('+')[0])}`, filler: 'x'.repeat(400) };
};

interface Care {
  readonly timeoutMs: number;
  readonly attempts: number;
  /** What it says when its model does not; null: it passes the trouble on as HTTP 500. */
  readonly fallback: unknown;
}

/** A service as people write them: asks its model at `modelUrl`, with a time-out and second attempts. */
const serveService = (modelUrl: string, { timeoutMs, attempts, fallback }: Care): Promise<AnswerServer> =>
  serve(async (sum, response) => {
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      try {
        const answer = await fetch(modelUrl, {
          method: 'POST',
          body: JSON.stringify({ sum }),
          headers: { 'content-type': 'application/json' },
          signal: AbortSignal.timeout(timeoutMs),
        });
        if (!answer.ok) throw new Error(`the model said ${answer.status}`);
        return { text: ((await answer.json()) as { readonly text: string }).text };
      } catch {
        // Another attempt, or the fallback.
      }
    }
    if (fallback === null) response.statusCode = 500;
    return fallback ?? { error: 'model trouble' };
  });

const APOLOGY = { text: 'try again later' };
const expected = (more: Partial<FallbackSpec> = {}): FallbackSpec => ({
  statuses: [200],
  withinMs: 20_000,
  contains: 'try again later',
  schema: undefined,
  scores: {},
  ...more,
});
const scenario = (fault: FaultScenario['fault'], more: Partial<FaultScenario> = {}): FaultScenario => ({
  name: fault.kind,
  fault,
  firstCalls: null,
  expect: expected(),
  ...more,
});

const run = async (
  care: Care,
  scenarios: readonly FaultScenario[],
  { isRequired = true, throughProxy = true, cases = 2 } = {},
) => {
  const upstream = await serve(model);
  const port = await freePort();
  const { origin } = new URL(upstream.url);
  const service = await serveService(throughProxy ? `http://127.0.0.1:${port}/answer` : upstream.url, care);
  const faults: FaultPlan = {
    upstream: origin,
    listen: { host: '127.0.0.1', port },
    cases,
    scenarios,
    isRequired,
  };
  bench = openBench();
  const plan = planOf(service.url, { faults, target: targetAt(service.url, { output: '/text' }) });
  return { ...(await bench.run(plan, sums(4))), upstream };
};

const careful: Care = { timeoutMs: 10_000, attempts: 1, fallback: APOLOGY };

describe('fault tests', () => {
  it('pass a service that has an answer whatever its upstream does, and leave the cases alone', async () => {
    const { summary, upstream } = await run(
      { ...careful, timeoutMs: 1_500 },
      [
        scenario({ kind: 'timeout' }),
        scenario({ kind: 'status', status: 500, retryAfterMs: null }),
        scenario({ kind: 'status', status: 429, retryAfterMs: 2_000 }, { name: 'rate limit' }),
        scenario({ kind: 'slow-stream', pauseMs: 400 }),
        scenario({ kind: 'truncated-json' }),
        scenario({ kind: 'truncated-stream' }),
        scenario({ kind: 'reset' }),
      ],
      { cases: 1 },
    );
    expect(summary.requirements.map(({ requirement, verdict }) => [requirement, verdict])).toEqual([
      ['fallback: timeout', 'pass'],
      ['fallback: status', 'pass'],
      ['fallback: rate limit', 'pass'],
      ['fallback: slow-stream', 'pass'],
      ['fallback: truncated-json', 'pass'],
      ['fallback: truncated-stream', 'pass'],
      ['fallback: reset', 'pass'],
    ]);
    expect(summary).toMatchObject({ verdict: 'pass', errors: 0, cases: 4, calls: 4 + 7 });
    expect(summary.faults![0]!.cases).toMatchObject([
      { id: 'c0', outcome: 'kept', status: 200, calls: 1, faulted: 1 },
    ]);
    // 4 cases through the proxy, and three kinds of faults that begin with the real answer.
    expect(upstream.asked).toHaveLength(4 + 3);
  });

  it.each([
    ['passes trouble on', { ...careful, fallback: null }, { kind: 'reset' }, 'c0: HTTP 500 and not 200'],
    [
      'has another fallback',
      { ...careful, fallback: { text: 'hm' } },
      { kind: 'reset' },
      'does not hold "try again later"',
    ],
    [
      'waits too long',
      { ...careful, timeoutMs: 20_000 },
      { kind: 'timeout' },
      'no complete answer within 3000 ms',
    ],
  ] as const)('fail a service that %s, and say why', async (_, care, fault, why) => {
    const { summary } = await run(care, [scenario(fault, { expect: expected({ withinMs: 3_000 }) })], {
      cases: 1,
    });
    expect(summary.verdict).toBe('fail');
    expect(summary.requirements[0]!.detail).toContain(why);
  });

  it('let a second attempt through where only the first call fails', async () => {
    const { summary } = await run({ ...careful, attempts: 2 }, [
      scenario(
        { kind: 'reset' },
        { firstCalls: 1, expect: expected({ contains: null, scores: { exact: 1 } }) },
      ),
      scenario(
        { kind: 'reset' },
        { name: 'for good', expect: expected({ contains: null, scores: { exact: 1 } }) },
      ),
    ]);
    expect(summary.requirements.map(({ verdict }) => verdict)).toEqual(['pass', 'fail']);
    expect(summary.requirements[1]!.detail).toContain('exact is 0, less than 1');
    expect(summary.faults![0]!.cases[0]).toMatchObject({ calls: 2, faulted: 1 });
  });

  it('hold what comes back to a schema', async () => {
    const schema = { const: 'try again later' };
    const { summary } = await run(careful, [
      scenario({ kind: 'reset' }, { expect: expected({ schema }) }),
      scenario({ kind: 'reset' }, { name: 'other', expect: expected({ schema: { type: 'number' } }) }),
    ]);
    expect(summary.requirements.map(({ verdict }) => verdict)).toEqual(['pass', 'fail']);
  });

  it('are no pass for a service that does not call through the proxy', async () => {
    const { summary } = await run(
      careful,
      [scenario({ kind: 'reset' }, { expect: expected({ contains: null }) })],
      {
        throughProxy: false,
      },
    );
    expect(summary).toMatchObject({ verdict: 'inconclusive' });
    expect(summary.requirements[0]!.detail).toContain('the service made no call through http://127.0.0.1:');
  });

  it('only report where they are not required', async () => {
    const { summary } = await run({ ...careful, fallback: null }, [scenario({ kind: 'reset' })], {
      isRequired: false,
    });
    expect(summary).toMatchObject({ verdict: 'pass', requirements: [] });
    expect(summary.notes.join('\n')).toContain('fallback, not required: reset: fail');
  });
});
