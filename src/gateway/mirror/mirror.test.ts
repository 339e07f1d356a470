import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Harness, startHarness, until } from '../testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream, type TestUpstream } from '../testing/upstream.ts';

const INFER = '/v2/models/spam/infer';
const GUARDS = [
  { name: 'errors', marginShare: 0.02 },
  { name: 'slow', marginShare: 0.02 },
];

describe('mirroring', () => {
  let harness: Harness;
  let stable: TestUpstream;
  beforeEach(async () => {
    harness = await startHarness({ settings: { mirrorsWaitingAtMost: 8, mirrorConcurrency: 4 } });
    stable = await startUpstream((_, res, body) => {
      if (body.toString() === '{"fail":"both"}') res.writeHead(500).end('x');
      else res.end('{"label":"spam","score":0.9}');
    });
  });
  afterEach(async () => {
    await harness.remove();
    await stable.close();
  });
  const shadow = (
    address: string,
    compare: { pointers: string[]; tolerance: number } | null = null,
    slowMs = 400,
  ) =>
    harness.push(
      tableWith(1, [
        serviceWith({
          stable: stableAt(stable.address),
          candidate: candidateAt([address], {
            share: 0,
            mirrorShare: 1,
            compare,
            readings: { guards: GUARDS, slowMs, feedbackWithinMs: 100 },
          }),
          timeouts: { connectMs: 500, firstByteMs: 1_500, totalMs: 2_000, idleMs: 1_000 },
        }),
      ]),
    );
  const sum = <T>(values: readonly T[], of: (value: T) => number): number =>
    values.reduce((total, value) => total + of(value), 0);
  const pairs = (guard: string) =>
    ['both', 'stableOnly', 'candidateOnly', 'neither'].map((kind) =>
      sum(harness.cohorts(), (cohort) => cohort.pairs?.[guard]?.[kind as 'both'] ?? 0),
    );

  it('sends the same request to the candidate and pairs the outcomes', async () => {
    const bodies: string[] = [];
    const headers: Record<string, unknown>[] = [];
    const candidate = await startUpstream((req, res, body) => {
      bodies.push(body.toString());
      headers.push(req.headers);
      if (body.toString().includes('fail')) res.writeHead(500).end('x');
      else res.end('{"label":"spam","score":0.9}');
    });
    await shadow(candidate.address);
    for (const body of ['{"n":1}', '{"fail":"both"}', '{"fail":"candidate"}', '{"n":2}']) {
      const answer = await harness.ask(INFER, { method: 'POST', body });
      expect(answer.headers['tidegate-release']).toBe('1.0.0@aaaaaaaaaaaa');
    }
    await until(() => pairs('errors').reduce((a, b) => a + b) === 4);
    expect(pairs('errors')).toEqual([1, 0, 1, 2]);
    expect(bodies.sort()).toEqual(['{"fail":"both"}', '{"fail":"candidate"}', '{"n":1}', '{"n":2}']);
    expect(headers[0]!['tidegate-mirrored']).toBe('true');
    expect(sum(harness.cohorts(), ({ guards }) => guards.errors!.candidate.started)).toBe(0);
    await until(() => harness.cohorts().every(({ settled }) => settled));
    await until(() =>
      harness
        .traffic()
        .some(({ track, answered, failed }) => track === 'shadow' && answered === 4 && failed === 2),
    );
    await candidate.close();
  });

  it('compares the answers as it is told', async () => {
    let n = 0;
    const answers = [
      '{"label":"spam","score":0.90004}',
      '{"label":"ham","score":0.9}',
      'no json',
      '{"score":0.8,"label":"spam"}',
    ];
    const candidate = await startUpstream((_, res) => {
      n += 1;
      if (n > answers.length) res.writeHead(500).end();
      else res.end(answers[n - 1]);
    });
    await shadow(candidate.address, { pointers: ['/label', '/score'], tolerance: 0.001 });
    for (let at = 1; at <= 5; at += 1) {
      await harness.ask(INFER, { method: 'POST', body: '{}' });
      await until(
        () =>
          sum(
            harness.cohorts(),
            ({ comparisons }) => (comparisons?.agree ?? 0) + (comparisons?.disagree ?? 0),
          ) === at,
      );
    }
    expect(sum(harness.cohorts(), ({ comparisons }) => comparisons?.agree ?? 0)).toBe(1);
    expect(sum(harness.cohorts(), ({ comparisons }) => comparisons?.disagree ?? 0)).toBe(4);
    await harness.ask(INFER, { method: 'POST', body: '{"fail":"both"}' });
    await until(() => harness.cohorts().every(({ settled }) => settled));
    expect(sum(harness.cohorts(), ({ comparisons }) => comparisons?.started ?? 0)).toBe(5);
    await candidate.close();
  });

  it('never lets a hanging candidate slow the user, and counts what it leaves out', async () => {
    const hanging = await startUpstream(() => {});
    await shadow(hanging.address, null, 200);
    const latencies: number[] = [];
    for (let n = 0; n < 100; n += 1) {
      const startedAtMs = performance.now();
      expect((await harness.ask(INFER, { method: 'POST', body: '{}' })).status).toBe(200);
      latencies.push(performance.now() - startedAtMs);
    }
    latencies.sort((a, b) => a - b);
    // The candidate takes 1,500 ms to fail; the bounds leave room for a busy machine.
    expect(latencies[50]).toBeLessThan(100);
    expect(latencies[99]).toBeLessThan(1_000);
    await until(() =>
      harness
        .traffic()
        .some(({ track, mirrorDropped }) => track === 'shadow' && mirrorDropped === 100 - 4 - 8),
    );
    // Hanging is slow as soon as it is old, long before the time-out.
    await until(() => pairs('slow')[2]! >= 4, 1_000);
    expect(pairs('errors')).toEqual([0, 0, 0, 0]);
    await hanging.close();
  });

  it('proves nothing by a request whose client left', async () => {
    const failing = await startUpstream((_, res) => res.writeHead(500).end());
    const hanging = await startUpstream(() => {});
    await harness.push(
      tableWith(1, [
        serviceWith({
          stable: stableAt(hanging.address),
          candidate: candidateAt([failing.address], {
            share: 0,
            mirrorShare: 1,
            readings: { guards: GUARDS, slowMs: 9_000, feedbackWithinMs: 1 },
          }),
        }),
      ]),
    );
    const leaving = new AbortController();
    const asked = fetch(harness.gateway.address + INFER, {
      method: 'POST',
      body: '{}',
      signal: leaving.signal,
    }).catch(() => {});
    await until(() => failing.requests === 1 && hanging.requests === 1);
    leaving.abort();
    await asked;
    await until(() => pairs('errors').reduce((a, b) => a + b) === 1);
    expect(pairs('errors')).toEqual([0, 0, 0, 1]);
    await failing.close();
    await hanging.close();
  });
});
