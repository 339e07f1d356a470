import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newBoot, openInvocationIds } from '../invocation-id.ts';
import { startHarness, until } from '../testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream } from '../testing/upstream.ts';
import { findInvocation } from './find.ts';
import { openInvocationLog } from './write.ts';

describe('the invocation log', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'tidegate-log-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  const lines = async (where: string): Promise<string[]> => {
    const texts = await Promise.all(
      (await readdir(where)).sort().map((name) => readFile(path.join(where, name), 'utf8')),
    );
    return texts.join('').split('\n').filter(Boolean);
  };

  it('holds every answered invocation exactly once', async () => {
    const harness = await startHarness();
    const good = await startUpstream('x');
    const bad = await startUpstream((req, res) =>
      req.url!.includes('cut') ? req.socket.destroy() : res.writeHead(500).end(),
    );
    await harness.push(
      tableWith(1, [
        serviceWith({
          stable: stableAt(good.address),
          candidate: candidateAt([bad.address], { share: 0.5 }),
        }),
        serviceWith({ service: 'none' }),
      ]),
    );
    const ids: string[] = [];
    const ask = async (n: number) => {
      const target =
        n % 7 === 0 ? '/v2/models/none/infer' : n % 3 === 0 ? '/v2/models/spam/cut' : '/v2/models/spam/infer';
      ids.push(String((await harness.ask(target)).headers['tidegate-invocation']));
    };
    for (let n = 0; n < 300; n += 10) await Promise.all(Array.from({ length: 10 }, (_, at) => ask(n + at)));
    await harness.ask('/healthz');
    await harness.ask('/v2/models/unknown');
    expect(harness.gateway.counts().answered).toBe(300);
    await harness.stop();
    const logged = (await lines(path.join(harness.logDir, 'production'))).map(
      (line) => (JSON.parse(line) as { id: string }).id,
    );
    expect(logged.sort()).toEqual(ids.sort());
    expect(harness.gateway.counts().log).toEqual({ written: 300, waiting: 0, dropped: 0 });
    await harness.remove();
    await good.close();
    await bad.close();
  });

  it('counts what it cannot write, complains, and goes on when it can', async () => {
    const complaints: number[] = [];
    const target = path.join(directory, 'in-the-way');
    await writeFile(target, '');
    const log = openInvocationLog({
      directory: target,
      prefix: 'edge-boot',
      flushEveryMs: 10,
      onTrouble: (_, dropped) => complaints.push(dropped),
    });
    for (let n = 0; n < 5; n += 1) log.add(`{"n":${n}}\n`);
    await until(() => log.counts().dropped === 5);
    expect(complaints).toEqual([5]);
    await rm(target);
    log.add('{"n":5}\n');
    await until(() => log.counts().written === 1);
    // The directory is taken away under an open segment.
    await rm(target, { recursive: true });
    log.add('{"n":6}\n');
    await until(() => log.counts().written === 2);
    await new Promise((resolve) => setTimeout(resolve, 50));
    log.add('{"n":7}\n');
    await log.close();
    expect(await lines(target)).toEqual(['{"n":7}']);
  });

  it('drops rather than grows when the disk does not follow', async () => {
    const log = openInvocationLog({
      directory,
      prefix: 'p',
      waitingLinesAtMost: 100,
      flushEveryMs: 60,
      onTrouble() {},
    });
    for (let n = 0; n < 250; n += 1) log.add('x\n');
    expect(log.counts()).toEqual({ written: 0, waiting: 100, dropped: 150 });
    await log.close();
    expect(log.counts()).toEqual({ written: 100, waiting: 0, dropped: 150 });
    expect(await lines(directory)).toHaveLength(100);
  });

  it('begins a new segment when one is large enough', async () => {
    const log = openInvocationLog({
      directory,
      prefix: 'p',
      segmentBytesAtMost: 50,
      flushEveryMs: 5,
      onTrouble() {},
    });
    for (let n = 0; n < 5; n += 1) {
      log.add(`${'x'.repeat(60)}\n`);
      await until(() => log.counts().written === n + 1);
    }
    await log.close();
    expect((await readdir(directory)).sort()).toEqual([1, 2, 3, 4, 5].map((n) => `p-${n}.jsonl`));
  });

  it('is found by id over broken lines and other files', async () => {
    const boot = newBoot('production');
    const ids = openInvocationIds(boot);
    const id = ids.next(Date.now(), 1);
    const environment = path.join(directory, 'production');
    const log = openInvocationLog({ directory: environment, prefix: `edge-${boot}`, onTrouble() {} });
    log.add(`{"kind":"invocation","id":"${id}","status":200}\n`);
    log.add(`{"kind":"invocation","id":"${id.slice(0, 31)}`);
    await log.close();
    await writeFile(
      path.join(environment, 'edge-other-1.jsonl'),
      `{"kind":"feedback","invocation":"${id}","outcome":"bad","at":"2"}\n{"kind":"feedback","invocation":"${id}","outcome":"good","at":"1"}\n`,
    );
    await chmod(path.join(environment, 'edge-other-1.jsonl'), 0o600);
    const found = await findInvocation(directory, id);
    expect(found).toMatchObject({
      environment: 'production',
      invocation: { status: 200 },
      feedback: [{ outcome: 'good' }, { outcome: 'bad' }],
    });
    expect(await findInvocation(directory, ids.next(Date.now(), 1))).toBeNull();
    expect(await findInvocation(directory, 'nonsense')).toBeNull();
    expect(await findInvocation(path.join(directory, 'missing'), id)).toBeNull();
  });
});
