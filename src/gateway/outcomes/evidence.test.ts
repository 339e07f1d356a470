import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Outcomes } from '../../core/evidence/index.ts';
import type { OutcomeReadings } from '../../core/routing/table.ts';
import { assign, placeOfKey } from '../assignment/assign.ts';
import type { GatewaySettings } from '../gateway-settings.ts';
import type { InvocationRecord } from '../invocation-log/line.ts';
import { type Harness, startHarness, until } from '../testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream, type TestUpstream } from '../testing/upstream.ts';

const INFER = '/v2/models/spam/infer';
const guards = (...names: string[]) => names.map((name) => ({ name, marginShare: 0.02 }));
const readings = (overrides: Partial<OutcomeReadings>): OutcomeReadings => ({
  guards: guards('errors', 'client-errors'),
  slowMs: 400,
  feedbackWithinMs: 500,
  ...overrides,
});
const keyOn = (track: 'stable' | 'candidate', share: number, n = 0): string => {
  for (let at = 0; ; at += 1) {
    const key = `user-${n}-${at}`;
    if (assign(placeOfKey('salt-1', key), share) === track) return key;
  }
};

describe('what a gateway sees', () => {
  let harness: Harness;
  let stable: TestUpstream;
  let candidate: TestUpstream;
  const start = async (
    answerOf: { stable: Parameters<typeof startUpstream>[0]; candidate: Parameters<typeof startUpstream>[0] },
    settings: GatewaySettings = {},
  ) => {
    harness = await startHarness({ settings });
    stable = await startUpstream(answerOf.stable);
    candidate = await startUpstream(answerOf.candidate);
  };
  afterEach(async () => {
    await harness.remove();
    await stable.close();
    await candidate.close();
  });
  const expose = (
    seq: number,
    overrides: Parameters<typeof candidateAt>[1],
    service: Partial<Parameters<typeof serviceWith>[0]> = {},
    table: Parameters<typeof tableWith>[2] = {},
  ) =>
    harness.push(
      tableWith(
        seq,
        [
          serviceWith({
            stable: stableAt(stable.address),
            candidate: candidateAt([candidate.address], overrides),
            ...service,
          }),
        ],
        table,
      ),
    );
  const sum = (of: 'guards' | 'keys', guard: string, track: 'stable' | 'candidate'): Outcomes =>
    harness.cohorts().reduce(
      (total, cohort) => {
        const { started, bad, good } = cohort[of]?.[guard]?.[track] ?? { started: 0, bad: 0, good: 0 };
        return { started: total.started + started, bad: total.bad + bad, good: total.good + good };
      },
      { started: 0, bad: 0, good: 0 },
    );
  const levels = (guard: string): { started: number; levels: number[] } =>
    harness.cohorts().reduce(
      (total, { means }) => {
        const values = means?.[guard]?.candidate ?? { started: 0, levels: [] };
        return {
          started: total.started + values.started,
          levels: total.levels.map((count, level) => count + (values.levels[level] ?? 0)),
        };
      },
      { started: 0, levels: new Array<number>(17).fill(0) },
    );
  /** Nothing is retained once every outcome is final and reported. */
  const allSettled = () =>
    until(() => harness.cohorts().length > 0 && harness.gateway.counts().cohortsRetained === 0);
  const logged = async (count: number): Promise<InvocationRecord[]> => {
    const directory = path.join(harness.logDir, 'production');
    let lines: InvocationRecord[] = [];
    await until(async () => {
      const texts = await Promise.all(
        (await readdir(directory)).map((file) => readFile(path.join(directory, file), 'utf8')),
      );
      lines = texts.flatMap((text) =>
        text
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as InvocationRecord),
      );
      return lines.length >= count;
    });
    return lines;
  };

  describe('of client errors', () => {
    it('is every 4xx but those about who asks and how often, on the track that gave it', async () => {
      let status = 200;
      await start({ stable: 'x', candidate: (_, res) => res.writeHead(status).end('{}') });
      await expose(1, { share: 1, readings: readings({}) });
      for (status of [400, 422, 404, 401, 403, 429, 200]) await harness.ask(INFER);
      await allSettled();
      expect(sum('guards', 'client-errors', 'candidate')).toEqual({ started: 7, bad: 3, good: 4 });
      expect(sum('guards', 'errors', 'candidate')).toEqual({ started: 7, bad: 0, good: 7 });
      expect(sum('guards', 'client-errors', 'stable').started).toBe(0);
    });

    it('is paired for mirrored requests', async () => {
      await start({ stable: '{}', candidate: (_, res) => res.writeHead(422).end() });
      await expose(1, { share: 0, mirrorShare: 1, readings: readings({}) });
      for (let n = 0; n < 3; n += 1) await harness.ask(INFER, { method: 'POST', body: '{}' });
      await until(
        () =>
          harness
            .cohorts()
            .reduce((n, { pairs }) => n + (pairs?.['client-errors']?.candidateOnly ?? 0), 0) === 3,
      );
      await allSettled();
    });
  });

  it('says after a second what had failed by then, and settles with the rest', async () => {
    await start({ stable: 'x', candidate: (_, res) => setTimeout(() => res.writeHead(500).end(), 1_600) });
    await expose(1, { share: 1, rescue: false, readings: readings({}) });
    const asked = harness.ask(INFER);
    const early = () => harness.cohorts()[0]?.guards.errors?.candidate.early;
    await until(() => early()?.good === 1);
    expect(harness.cohorts()[0]!).toMatchObject({
      settled: false,
      guards: { errors: { candidate: { started: 1, bad: 0, good: 0 } } },
    });
    expect((await asked).status).toBe(500);
    await allSettled();
    expect(harness.cohorts()[0]!.guards.errors!.candidate).toEqual({
      started: 1,
      bad: 1,
      good: 0,
      early: { bad: 0, good: 1 },
    });
  });

  it('of a sticky key counts once in each stage, and every request besides', async () => {
    await start({ stable: 'x', candidate: 'y' });
    const sticky = { sticky: { by: 'header', name: 'x-user' } as const };
    const unit = readings({ unit: 'key' });
    await expose(1, { share: 0.5, readings: unit }, sticky);
    const users = { stable: keyOn('stable', 0.5), candidate: keyOn('candidate', 0.5) };
    const ask = (user?: string) =>
      harness.ask(INFER, user === undefined ? {} : { headers: { 'x-user': user } });
    for (let n = 0; n < 4; n += 1) for (const user of Object.values(users)) await ask(user);
    await ask();
    await allSettled();
    for (const track of ['stable', 'candidate'] as const)
      expect(sum('keys', 'errors', track)).toEqual({ started: 1, bad: 0, good: 1 });
    const requests = ['stable', 'candidate'].map(
      (track) => sum('guards', 'errors', track as 'stable').started,
    );
    expect(requests[0]! + requests[1]!).toBe(9);
    await expose(2, { share: 0.5, stage: 1, readings: unit }, sticky);
    await ask(users.candidate);
    await until(() => sum('keys', 'errors', 'candidate').started === 2);
    // While nothing is drawn a key is not used up.
    await expose(3, { share: 0, stage: 2, readings: unit }, sticky);
    await ask(users.candidate);
    await expose(4, { share: 0.5, stage: 2, readings: unit }, sticky);
    await ask(users.candidate);
    await until(() => sum('keys', 'errors', 'candidate').started === 3);
  });

  it('has no keys where requests are drawn one by one', async () => {
    await start({ stable: 'x', candidate: 'y' });
    await expose(1, { share: 0.5, readings: readings({}) });
    await harness.ask(INFER);
    await allSettled();
    expect(harness.cohorts()[0]!.keys).toBeUndefined();
  });

  it('gives stable what heavy users would give the candidate above the ceiling, and counts nothing meanwhile', async () => {
    await start({ stable: 'from stable', candidate: 'from candidate' });
    await expose(
      1,
      { share: 0.1, readings: readings({ unit: 'key' }) },
      { sticky: { by: 'header', name: 'x-user' } },
    );
    const heavy = keyOn('candidate', 0.1);
    const light = keyOn('stable', 0.1);
    const bodies: string[] = [];
    const ask = async (user: string) =>
      bodies.push((await harness.ask(INFER, { headers: { 'x-user': user } })).body);
    for (let n = 0; n < 200; n += 1) await ask(n % 5 === 0 ? heavy : light);
    const started = () =>
      sum('guards', 'errors', 'stable').started + sum('guards', 'errors', 'candidate').started;
    await until(() => started() === 200);
    expect(bodies.filter((body) => body === 'from candidate')).toHaveLength(40);
    for (let n = 0; n < 30; n += 1) await ask(heavy);
    await ask(light);
    const fresh = keyOn('stable', 0.1, 1);
    await ask(fresh);
    const lines = await logged(232);
    const overflow = lines.filter((line) => line.overflow === true);
    expect(overflow.length).toBeGreaterThan(20);
    expect(overflow.every(({ track, release }) => track === 'stable' && release!.includes('aaaa'))).toBe(
      true,
    );
    expect(candidate.requests / 232).toBeLessThanOrEqual(0.2);
    expect(stable.requests + candidate.requests).toBe(232);
    await until(() => harness.traffic().some(({ overflowed }) => overflowed === overflow.length));
    await allSettled();
    // The ceiling was reached again and again: what was counted is what came while it was not.
    expect(started()).toBeLessThan(232 - overflow.length + 1);
    expect(sum('guards', 'errors', 'candidate').started).toBe(candidate.requests);
    const atCeiling = () => harness.traffic().reduce((total, one) => total + (one.atCeiling ?? 0), 0);
    await until(() => started() + atCeiling() === 232);
  });

  it('leaves out an API key that fails again and again, on both tracks, and says so', async () => {
    const failing =
      (name: string) =>
      (req: { headers: Record<string, unknown> }, res: import('node:http').ServerResponse) =>
        req.headers['x-fail'] === undefined ? res.end(name) : res.writeHead(500).end();
    await start({ stable: failing('s'), candidate: failing('c') }, { keyRuleWindowMs: 1_500 });
    const keys = Array.from({ length: 21 }, (_, n) => ({
      id: `key-${n}`,
      sha256: createHash('sha256').update(`secret-${n}`).digest('hex'),
    }));
    await expose(
      1,
      { share: 0.5, rescue: false, readings: readings({}) },
      {},
      { apiKeys: { required: true, keys } },
    );
    const ask = (n: number, headers: Record<string, string> = {}) =>
      harness.ask(INFER, { headers: { authorization: `Bearer secret-${n}`, ...headers } });
    const leftOut = () => harness.traffic().reduce((total, one) => total + (one.leftOut ?? 0), 0);
    const bothStarted = () =>
      sum('guards', 'errors', 'stable').started + sum('guards', 'errors', 'candidate').started;
    let asked = 0;
    await until(async () => {
      // Twenty other keys keep coming, one keeps failing; the rule begins with the second window.
      for (let n = 0; n < 20; n += 1) expect((await ask(n)).status).toBe(200);
      for (let n = 0; n < 15; n += 1) expect((await ask(20, { 'x-fail': '1' })).status).toBe(500);
      asked += 35;
      return leftOut() > 5;
    }, 10_000);
    await until(() => bothStarted() + leftOut() === asked);
    expect(sum('guards', 'errors', 'stable').bad + sum('guards', 'errors', 'candidate').bad).toBeLessThan(
      asked,
    );
    await allSettled();
  });

  it('of cost is a number in the answer, also of the last event of a stream', async () => {
    await start({
      stable: 'x',
      candidate: (req, res) => {
        if (req.headers.accept === 'text/event-stream') {
          res.writeHead(200, { 'content-type': 'text/event-stream' });
          res.write('data: {"usage":null}\n\n');
          res.end('data: {"usage":{"total_tokens":5}}\n\ndata: [DONE]\n\n');
        } else if (req.headers['x-fail'] !== undefined)
          res.writeHead(500).end('{"usage":{"total_tokens":9}}');
        else if (req.headers['x-odd'] !== undefined) res.end('{"usage":{"total_tokens":"many"}}');
        else res.end('{"usage":{"total_tokens":10}}');
      },
    });
    const cost = { pointer: '/usage/total_tokens', most: 10 };
    await expose(1, { share: 1, rescue: false, readings: readings({ guards: guards('cost'), cost }) });
    await harness.ask(INFER);
    await harness.ask(INFER, { headers: { accept: 'text/event-stream' } });
    await harness.ask(INFER, { headers: { 'x-fail': '1' } });
    await harness.ask(INFER, { headers: { 'x-odd': '1' } });
    await allSettled();
    const { started, levels: counts } = levels('cost');
    expect([started, counts[16], counts[8], counts[0]]).toEqual([4, 1, 1, 1]);
    expect(counts.reduce((a, b) => a + b)).toBe(3);
  });

  it('of scores is what feedback brings, told when no more can come', async () => {
    await start({ stable: 'x', candidate: 'y' });
    await expose(1, {
      share: 1,
      readings: readings({ guards: guards('feedback', 'score'), score: { most: 4 } }),
    });
    const report = async (score: unknown) => {
      const invocation = String((await harness.ask(INFER)).headers['tidegate-invocation']);
      const answer = await harness.ask('/v1/feedback', {
        method: 'POST',
        body: JSON.stringify({ invocation, outcome: 'good', score }),
      });
      return { status: answer.status, body: JSON.parse(answer.body) as Record<string, unknown> };
    };
    expect((await report(4)).body).toMatchObject({ counted: true, scored: true });
    expect((await report(1)).body).toMatchObject({ counted: true, scored: true });
    expect((await report(5)).body).toMatchObject({ counted: true, scored: false });
    expect((await report(undefined)).body).not.toHaveProperty('scored');
    for (const wrong of ['4', -1, null]) expect((await report(wrong)).status).toBe(400);
    await allSettled();
    const { started, levels: counts } = levels('score');
    expect([started, counts[0], counts[12]]).toEqual([2, 1, 1]);
    expect(sum('guards', 'feedback', 'candidate')).toEqual({ started: 7, bad: 0, good: 7 });
  });
});
