import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, createReadStream, openSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gatewayEnvironment } from '../../src/adapters/gateways/gateway-environment.ts';
import { GATEWAY_NODE_OPTIONS } from '../../src/adapters/gateways/gateway-node-options.ts';
import { openLinkGateways } from '../../src/adapters/gateways/link-gateways.ts';
import type { GatewayConfig } from '../../src/gateway/gateway-config.ts';
import { machine } from '../machine.ts';
import { benchTable } from './stand/bench-table.ts';

// Usage: node bench/gateway/soak.ts [requests] [raw|standard]. Writes bench/results/gateway-soak.json, and ends with 1 when a count is not exact.
// Ctrl-C ends the load early; the counts are taken all the same.
const REQUESTS = Number(process.argv[2] ?? 10_000_000);
const TRANSPORT = process.argv[3] ?? 'raw';
const CONNECTIONS = 64;
const SAMPLES = 40;
/** Memory is flat when the last quarter of the run needs no more than the second, give or take the garbage of the moment. */
const GROWTH_MB_AT_MOST = 20;
const DESCRIPTORS_MORE_AT_MOST = 10;
const here = path.dirname(fileURLToPath(import.meta.url));

interface Sample {
  readonly sent: number;
  readonly residentMb: number;
  readonly descriptors: number;
}

if (!Number.isInteger(REQUESTS) || REQUESTS < 1_000) throw new Error('how many requests? At least 1000.');
if (TRANSPORT !== 'raw' && TRANSPORT !== 'standard') throw new Error('over which transport? raw or standard');
const startedAtMs = performance.now();
let isEnough = false;
process.once('SIGINT', () => {
  isEnough = true;
});
const directory = await mkdtemp(path.join(tmpdir(), 'tidegate-soak-'));
const upstream = await startUpstream();
const link = await openLinkGateways({ socketPath: path.join(directory, 'control.sock') });
const { child, address } = await startGateway();
const tally = {
  sent: 0,
  answered: 0,
  refused: 0,
  broken: 0,
  byStatus: {} as Record<string, number>,
  streams: 0,
};
const samples: Sample[] = [];
try {
  await load();
  // Every count the gateway holds itself comes out when it ends.
  const ended = await endGateway();
  const logLines = await countLines(path.join(directory, 'logs', 'soak'));
  const during = samples.slice(1, -1);
  const most = (n: number, of: 'residentMb' | 'descriptors'): number =>
    Math.max(...during.slice((during.length * n) / 4, (during.length * (n + 1)) / 4).map((one) => one[of]));
  const [second, last] = [most(1, 'residentMb'), most(3, 'residentMb')];
  const idle = samples[0]!.descriptors;
  const checks = {
    'sent = answered + refused': tally.sent === tally.answered + tally.refused && tally.broken === 0,
    'answered here = answered there': tally.answered === ended.answered,
    'log lines + dropped = answered': logLines + ended.dropped === ended.answered,
    'lines written = lines on disk': logLines === ended.written,
    'memory is flat': last - second <= GROWTH_MB_AT_MOST,
    'descriptors are flat': most(3, 'descriptors') - most(1, 'descriptors') <= DESCRIPTORS_MORE_AT_MOST,
    'descriptors are given back': samples.at(-1)!.descriptors - idle <= DESCRIPTORS_MORE_AT_MOST,
  };
  const result = {
    what: 'exact counts, memory and descriptors of one gateway process over a long run of mixed requests',
    command: `node bench/gateway/soak.ts ${REQUESTS} ${TRANSPORT}`,
    at: new Date().toISOString(),
    machine: { ...machine(), loadAfter: loadavg() },
    seconds: Math.round((performance.now() - startedAtMs) / 1000),
    tally,
    gateway: ended,
    logLines,
    memory: {
      secondQuarterMb: second,
      lastQuarterMb: last,
      mostMb: Math.max(...samples.map(({ residentMb }) => residentMb)),
    },
    checks,
    samples,
  };
  const results = path.join(here, '..', 'results');
  await mkdir(results, { recursive: true });
  await writeFile(path.join(results, 'gateway-soak.json'), `${JSON.stringify(result, null, 2)}\n`);
  console.log(JSON.stringify({ ...result, samples: `${samples.length} of them` }, null, 2));
  if (Object.values(checks).includes(false)) process.exitCode = 1;
} finally {
  child.kill('SIGKILL');
  await link.close();
  upstream.server.closeAllConnections();
  upstream.server.close();
  await rm(directory, { recursive: true, force: true });
}

