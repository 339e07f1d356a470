import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { machine } from '../machine.ts';
import type { OpenLoop, OpenLoopSpec } from './stand/open-loop.ts';
import { residentMegabytes } from './stand/process-figures.ts';
import { startNginxProxy, startUpstream, type Target } from './stand/proxies.ts';
import { CORES, openStand } from './stand/stand.ts';
import { startTidegate } from './stand/tidegate.ts';
import { closedLoop } from './stand/wrk.ts';

// What the gateway adds to the time of an answer, how a fresh process begins, and what it weighs after a million requests.

const SECONDS = 8;
const ROUNDS = 3;
const MILLION = 1_000_000;
/** After so long an unused gateway has rehearsed. */
const REHEARSED_AFTER_MS = 1_200;
const CLIENT = fileURLToPath(new URL('./stand/open-loop.ts', import.meta.url));

const load = async (
  { port, path: asked, headers }: Target,
  perSecond: number,
  seconds: number,
): Promise<OpenLoop> => {
  const spec: OpenLoopSpec = { port, path: asked, headers, perSecond, seconds, bodyBytes: 1_000 };
  const { stdout } = await promisify(execFile)('taskset', [
    '-c',
    CORES.load,
    process.execPath,
    CLIENT,
    JSON.stringify(spec),
  ]);
  return JSON.parse(stdout) as OpenLoop;
};

const loadBefore = loadavg()[0];
const stand = await openStand();
try {
  const direct = await startUpstream(stand);
  const upstream = `http://127.0.0.1:${direct.port}`;
  const firstSecond: Record<string, OpenLoop> = {};
  const tidegates: Target[] = [];
  for (const transport of ['standard', 'raw'] as const) {
    const target = await startTidegate(stand, { transport, upstream });
    firstSecond[target.name] = await load(target, 2_000, 1);
    tidegates.push(target);
    const rehearsed = await startTidegate(stand, {
      transport,
      upstream,
      name: `${target.name} after its rehearsal`,
    });
    await new Promise((resolve) => setTimeout(resolve, REHEARSED_AFTER_MS));
    firstSecond[rehearsed.name] = await load(rehearsed, 2_000, 1);
    process.kill(rehearsed.pid);
  }
  const targets = [direct, await startNginxProxy(stand, direct.port), ...tidegates];
  for (const target of targets) await closedLoop(target, 8);

  const rates: Record<string, Record<string, OpenLoop[]>> = {};
  for (const perSecond of [1_000, 5_000]) {
    const readings: Record<string, OpenLoop[]> = {};
    for (let round = 0; round < ROUNDS; round += 1)
      for (const target of targets)
        (readings[target.name] ??= []).push(await load(target, perSecond, SECONDS));
    rates[perSecond] = readings;
    const least = (name: string, of: 'p50Ms' | 'p99Ms'): number =>
      Math.min(...readings[name]!.map((one) => one[of]));
    console.table(
      targets.map(({ name }) => ({
        name,
        perSecond,
        p50Ms: least(name, 'p50Ms'),
        p99Ms: least(name, 'p99Ms'),
        addedP99Ms: Number((least(name, 'p99Ms') - least('direct', 'p99Ms')).toFixed(2)),
        errors: readings[name]!.reduce((sum, one) => sum + one.errors + one.sent - one.answered, 0),
      })),
    );
  }
  console.log('a fresh process, in its first second at 2,000 requests a second');
  console.table(firstSecond);

  const memory: Record<string, { requests: number; residentMb: number[] }> = {};
  for (const target of tidegates) {
    const before = await residentMegabytes(target.pid);
    const residentMb = [before];
    let requests = 0;
    while (requests < MILLION) {
      const { requestsPerSecond } = await closedLoop(target, 10);
      requests += requestsPerSecond * 10;
      residentMb.push(await residentMegabytes(target.pid));
    }
    memory[target.name] = { requests, residentMb };
  }
  console.log('resident megabytes every ten seconds, over a million requests');
  for (const [name, { residentMb }] of Object.entries(memory)) console.log(name, residentMb.join(' '));

  const results = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'results');
  await mkdir(results, { recursive: true });
  await writeFile(
    path.join(results, 'gateway-latency.json'),
    `${JSON.stringify(
      {
        what: 'milliseconds from the moment a request was due; 1 kB JSON each way, open loop, 128 connections, one core for each proxy',
        command: 'node bench/gateway/latency.ts',
        at: new Date().toISOString(),
        machine: { ...machine(), loadBefore },
        seconds: SECONDS,
        rates,
        firstSecond,
        memory,
      },
      null,
      2,
    )}\n`,
  );
} finally {
  await stand.close();
}
