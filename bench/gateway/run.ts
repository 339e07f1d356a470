import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { cpus, loadavg, release, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openLinkGateways } from '../../src/adapters/gateways/link-gateways.ts';
import type { RouteTable, TrackRoute } from '../../src/core/routing/table.ts';
import type { GatewayConfig } from '../../src/gateway/gateway-config.ts';

const ROUNDS = 2;
const SECONDS = 3;
const CONNECTIONS = 64;
const PROXY_CORE = '0';
const LOAD_CORE = '1';
const here = path.dirname(fileURLToPath(import.meta.url));
const results = path.join(here, '..', 'results');
const run = promisify(execFile);
const started: ChildProcess[] = [];

interface Reading {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
  /** Processor time of the proxy for one request; other load on the machine hardly touches it. */
  readonly cpuMicros: number;
}

const [loadBefore] = loadavg();
const directory = await mkdtemp(path.join(tmpdir(), 'tidegate-bench-'));
try {
  const [upstreamPort, nginxPort, gatewayPort] = await freePorts(3);
  const upstream = `http://127.0.0.1:${upstreamPort}`;
  const origin = await startNginx('upstream', LOAD_CORE, upstreamServer(upstreamPort!));
  const nginxProxy = await startNginx('proxy', PROXY_CORE, proxyServer(nginxPort!, upstreamPort!));
  const gateway = await startGateway(gatewayPort!, upstream);
  const targets = {
    direct: { port: upstreamPort!, pid: origin.pid! },
    nginx: { port: nginxPort!, pid: nginxProxy.pid! },
    tidegate: { port: gatewayPort!, pid: gateway.pid! },
  };
  const readings: Record<keyof typeof targets, Reading[]> = { direct: [], nginx: [], tidegate: [] };
  await load(targets.tidegate, 2);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of Object.keys(targets) as (keyof typeof targets)[])
      readings[name].push(await load(targets[name], SECONDS));
  }
  const residentMb = await residentMegabytes(gateway.pid!);
  const best = (name: keyof typeof targets): Reading =>
    readings[name].reduce((a, b) => (a.requestsPerSecond > b.requestsPerSecond ? a : b));
  const leastCpu = (name: keyof typeof targets): number =>
    Math.min(...readings[name].map(({ cpuMicros }) => cpuMicros));
  const nginx = best('nginx').requestsPerSecond;
  const table = (Object.keys(targets) as (keyof typeof targets)[]).map((name) => ({
    name,
    ...best(name),
    cpuMicros: leastCpu(name),
    ofNginx: Number((best(name).requestsPerSecond / nginx).toFixed(3)),
    ofNginxByCpu: Number((leastCpu('nginx') / leastCpu(name)).toFixed(3)),
  }));
  console.table(table);
  console.log(`gateway process: ${residentMb} MB resident afterwards`);
  await mkdir(results, { recursive: true });
  await writeFile(
    path.join(results, 'gateway.json'),
    `${JSON.stringify(
      {
        what: 'requests a second, 1 kB JSON each way, closed loop, one core for each proxy; the better of the rounds',
        command: 'node bench/gateway/run.ts',
        at: new Date().toISOString(),
        machine: {
          cpu: cpus()[0]?.model,
          cores: cpus().length,
          kernel: release(),
          node: process.version,
          loadBefore,
        },
        connections: CONNECTIONS,
        seconds: SECONDS,
        rounds: ROUNDS,
        best: table,
        all: readings,
        gatewayResidentMb: residentMb,
      },
      null,
      2,
    )}\n`,
  );
} finally {
  for (const child of started) child.kill('SIGTERM');
  await Promise.all(
    started.map((child) => child.exitCode ?? new Promise((resolve) => child.once('exit', resolve))),
  );
  await rm(directory, { recursive: true, force: true });
}

async function load({ port, pid }: { port: number; pid: number }, seconds: number): Promise<Reading> {
  const wrk = [
    '-t1',
    `-c${CONNECTIONS}`,
    `-d${seconds}s`,
    '--latency',
    '-s',
    path.join(here, 'load.lua'),
    `http://127.0.0.1:${port}`,
  ];
  const before = await cpuSeconds(pid);
  const { stdout } = await run('taskset', ['-c', LOAD_CORE, 'wrk', ...wrk]);
  const usedSeconds = (await cpuSeconds(pid)) - before;
  const number = (pattern: RegExp): number => Number(pattern.exec(stdout)?.[1] ?? 0);
  const latency = (percent: string): number => {
    const match = new RegExp(`${percent}%\\s+([0-9.]+)(us|ms|s)`).exec(stdout);
    const factor = { us: 0.001, ms: 1, s: 1000 }[(match?.[2] ?? 'ms') as 'us' | 'ms' | 's'];
    return Number((Number(match?.[1] ?? Number.NaN) * factor).toFixed(2));
  };
  return {
    requestsPerSecond: Math.round(number(/Requests\/sec:\s+([0-9.]+)/)),
    p50Ms: latency('50'),
    p99Ms: latency('99'),
    cpuMicros: Number(((usedSeconds * 1e6) / number(/(\d+) requests in/)).toFixed(1)),
    errors: number(/Non-2xx or 3xx responses: (\d+)/),
  };
}