/** Closed loop. One request in fifty has no key and is refused, one in ten is a stream, one in a hundred fails. */
async function load(): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const { hostname, port } = new URL(address);
  const body = JSON.stringify({ inputs: ['y'.repeat(900)] });
  const every = Math.ceil(REQUESTS / SAMPLES);
  const one = (n: number): Promise<void> =>
    new Promise((resolve) => {
      const hasKey = n % 50 !== 0;
      if (n % 10 === 3) tally.streams += 1;
      const headers: Record<string, string> = {
        'content-type': 'application/json',
        'content-length': String(body.length),
        'x-user-id': `user-${n % 5_000}`,
      };
      if (hasKey) headers.authorization = 'Bearer soak-key';
      const target = n % 10 === 3 ? 'stream' : n % 100 === 7 ? 'fail' : 'infer';
      const req = httpRequest(
        { agent, hostname, port, method: 'POST', path: `/v2/models/soak/${target}`, headers },
        (res) => {
          res.resume();
          res.on('error', () => {});
          res.on('close', () => {
            const status = String(res.statusCode);
            tally.byStatus[status] = (tally.byStatus[status] ?? 0) + 1;
            if (!res.complete) tally.broken += 1;
            else if (res.statusCode === 401) tally.refused += 1;
            else tally.answered += 1;
            resolve();
          });
        },
      );
      req.on('error', () => {
        tally.broken += 1;
        resolve();
      });
      req.end(body);
    });
  const worker = async (): Promise<void> => {
    while (tally.sent < REQUESTS && !isEnough) {
      const n = tally.sent;
      tally.sent += 1;
      if (n % every === 0) samples.push(await sample());
      await one(n);
    }
  };
  samples.push(await sample());
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  agent.destroy();
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  samples.push(await sample());
}

async function sample(): Promise<Sample> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  return {
    sent: tally.sent,
    residentMb: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024),
    descriptors: (await readdir(`/proc/${child.pid}/fd`)).length,
  };
}

async function startUpstream() {
  const answer = JSON.stringify({ outputs: ['y'.repeat(940)] });
  const server = createServer((req, res) => {
    req.resume();
    req.on('end', () => {
      if (req.url!.endsWith('/stream')) {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        for (let n = 0; n < 5; n += 1) res.write(`data: ${n}\n\n`);
        res.end();
      } else
        res
          .writeHead(req.url!.endsWith('/fail') ? 500 : 200, { 'content-type': 'application/json' })
          .end(answer);
    });
  });
  // Shorter than the pause at the end, so that only what leaks is left then.
  server.keepAliveTimeout = 3_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function startGateway(): Promise<{ child: ChildProcess; address: string }> {
  const config: GatewayConfig = {
    name: 'soak',
    environment: 'soak',
    host: '127.0.0.1',
    port: 0,
    controlSocket: link.socketPath,
    stateDir: directory,
    logDir: path.join(directory, 'logs'),
    transport: TRANSPORT as 'raw' | 'standard',
  };
  const file = path.join(directory, 'gateway.json');
  await writeFile(file, JSON.stringify(config));
  const log = openSync(path.join(directory, 'gateway.log'), 'a');
  const main = fileURLToPath(new URL('../../src/gateway/main.ts', import.meta.url));
  const started = spawn(process.execPath, [...GATEWAY_NODE_OPTIONS, main, file], {
    stdio: ['ignore', log, log],
    env: gatewayEnvironment(process.env),
  });
  closeSync(log);
  const found = await new Promise<string>((resolve) => {
    let known = '';
    link.listen({
      connected: (hello) => {
        known = hello.address;
      },
      applied: () => resolve(known),
      frame: (_, boot, { seq }) => link.stored(boot, seq),
    });
    link.push(
      benchTable({
        name: 'soak',
        upstream: upstream.origin,
        candidate: { mirrorShare: 0.01, leaseMs: 24 * 3_600_000, tripWireAlpha: 0 },
      }),
    );
  });
  return { child: started, address: found };
}

async function endGateway(): Promise<{ answered: number; written: number; dropped: number }> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
  const lines = (await readFile(path.join(directory, 'gateway.log'), 'utf8')).split('\n');
  const last = lines.findLast((line) => line.includes('the gateway has ended'));
  if (last === undefined) throw new Error('the gateway did not end properly');
  const { answered, written, dropped } = JSON.parse(last) as Record<
    'answered' | 'written' | 'dropped',
    number
  >;
  return { answered, written, dropped };
}

async function countLines(where: string): Promise<number> {
  let lines = 0;
  for (const name of await readdir(where)) {
    for await (const chunk of createReadStream(path.join(where, name)))
      for (const byte of chunk as Buffer) if (byte === 10) lines += 1;
  }
  return lines;
}
