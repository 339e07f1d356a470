import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isTidegateError } from '../../errors.ts';
import { pause, until } from '../../gateway/testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../../gateway/testing/table.ts';
import { startUpstream, type TestUpstream } from '../../gateway/testing/upstream.ts';
import { type OpenGateways, openGateways } from './open-gateways.ts';
import { startOf } from './process-identity.ts';

const INFER = '/v2/models/spam/infer';

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

describe('launched gateways', () => {
  let directory: string;
  let port: number;
  let stable: TestUpstream;
  let opened: OpenGateways | null = null;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'tidegate-launch-'));
    port = await freePort();
    stable = await startUpstream('from stable');
  });
  afterEach(async () => {
    await opened?.stop();
    opened = null;
    await stable.close();
    await rm(directory, { recursive: true, force: true });
  });
  const open = async (processes = 1, troubles: string[] = []): Promise<OpenGateways> => {
    opened = await openGateways({
      stateDir: directory,
      logDir: path.join(directory, 'logs'),
      gateways: [{ name: 'edge', environment: 'production', host: '127.0.0.1', port, processes }],
      onTrouble: (what) => troubles.push(what),
    });
    return opened;
  };
  const route = (seq = 1) => tableWith(seq, [serviceWith({ stable: stableAt(stable.address) })]);
  const ask = async (): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${port}${INFER}`, { headers: { connection: 'close' } });
    return `${answer.status} ${await answer.text()}`;
  };
  const serves = () => until(async () => (await ask().catch(() => '')) === '200 from stable', 8_000);

  it('serve, start again when killed, and lose nothing but what was in flight', async () => {
    const troubles: string[] = [];
    const { gateways, launcher, connected } = await open(1, troubles);
    const lost: string[] = [];
    gateways.listen({ lost: (_, boot) => lost.push(boot) });
    gateways.push(route());
    await connected();
    await serves();
    const [before] = launcher.pids();
    process.kill(before!.pid, 'SIGKILL');
    await until(() => launcher.pids()[0] !== undefined && launcher.pids()[0]!.pid !== before!.pid);
    await serves();
    await until(() => lost.length === 1);
    expect(lost).toEqual([before!.boot]);
    expect(gateways.list().map(({ connected: isConnected }) => isConnected)).toEqual([true]);
    expect(troubles).toContain('a gateway process has ended');
  });

  it('outlive the control plane, are taken over by the next one, and end when told', async () => {
    const first = await open();
    first.gateways.push(route());
    await first.connected();
    await serves();
    const [process1] = first.launcher.pids();
    await first.leave();
    expect(await ask()).toBe('200 from stable');
    const second = await open();
    const hellos: number[] = [];
    second.gateways.listen({ connected: ({ generation }) => hellos.push(generation!.seq) });
    await second.connected();
    expect(second.launcher.pids()[0]!.pid).toBe(process1!.pid);
    expect(hellos).toEqual([1]);
    await second.stop();
    opened = null;
    expect(await startOf(process1!.pid)).toBeNull();
    await expect(ask()).rejects.toThrow();
    const log = await readFile(path.join(directory, 'logs', 'gateways', 'edge.log'), 'utf8');
    expect(log).toContain('the gateway has ended');
  });

  it('are found again when the control plane died between starting and recording one', async () => {
    const first = await open();
    await first.connected();
    const [process1] = first.launcher.pids();
    await first.leave();
    await rm(path.join(directory, 'gateways', 'edge.json'));
    const second = await open();
    await second.connected();
    expect(second.launcher.pids()[0]).toMatchObject({ pid: process1!.pid, boot: process1!.boot });
  });

  it('that died while nobody watched are reported lost, also when their pid lives on as another process', async () => {
    const first = await open();
    await first.connected();
    const [process1] = first.launcher.pids();
    await first.leave();
    process.kill(process1!.pid, 'SIGKILL');
    await until(async () => (await startOf(process1!.pid)) === null);
    // The pid is ours now, the start time is not.
    const state = path.join(directory, 'gateways', 'edge.json');
    await writeFile(state, JSON.stringify({ running: { ...process1, pid: process.pid }, ended: [] }));
    const second = await open();
    const lost: string[] = [];
    second.gateways.listen({ lost: (_, boot) => lost.push(boot) });
    await second.connected();
    expect(second.launcher.pids()[0]!.pid).not.toBe(process.pid);
    await until(() => lost.includes(process1!.boot));
  });

  it('are started anew when they were started for another address, number of processes or link', async () => {
    const first = await open();
    await first.connected();
    const [before] = first.launcher.pids();
    await first.leave();
    port = await freePort();
    const moved = await open();
    moved.gateways.push(route());
    await moved.connected();
    await serves();
    const [after] = moved.launcher.pids();
    expect(await startOf(before!.pid)).toBeNull();
    await moved.leave();

    const file = path.join(directory, 'gateways', 'edge.config.json');
    const config = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...config, controlSocket: path.join(directory, 'other.sock') }));
    const relinked = await open();
    const lost: string[] = [];
    relinked.gateways.listen({ lost: (_, boot) => lost.push(boot) });
    await relinked.connected();
    const [last] = relinked.launcher.pids();
    expect(last!.pid).not.toBe(after!.pid);
    await until(() => lost.includes(after!.boot));
    await relinked.leave();

    const several = await open(2);
    await several.connected();
    expect(several.launcher.pids().map(({ name }) => name)).toEqual(['edge-1', 'edge-2']);
    expect(await startOf(last!.pid)).toBeNull();
  });

  it('share a port, and one may die while the other serves', async () => {
    const { gateways, launcher, connected } = await open(2);
    gateways.push(route());
    await connected();
    expect(launcher.pids().map(({ name }) => name)).toEqual(['edge-1', 'edge-2']);
    const parts = ['edge-1', 'edge-2'].map(async (name) => {
      const file = path.join(directory, 'gateways', `${name}.config.json`);
      return (JSON.parse(await readFile(file, 'utf8')) as { process: number }).process;
    });
    expect(await Promise.all(parts)).toEqual([0, 1]);
    await serves();
    const pid = launcher.pids()[0]!.pid;
    process.kill(pid, 'SIGKILL');
    await until(async () => (await startOf(pid)) === null);
    for (let n = 0; n < 20; n += 1) expect(await ask()).toBe('200 from stable');
    await connected();
  });

  it('refuse a port that is taken, shared or not', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    for (const processes of [1, 2]) {
      await expect(open(processes)).rejects.toSatisfy((error) => isTidegateError(error, 'port-in-use'));
    }
    await new Promise((resolve) => other.close(resolve));
  });

  it('answer what is in flight before they end', async () => {
    const slow = await startUpstream((_, res) => setTimeout(() => res.end('late but whole'), 500));
    const { gateways, launcher, connected } = await open();
    gateways.listen({});
    gateways.push(tableWith(1, [serviceWith({ stable: stableAt(slow.address) })]));
    await connected();
    await until(() => gateways.list()[0]!.generation !== null);
    const answer = ask();
    await until(() => slow.requests === 1);
    const stopping = launcher.stop();
    await pause(50);
    await expect(ask()).rejects.toThrow();
    expect(await answer).toBe('200 late but whole');
    await stopping;
    await slow.close();
  });

  it('stop a candidate by themselves and keep its evidence for a control plane that comes later', async () => {
    const failing = await startUpstream((_, res) => res.writeHead(500).end());
    const first = await open();
    const candidate = candidateAt([failing.address], { tripWireAlpha: 0.001 });
    first.gateways.push(tableWith(1, [serviceWith({ stable: stableAt(stable.address), candidate })]));
    await first.connected();
    await serves();
    await first.leave();
    for (let n = 0; n < 60; n += 1) expect(await ask()).toBe('200 from stable');
    const reached = failing.requests;
    expect(reached).toBeLessThan(40);
    const second = await open();
    const tripped: string[] = [];
    const badByCohort = new Map<number, number>();
    const bad = (): number => [...badByCohort.values()].reduce((sum, one) => sum + one, 0);
    second.gateways.listen({
      connected: (hello) => tripped.push(...hello.tripped),
      frame(_, __, { cohorts }) {
        for (const { index, guards } of cohorts) badByCohort.set(index, guards.errors!.candidate.bad);
      },
    });
    await second.connected();
    await until(() => bad() >= reached);
    expect(tripped).toEqual(['rollout-1']);
    expect(bad()).toBe(reached);
    await failing.close();
  });
});
