import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReplicaStatus, Workload } from '../../ports/runtime.ts';
import type { ProcessRuntime } from './open-process-runtime.ts';
import { environmentValue, listProcesses, readProcess } from './process-table.ts';
import { markerVariable } from './replica-marker.ts';
import { openFixture, type RuntimeFixture } from './runtime-fixture.ts';

const patience = { timeout: 15_000, interval: 20 };
const timing = { probeWhileRunningMs: 200, probeTimeoutMs: 500, firstBackOffMs: 50 };

describe('death of the control plane', () => {
  let fixture: RuntimeFixture;
  let runtime: ProcessRuntime;
  let controlPlane: ChildProcess | null = null;
  beforeEach(() => {
    fixture = openFixture();
  });
  afterEach(async () => {
    controlPlane?.kill('SIGKILL');
    await fixture.dispose();
    expect(replicaLeaders()).toEqual([]);
  });

  /** A control plane of its own process that opens the runtime and does `work` with it. */
  function startControlPlane(work: string, workload: Workload = fixture.workload): ChildProcess {
    const code = `
      import { openProcessRuntime } from ${JSON.stringify(new URL('open-process-runtime.ts', import.meta.url).href)};
      const runtime = await openProcessRuntime(${JSON.stringify({ stateDir: fixture.stateDir, timing })});
      const workload = ${JSON.stringify(workload)};
      console.log('open');
      ${work}`;
    controlPlane = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return controlPlane;
  }

  async function kill(child: ChildProcess): Promise<void> {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  const says = (child: ChildProcess, word: string): Promise<string> =>
    new Promise((resolve) => {
      let text = '';
      child.stdout?.on('data', (chunk) => {
        text += chunk;
        if (text.includes(word)) resolve(text);
      });
    });

  /** First processes of replicas of this state directory, by what their environment says. */
  function replicaLeaders(): number[] {
    const file = join(fixture.stateDir, 'workloads', '.runtime.json');
    if (!existsSync(file)) return [];
    const { runtimeId } = JSON.parse(readFileSync(file, 'utf8')) as { runtimeId: string };
    return listProcesses()
      .filter(({ pid, session }) => pid === session)
      .map(({ pid }) => pid)
      .filter((pid) => environmentValue(pid, markerVariable)?.startsWith(`${runtimeId}/`));
  }

  const replicas = async (): Promise<readonly ReplicaStatus[]> => (await runtime.list())[0]?.replicas ?? [];

  async function untilReady(count: number): Promise<readonly ReplicaStatus[]> {
    await vi.waitFor(async () => {
      expect((await replicas()).map(({ state }) => state)).toEqual(Array(count).fill('ready'));
    }, patience);
    return replicas();
  }

  it('leaves the replicas serving; the next one adopts them as they are', async () => {
    const child = startControlPlane(`
      runtime.watch((status) => status.replicas.every(({ state }) => state === 'ready') && console.log(JSON.stringify(status) + '.'));
      await runtime.ensure({ ...workload, replicas: 2 });`);
    const text = await says(child, '}.');
    const before = JSON.parse(text.slice(text.indexOf('{'), text.indexOf('}.') + 1))
      .replicas as ReplicaStatus[];
    await kill(child);
    for (const { address } of before) expect((await fetch(address)).status).toBe(200);
    runtime = await fixture.open();
    expect(await replicas()).toEqual(before);
    // The log goes on too: its writer does not depend on the control plane.
    expect(await runtime.log(fixture.workload.id, 1, 1_000)).toContain('hello');
    // Their end is noticed although they are nobody's children.
    process.kill(before[0]!.pid!, 'SIGKILL');
    await vi.waitFor(async () => expect((await replicas())[0]?.restarts).toBe(1), patience);
    const after = await untilReady(2);
    expect(after[0]?.address).toBe(before[0]?.address);
    expect(after[1]).toEqual(before[1]);
  });

  it('starts again what died meanwhile, and finishes a removal that was cut short', async () => {
    runtime = await fixture.open();
    await runtime.ensure(fixture.workload);
    const stubborn = fixture.serve('stubborn', "process.on('SIGTERM', () => {});");
    const doomed = { ...fixture.workload, id: 'production.spam.0', command: stubborn, stopGraceMs: 300 };
    await runtime.ensure(doomed);
    await vi.waitFor(async () => {
      expect((await runtime.list()).map(({ replicas: [first] }) => first?.state)).toEqual(['ready', 'ready']);
    }, patience);
    const status = await runtime.list();
    const [doomedPid, deadPid] = status.map(({ replicas: [first] }) => first!.pid!);
    await runtime.close();
    process.kill(deadPid!, 'SIGKILL');
    const child = startControlPlane(
      "runtime.remove('production.spam.0'); setTimeout(() => console.log('removing'), 100);",
    );
    await says(child, 'removing');
    await kill(child);
    expect(readProcess(doomedPid!)).not.toBeNull();
    runtime = await fixture.open();
    await vi.waitFor(async () => expect(await runtime.list()).toHaveLength(1), patience);
    expect(readProcess(doomedPid!)).toBeNull();
    const [again] = await untilReady(1);
    expect(again).toMatchObject({ address: status[1]?.replicas[0]?.address });
    expect(again?.restarts).toBeGreaterThanOrEqual(1);
  });

  it('ends strays of workloads that nobody remembers, and nothing of anybody else', async () => {
    runtime = await fixture.open();
    await runtime.ensure(fixture.workload);
    const [{ pid } = { pid: 0 }] = await untilReady(1);
    await runtime.close();
    const own = environmentValue(pid!, markerVariable)?.split('/')[0];
    const stray = (marker: string): number =>
      spawn('sleep', ['1000'], {
        detached: true,
        stdio: 'ignore',
        env: { ...process.env, [markerVariable]: marker },
      }).pid!;
    const forgotten = stray(`${own}/production.gone.1/0`);
    const stranger = stray('another/production.gone.1/0');
    try {
      runtime = await fixture.open();
      expect(readProcess(forgotten)).toBeNull();
      expect(readProcess(stranger)).not.toBeNull();
      expect((await untilReady(1))[0]?.pid).toBe(pid);
    } finally {
      process.kill(stranger, 'SIGKILL');
    }
  });

  it('does not touch a process that got the number of a dead replica', async () => {
    runtime = await fixture.open();
    await runtime.ensure(fixture.workload);
    const [before] = await untilReady(1);
    await runtime.close();
    process.kill(before!.pid!, 'SIGKILL');
    const bystander = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }).pid!;
    const file = join(fixture.stateDir, 'workloads', `${fixture.workload.id}.json`);
    writeFileSync(file, readFileSync(file, 'utf8').replace(`"pid": ${before!.pid}`, `"pid": ${bystander}`));
    try {
      runtime = await fixture.open();
      const [after] = await untilReady(1);
      expect(after?.pid).not.toBe(bystander);
      await runtime.remove(fixture.workload.id);
      expect(readProcess(bystander)).not.toBeNull();
    } finally {
      process.kill(bystander, 'SIGKILL');
    }
  });

  it('at any moment of a start leaves no orphan and no half-started replica', {
    timeout: 60_000,
  }, async () => {
    for (let delayMs = 0; delayMs <= 180; delayMs += 30) {
      const child = startControlPlane(
        'runtime.ensure({ ...workload, replicas: 2 }); setTimeout(() => {}, 60_000);',
      );
      await says(child, 'open');
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      await kill(child);
      runtime = await fixture.open();
      await runtime.ensure({ ...fixture.workload, replicas: 2 });
      const pids = (await untilReady(2)).map(({ pid }) => pid);
      expect(replicaLeaders().sort()).toEqual([...pids].sort());
      await runtime.remove(fixture.workload.id);
      expect(replicaLeaders()).toEqual([]);
      expect(readdirSync(join(fixture.stateDir, 'workloads'))).toEqual(['.runtime.json']);
      await runtime.close();
    }
  });

  it('keeps the port of a replica that is down from being given to another', async () => {
    runtime = await fixture.open({ portRange: { from: 30_100, to: 30_101 } });
    await runtime.ensure({ ...fixture.workload, command: fixture.serve('crash', 'process.exit(1);') });
    await runtime.ensure({ ...fixture.workload, id: 'production.spam.2' });
    await expect(runtime.ensure({ ...fixture.workload, id: 'production.spam.3' })).rejects.toThrow(
      'No port is free',
    );
    const addresses = (await runtime.list()).flatMap(({ replicas: all }) =>
      all.map(({ address }) => address),
    );
    expect(addresses.sort()).toEqual(['http://127.0.0.1:30100', 'http://127.0.0.1:30101']);
    await runtime.remove('production.spam.2');
    await runtime.ensure({ ...fixture.workload, id: 'production.spam.3' });
    expect(await runtime.list()).toHaveLength(2);
  });
});
