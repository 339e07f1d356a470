import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runInProcess } from '../../src/cli/testing/run-in-process.ts';
import type { LaneView } from '../../src/client/client.ts';
import type { RunLine } from '../../src/core/evaluation/run/run-record.ts';
import type { Behaviour } from './harness/behaviour.ts';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';
import { until } from './harness/until.ts';

const environment = 'production';
const lane = { environment, service: 'parrot' };
const CASES = 10;

/** How sure an upper limit is depends on how busy the machine is; that an answer takes time does not. */
const file = (duration: string) => `
golden: golden.jsonl
target: {url: 'http://127.0.0.1:9/work', method: GET, output: /answer}
scorers: [exact]
load: {open: {rate: 400/s, arrivals: fixed, duration: ${duration}, warmUp: 50ms}}
require:
  - {metric: exact, min: 50%}
  - {metric: load.p95, min: 0.001}
  - {metric: load.errorShare, max: 30%}
`;

describe('a release whose evaluation file has a load stage, on a control plane with its replicas', () => {
  let tidegate: Tidegate;
  beforeAll(async () => {
    const strategy = 'all-at-once';
    tidegate = await openTidegate({
      environments: [
        { name: environment, strategy, policy: { evaluation: { load: 'allow' } } },
        { name: 'careful', strategy },
      ],
    });
  });
  afterAll(async () => await tidegate?.dispose());

  const shipped = async (version: string, behaviour: Behaviour, duration = '850ms', where = environment) => {
    const directory = join(tidegate.directory, 'trees', version);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'tidegate-eval.yaml'), file(duration));
    const cases = Array.from({ length: CASES }, (_, id) => ({ id: `c${id}`, input: '', expected: 'fine' }));
    writeFileSync(join(directory, 'golden.jsonl'), cases.map((one) => JSON.stringify(one)).join('\n'));
    const run = { replicas: 1 };
    const more = { evaluate: { file: 'tidegate-eval.yaml' } };
    tidegate.write({ service: lane.service, behaviour, run, more }, version);
    const release = await tidegate.seal(directory, version);
    const { rollout } = await tidegate.client.ship({ ...lane, environment: where }, release);
    return rollout ?? '';
  };
  const tidegateSays = async (...argv: string[]): Promise<string> => {
    const env = {
      TIDEGATE_SERVER: `http://127.0.0.1:${tidegate.controlPort}`,
      TIDEGATE_TOKEN: tidegate.token(),
    };
    const { out, err } = await runInProcess(argv, { cwd: tidegate.directory, env, fetch });
    return out + err;
  };
  /** Without its line breaks. */
  const explained = async (rollout: string): Promise<string> =>
    (await tidegateSays('explain', rollout)).replace(/\s+/g, ' ');

  it('is put under load before it gets traffic, and its figures are told with the others', async () => {
    const rollout = await shipped('1.0.0', {});
    await tidegate.completed(lane, rollout);
    expect(await explained(rollout)).toContain(
      'load.p95 at least 0.001: pass, load.errorShare at most 30%: pass',
    );
    const report = await tidegateSays('eval', 'report', `${rollout}-0-0`);
    expect(report).toContain(
      'load, 400 requests a second: 0.1 s of warm-up and 0.8 s measured: 360 sent, 360 answered',
    );
    expect(report).toMatch(/load\.p95 +all +[\d.,]+ ms/);
  });

  it('is taken back when it fails under load what it could do with one case after the other', async () => {
    const rollout = await shipped('2.0.0', { healthyRequests: CASES + 3, errorShare: 1 });
    expect(await tidegate.ended(lane, rollout)).toMatchObject({ outcome: 'rejected' });
    expect(await explained(rollout)).toMatch(/the evaluation failed.*requests\) is not at most 30 %/);
    expect(await tidegateSays('eval', 'report', `${rollout}-0-0`)).toMatch(/pass +exact at least 50%/);
    expect((await tidegate.lane(lane)).stable?.releaseVersion).toBe('1.0.0');
  });

  it('is called no more when the rollout is ended in the middle of it', async () => {
    const rollout = await shipped('3.0.0', {}, '5m');
    const requestsOf = async (address: string): Promise<number> =>
      ((await (await fetch(`${address}/work`)).json()) as { request: number }).request;
    const addressIn = ({ rollout: running, workloads }: LaneView): string | undefined =>
      workloads.find(({ release }) => release === running?.order.release)?.addresses[0];
    const view = await tidegate.laneUntil(
      lane,
      'the candidate answers',
      (one) => addressIn(one) !== undefined,
    );
    const address = addressIn(view) ?? '';
    await until('it is under load', async () => (await requestsOf(address)) > 150);
    await tidegate.client.abort(lane);
    expect(await tidegate.ended(lane, rollout)).toMatchObject({ outcome: 'aborted' });
    const path = join(tidegate.stateDir, 'evaluations', `${rollout}-0-0.jsonl`);
    const summary = await until('the run has ended', () => {
      const last = JSON.parse(readFileSync(path, 'utf8').trim().split('\n').at(-1)!) as RunLine;
      return last.kind === 'summary' ? last : null;
    });
    expect(summary).toMatchObject({ stoppedBy: 'interrupted', load: [{ stoppedBy: 'interrupted' }] });
    // Of 120,000.
    expect(summary.load![0]!.sent).toBeLessThan(20_000);
  });

  it('is refused, when it is shipped, where the policy says nothing of load', async () => {
    await expect(shipped('4.0.0', {}, '850ms', 'careful')).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('the policy refuses load here'),
    });
  });
});
