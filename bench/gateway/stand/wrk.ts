import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { processorSeconds } from './process-figures.ts';
import type { Target } from './proxies.ts';
import { CORES } from './stand.ts';

export interface ClosedLoop {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
  /** Processor time of the proxy for one request; other load on the machine touches it less than the rate. */
  readonly cpuMicros: number;
}

const SCRIPT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'load.lua');

/** 64 connections, each with one request at a time. */
export async function closedLoop(target: Target, seconds: number, connections = 64): Promise<ClosedLoop> {
  const used = async (): Promise<number> => {
    let total = 0;
    for (const pid of [target.pid, ...(target.otherPids ?? [])]) total += await processorSeconds(pid);
    return total;
  };
  const before = await used();
  const { stdout } = await promisify(execFile)(
    'taskset',
    [
      ['-c', CORES.load, 'wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', SCRIPT],
      `http://127.0.0.1:${target.port}`,
    ].flat(),
    { env: { ...process.env, BENCH_PATH: target.path, BENCH_HEADERS: headerLines(target) } },
  );
  const usedSeconds = (await used()) - before;
  const number = (pattern: RegExp): number => Number(pattern.exec(stdout)?.[1] ?? 0);
  const latencyMs = (percent: string): number => {
    const match = new RegExp(`${percent}%\\s+([0-9.]+)(us|ms|s)`).exec(stdout);
    const factor = { us: 0.001, ms: 1, s: 1000 }[(match?.[2] ?? 'ms') as 'us' | 'ms' | 's'];
    return Number((Number(match?.[1] ?? Number.NaN) * factor).toFixed(2));
  };
  const broken = /Socket errors: connect (\d+), read (\d+), write (\d+)/.exec(stdout);
  const requests = number(/(\d+) requests in/);
  return {
    requestsPerSecond: Math.round(number(/Requests\/sec:\s+([0-9.]+)/)),
    p50Ms: latencyMs('50'),
    p99Ms: latencyMs('99'),
    errors:
      number(/Non-2xx or 3xx responses: (\d+)/) +
      (broken === null ? 0 : broken.slice(1).reduce((sum, one) => sum + Number(one), 0)),
    cpuMicros: Number(((usedSeconds * 1e6) / Math.max(1, requests)).toFixed(1)),
  };
}

const headerLines = ({ headers }: Target): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
