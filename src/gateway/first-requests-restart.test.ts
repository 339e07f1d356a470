import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Harness, startHarness, until } from './testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from './testing/table.ts';
import { startUpstream, type TestUpstream } from './testing/upstream.ts';

const INFER = '/v2/models/spam/infer';

describe('a gateway that is restarted in the middle of a stage', () => {
  let harness: Harness;
  let upstream: TestUpstream;
  let elsewhere: string;
  beforeEach(async () => {
    harness = await startHarness();
    upstream = await startUpstream('{}');
    elsewhere = await mkdtemp(path.join(tmpdir(), 'tidegate-killed-'));
  });
  afterEach(async () => {
    await harness.remove();
    await upstream.close();
    await rm(elsewhere, { recursive: true, force: true });
  });
  const push = (seq: number, stage = 1) =>
    harness.push(
      tableWith(seq, [
        serviceWith({
          sticky: { by: 'header', name: 'x-user' },
          stable: stableAt(upstream.address),
          candidate: candidateAt([upstream.address], {
            stage,
            readings: {
              guards: [{ name: 'errors', marginShare: 0.02 }],
              slowMs: 400,
              feedbackWithinMs: 600,
              unit: 'key',
            },
          }),
        }),
      ]),
    );
  /** What the control plane has heard from this run of the gateway, in a stage: requests and keys. */
  const heard = (stage = 1) => {
    const sum = { requests: 0, keys: 0 };
    for (const { stage: of, guards, keys } of harness.cohorts()) {
      if (of !== stage) continue;
      for (const track of ['stable', 'candidate'] as const) {
        sum.requests += guards.errors![track].started;
        sum.keys += keys!.errors![track].started;
      }
    }
    return sum;
  };
  const askAs = async (from: number, to: number, stage = 1): Promise<void> => {
    const { requests } = heard(stage);
    for (let user = from; user < to; user += 1)
      await harness.ask(INFER, { headers: { 'x-user': `user-${user}` } });
    await until(() => heard(stage).requests === requests + to - from);
  };
  const restart = async (): Promise<void> => {
    const { directory } = harness;
    await harness.stop();
    harness = await startHarness({ directory });
  };
  const keyFiles = () => path.join(harness.directory, 'state', 'counted-keys', 'production');

  it('counts no key a second time, and each of them anew in the next stage', async () => {
    await push(1);
    await askAs(0, 20);
    expect(heard()).toEqual({ requests: 20, keys: 20 });
    await restart();
    await push(2);
    await askAs(0, 30);
    expect(heard()).toEqual({ requests: 30, keys: 10 });
    await push(3, 2);
    await askAs(0, 30, 2);
    expect(heard(2)).toEqual({ requests: 30, keys: 30 });
    expect(harness.complaints).toEqual([]);
    await harness.push(tableWith(4, [serviceWith({ stable: stableAt(upstream.address) })]));
    expect(await readdir(keyFiles())).toEqual([]);
  });

  it('has every key on disk whose outcome was heard, so that a kill makes no difference', async () => {
    await push(1);
    await askAs(0, 20);
    // What a kill at this moment would have left.
    await cp(path.join(harness.directory, 'state'), path.join(elsewhere, 'state'), { recursive: true });
    await harness.remove();
    harness = await startHarness({ directory: elsewhere });
    await push(2);
    await askAs(0, 30);
    expect(heard()).toEqual({ requests: 30, keys: 10 });
  });

  it('counts requests alone, and says so once, when the keys are not to be read or written', async () => {
    await mkdir(path.dirname(keyFiles()), { recursive: true });
    await writeFile(keyFiles(), 'in the way');
    await push(1);
    await push(2);
    await askAs(0, 20);
    expect(heard()).toEqual({ requests: 20, keys: 0 });
    expect(harness.complaints.map(({ message }) => message)).toEqual([
      'what was kept of sticky keys of earlier rollouts cannot be removed',
      'sticky keys are no evidence in this stage any more',
    ]);
  });
});
