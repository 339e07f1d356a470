import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { openLinkGateways } from '../../src/adapters/gateways/link-gateways.ts';
import type { BatchingPolicy } from '../../src/core/routing/batching-policy.ts';
import type { RouteTable } from '../../src/core/routing/table.ts';
import type { GatewayConfig } from '../../src/gateway/gateway-config.ts';
import { machine } from '../machine.ts';

/**
 * Throughput of one gateway process before a model that takes a while for each call, whatever its rows, one call after the other;
 * with batches and without. The load is a closed loop of one-row requests.
 */
const SECONDS = 3;
const CONNECTIONS = 64;
const ROUNDS = 2;
const MODELS = [
  { name: 'a call takes 4 ms', callMs: 4 },
  { name: 'a call takes nothing', callMs: 0 },
];
const POLICIES: Record<string, BatchingPolicy | undefined> = {
  off: undefined,
  'maxBatch 32, maxWait 2ms': { rowsAtMost: 32, waitMs: 2, evidenceShare: 1 },
  'maxBatch 32, maxWait 5ms': { rowsAtMost: 32, waitMs: 5, evidenceShare: 1 },
};

interface Reading {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
  /** Processor time of the gateway for one request. */
  readonly gatewayCpuMicros: number;
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const started: ChildProcess[] = [];
const [loadBefore] = loadavg();
const directory = await mkdtemp(path.join(tmpdir(), 'tidegate-batching-'));
const link = await openLinkGateways({ socketPath: path.join(directory, 'control.sock') });
try {
  const gateway = await startGateway();
  let seq = 0;
  const results = [];
  for (const { name: model, callMs } of MODELS) {
    const upstream = await startModel(callMs);
    for (let round = 0; round < ROUNDS; round += 1)
      for (const [policy, batching] of Object.entries(POLICIES)) {
        seq += 1;
        await push(tableWith(seq, upstream, batching));
        await load(gateway, 0.5);
        results.push({ model, policy, round, ...(await load(gateway, SECONDS)) });
      }
  }
  console.table(results);
  const file = path.join(here('../results'), 'batching.json');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(
    file,
    `${JSON.stringify(
      {
        what: 'one-row inference requests through one gateway process, closed loop; with and without batches',
        command: 'node bench/gateway/batching.ts',
        at: new Date().toISOString(),
        machine: { ...machine(), loadBefore },
        connections: CONNECTIONS,
        seconds: SECONDS,
        results,
      },
      null,
      2,
    )}\n`,
  );
} finally {
  for (const child of started) child.kill('SIGTERM');
  await Promise.all(started.map((child) => child.exitCode ?? once(child, 'exit')));
  await link.close();
  await rm(directory, { recursive: true, force: true });
}

async function load({ address, pid }: { address: string; pid: number }, seconds: number): Promise<Reading> {
  const pool = new Pool(address, { connections: CONNECTIONS });
  const latencies: number[] = [];
  let failed = 0;
  const endsAtMs = performance.now() + seconds * 1000;
  const before = await cpuSeconds(pid);
  const one = async (n: number): Promise<void> => {
    while (performance.now() < endsAtMs) {
      const body = `{"inputs":[{"name":"x","shape":[1,8],"datatype":"FP32","data":[${n},1,2,3,4,5,6,7]}]}`;
      const startedAtMs = performance.now();
      const answer = await pool.request({ path: '/v2/models/rows/infer', method: 'POST', body });
      const text = await answer.body.text();
      if (answer.statusCode !== 200 || !text.includes(`"data":[${n},1,2,3,4,5,6,7]`)) failed += 1;
      latencies.push(performance.now() - startedAtMs);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, n) => one(n)));
  const usedSeconds = (await cpuSeconds(pid)) - before;
  await pool.close();
  latencies.sort((a, b) => a - b);
  const at = (share: number): number =>
    Number((latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(2));
  return {
    requestsPerSecond: Math.round(latencies.length / seconds),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    failed,
    gatewayCpuMicros: Math.round((usedSeconds * 1e6) / latencies.length),
  };
}

async function startModel(callMs: number): Promise<string> {
  const child = start([here('tensor-model.ts'), String(callMs)]);
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return line.toString('utf8').trim();
}

async function startGateway(): Promise<{ address: string; pid: number }> {
  const config: GatewayConfig = {
    name: 'bench',
    environment: 'bench',
    host: '127.0.0.1',
    port: 0,
    controlSocket: link.socketPath,
    stateDir: directory,
    logDir: path.join(directory, 'logs'),
  };
  const file = path.join(directory, 'gateway.json');
  await writeFile(file, JSON.stringify(config));
  const said = new Promise<string>((resolve) =>
    link.listen({ connected: ({ address }) => resolve(address) }),
  );
  const child = start([here('../../src/gateway/main.ts'), file]);
  return { address: await said, pid: child.pid! };
}

function push(table: RouteTable): Promise<void> {
  return new Promise((resolve) => {
    link.listen({ applied: () => resolve(), frame: (_, boot, { seq }) => link.stored(boot, seq) });
    link.push(table);
  });
}

function tableWith(seq: number, upstream: string, batching: BatchingPolicy | undefined): RouteTable {
  return {
    version: 1,
    environment: 'bench',
    generation: { epoch: 1, seq, cut: 0 },
    apiKeys: { required: false, keys: [] },
    services: {
      rows: {
        service: 'rows',
        protocol: 'open-inference',
        repeatable: false,
        sticky: null,
        timeouts: { connectMs: 1_000, firstByteMs: 10_000, totalMs: 60_000, idleMs: 30_000 },
        ...(batching && { batching }),
        stable: { release: `sha256:${'a'.repeat(64)}`, releaseVersion: '1.0.0', upstreams: [upstream] },
        candidate: null,
      },
    },
  };
}

function start(args: string[]): ChildProcess {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  return child;
}

/** In the ticks of 10 ms that Linux counts in. */
async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
