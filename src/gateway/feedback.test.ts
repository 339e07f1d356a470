import { mkdtemp, rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newBoot, openInvocationIds } from './invocation-id.ts';
import { findInvocation } from './invocation-log/find.ts';
import { type Harness, pause, startHarness, until } from './testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from './testing/table.ts';
import { startUpstream, type TestUpstream } from './testing/upstream.ts';

const INFER = '/v2/models/spam/infer';

describe('feedback', () => {
  let harness: Harness;
  let candidate: TestUpstream;
  beforeEach(async () => {
    harness = await startHarness();
    candidate = await startUpstream('x');
    await harness.push(
      tableWith(1, [
        serviceWith({
          stable: stableAt(candidate.address),
          candidate: candidateAt([candidate.address], { share: 1 }),
        }),
      ]),
    );
  });
  afterEach(async () => {
    await harness.remove();
    await candidate.close();
  });
  const invoke = async (): Promise<string> =>
    String((await harness.ask(INFER)).headers['tidegate-invocation']);
  const report = async (value: unknown) => {
    const answer = await harness.ask('/v1/feedback', { method: 'POST', body: JSON.stringify(value) });
    return { status: answer.status, body: JSON.parse(answer.body) as Record<string, unknown> };
  };
  const counted = () =>
    harness.cohorts().reduce(
      (sum, { guards }) => {
        const { started, bad, good } = guards.feedback!.candidate;
        return { started: sum.started + started, bad: sum.bad + bad, good: sum.good + good };
      },
      { started: 0, bad: 0, good: 0 },
    );

  it('makes a reported invocation bad at once and a silent one good at the deadline', async () => {
    const [one, two] = [await invoke(), await invoke(), await invoke()];
    expect(await report({ invocation: one, outcome: 'bad', label: 'ham', comment: 'wrong' })).toEqual({
      status: 202,
      body: { invocation: one, counted: true },
    });
    expect((await report({ invocation: two, outcome: 'good' })).body.counted).toBe(true);
    await until(() => counted().bad === 1 && counted().good === 1);
    expect(harness.cohorts().some(({ settled }) => settled)).toBe(false);
    await until(() => counted().good === 2, 1_500);
    await until(() => harness.cohorts().every(({ settled }) => settled));
    expect(counted()).toEqual({ started: 3, bad: 1, good: 2 });
    await until(() => harness.gateway.counts().cohortsRetained === 0);
    expect(harness.traffic().find(({ track }) => track === 'candidate')).toMatchObject({
      feedbackGood: 1,
      feedbackBad: 1,
    });
    const found = await findInvocation(harness.logDir, one);
    expect(found!.feedback).toMatchObject([{ outcome: 'bad', label: 'ham', comment: 'wrong', late: false }]);
    expect(found!.invocation).toMatchObject({ id: one, track: 'candidate', ending: 'complete' });
  });

  it('counts one report an invocation', async () => {
    const id = await invoke();
    await report({ invocation: id, outcome: 'bad' });
    expect((await report({ invocation: id, outcome: 'good' })).body).toMatchObject({
      counted: false,
      repeated: true,
    });
    await until(() => counted().bad === 1);
    expect(harness.traffic().find(({ track }) => track === 'candidate')).toMatchObject({
      feedbackGood: 0,
      feedbackBad: 1,
    });
  });

  it('takes a late report, says that it is late, and does not count it', async () => {
    const id = await invoke();
    await until(() => counted().good === 1, 1_500);
    expect((await report({ invocation: id, outcome: 'bad' })).body).toEqual({
      invocation: id,
      counted: false,
      late: true,
    });
    await pause(100);
    expect(counted()).toEqual({ started: 1, bad: 0, good: 1 });
    await until(async () => (await findInvocation(harness.logDir, id))!.feedback[0]?.late === true);
  });

  it('refuses ids that nobody handed out and reports that are none', async () => {
    const id = await invoke();
    const foreign = openInvocationIds(newBoot('staging')).next(Date.now(), 1);
    for (const invocation of ['x', id.slice(1), `${id}0`, foreign])
      expect((await report({ invocation, outcome: 'bad' })).status).toBe(404);
    for (const wrong of [
      {},
      null,
      7,
      { invocation: id },
      { invocation: id, outcome: 'meh' },
      { invocation: id, outcome: 'bad', label: 3 },
      { invocation: id, outcome: 'good', score: -1 },
      { invocation: id, outcome: 'good', score: '3' },
      { invocation: id, outcome: 'good', score: Number.NaN },
    ]) {
      expect((await report(wrong)).status).toBe(400);
    }
    expect((await harness.ask('/v1/feedback', { method: 'POST', body: 'x'.repeat(20_000) })).status).toBe(
      413,
    );
  });

  it('cannot be forged by changing a true id', async () => {
    const id = await invoke();
    const forged = id.slice(0, 31) + (id.endsWith('0') ? '1' : '0');
    expect((await report({ invocation: forged, outcome: 'bad' })).body).toMatchObject({ counted: false });
    await until(() => counted().good === 1, 1_500);
    expect(counted().bad).toBe(0);
  });

  it('reaches the process it is about through the control plane', async () => {
    const { openGateway } = await import('./gateway.ts');
    const { checkGatewayConfig } = await import('./gateway-config.ts');
    const directory = await mkdtemp(`${harness.directory}-second-`);
    const second = await openGateway(
      checkGatewayConfig({
        name: 'second',
        environment: 'production',
        host: '127.0.0.1',
        port: 0,
        controlSocket: harness.link.socketPath,
        stateDir: directory,
        logDir: directory,
      }),
      { info() {}, warn() {}, error() {} },
    );
    await until(() => harness.applied.length === 2);
    const id = await invoke();
    const answer = await fetch(`${second.address}/v1/feedback`, {
      method: 'POST',
      body: JSON.stringify({ invocation: id, outcome: 'bad' }),
    });
    expect([answer.status, await answer.json()]).toEqual([202, { invocation: id, forwarded: true }]);
    await until(() => counted().bad === 1);
    await second.drain();
    await rm(directory, { recursive: true });
  });
});