async function startNginx(name: string, core: string, server: string): Promise<ChildProcess> {
  const prefix = path.join(directory, name);
  await mkdir(prefix);
  const config = path.join(prefix, 'nginx.conf');
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${prefix}/${kind};`,
  );
  await writeFile(
    config,
    `daemon off; worker_processes 1; pid ${prefix}/pid; error_log ${prefix}/error.log;
     events { worker_connections 1024; }
     http { access_log off; keepalive_requests 100000000; ${temp.join(' ')} ${server} }`,
  );
  return start('taskset', ['-c', core, 'nginx', '-p', prefix, '-c', config]);
}

function upstreamServer(port: number): string {
  const answer = JSON.stringify({
    outputs: [{ name: 'label', datatype: 'BYTES', shape: [1], data: ['y'.repeat(940)] }],
  });
  return `server { listen 127.0.0.1:${port}; location / { default_type application/json; return 200 '${answer}'; } }`;
}

function proxyServer(port: number, upstreamPort: number): string {
  return `upstream up { server 127.0.0.1:${upstreamPort}; keepalive 128; keepalive_requests 100000000; }
    server { listen 127.0.0.1:${port}; location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header connection ""; } }`;
}

async function startGateway(port: number, upstream: string): Promise<ChildProcess> {
  const link = await openLinkGateways({ socketPath: path.join(directory, 'control.sock') });
  const config: GatewayConfig = {
    name: 'bench',
    environment: 'bench',
    host: '127.0.0.1',
    port,
    controlSocket: link.socketPath,
    stateDir: directory,
    logDir: path.join(directory, 'logs'),
  };
  const file = path.join(directory, 'gateway.json');
  await writeFile(file, JSON.stringify(config));
  const main = fileURLToPath(new URL('../../src/gateway/main.ts', import.meta.url));
  const child = start('taskset', ['-c', PROXY_CORE, process.execPath, main, file]);
  await new Promise<void>((resolve) => {
    link.listen({ applied: () => resolve(), frame: (_, boot, { seq }) => link.stored(boot, seq) });
    link.push(benchTable(upstream));
  });
  child.once('exit', () => void link.close());
  return child;
}

function benchTable(upstream: string): RouteTable {
  const track = (digit: string, releaseVersion: string): TrackRoute => ({
    release: `sha256:${digit.repeat(64)}`,
    releaseVersion,
    upstreams: [upstream],
  });
  const guards = ['errors', 'slow', 'feedback'].map((name) => ({ name, marginShare: 0.02 }));
  return {
    version: 1,
    environment: 'bench',
    generation: { epoch: 1, seq: 1, cut: 0 },
    apiKeys: {
      required: true,
      keys: [{ id: 'bench', sha256: createHash('sha256').update('bench-key').digest('hex') }],
    },
    services: {
      bench: {
        service: 'bench',
        protocol: 'open-inference',
        repeatable: true,
        sticky: { by: 'header', name: 'x-user-id' },
        timeouts: { connectMs: 1_000, firstByteMs: 10_000, totalMs: 60_000, idleMs: 30_000 },
        stable: track('a', '1.0.0'),
        candidate: {
          ...track('b', '1.1.0'),
          rollout: 'bench',
          stage: 0,
          salt: 'bench',
          share: 0.05,
          mirrorShare: 0,
          leaseMs: 600_000,
          rescue: true,
          readings: { guards, slowMs: 500, feedbackWithinMs: 5_000 },
          tripWireAlpha: 0.0001,
          compare: null,
        },
      },
    },
  };
}

function start(command: string, args: string[]): ChildProcess {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  child.once('error', (error) => {
    throw new Error(`${command} cannot be started; this benchmark needs nginx, wrk and taskset`, {
      cause: error,
    });
  });
  started.push(child);
  return child;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(
    servers.map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Of a process and its children, in the ticks of 10 ms that Linux counts in. */
async function cpuSeconds(pid: number): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  let ticks = 0;
  for (const one of [pid, ...children.trim().split(' ').filter(Boolean)]) {
    const stat = await readFile(`/proc/${one}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / 100;
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
