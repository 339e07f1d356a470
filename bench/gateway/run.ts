import { mkdir, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { machine } from '../machine.ts';
import { residentMegabytes } from './stand/process-figures.ts';
import { startHaproxy, startNginxProxy, startPortkey, startUpstream, type Target } from './stand/proxies.ts';
import { openStand } from './stand/stand.ts';
import { startTidegate } from './stand/tidegate.ts';
import { type ClosedLoop, closedLoop } from './stand/wrk.ts';

const ROUNDS = 4;
const SECONDS = 4;
const WARM_UP_SECONDS = 8;

const loadBefore = loadavg()[0];
const stand = await openStand();
try {
  const direct = await startUpstream(stand);
  const upstream = `http://127.0.0.1:${direct.port}`;
  const proxies: readonly (Target | null)[] = [
    direct,
    await startNginxProxy(stand, direct.port),
    await startHaproxy(stand, direct.port),
    await startTidegate(stand, { transport: 'standard', upstream }),
    await startTidegate(stand, { transport: 'raw', upstream }),
    await startPortkey(stand, direct.port),
  ];
  const targets = proxies.filter((target) => target !== null);
  const readings = new Map<string, ClosedLoop[]>(targets.map(({ name }) => [name, []]));
  for (const target of targets) await closedLoop(target, WARM_UP_SECONDS);
  for (let round = 0; round < ROUNDS; round += 1)
    for (const target of targets) readings.get(target.name)!.push(await closedLoop(target, SECONDS));

  const best = ({ name }: Target): ClosedLoop =>
    readings.get(name)!.reduce((a, b) => (a.requestsPerSecond > b.requestsPerSecond ? a : b));
  const leastCpu = ({ name }: Target): number => Math.min(...readings.get(name)!.map((one) => one.cpuMicros));
  const nginx = targets.find(({ name }) => name === 'nginx')!;
  const ratio = (value: number): number => Number(value.toFixed(3));
  const table = await Promise.all(
    targets.map(async (target) => ({
      name: target.name,
      ...best(target),
      cpuMicros: leastCpu(target),
      ofNginx: ratio(best(target).requestsPerSecond / best(nginx).requestsPerSecond),
      ofNginxByCpu: ratio(leastCpu(nginx) / leastCpu(target)),
      residentMb: await residentMegabytes(target.pid),
    })),
  );
  console.table(table);
  const results = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'results');
  await mkdir(results, { recursive: true });
  await writeFile(
    path.join(results, 'gateway.json'),
    `${JSON.stringify(
      {
        what: 'requests a second, 1 kB JSON each way, closed loop, 64 connections, one core for each proxy; the best round, and the least processor time',
        command: 'npm run bench:gateway',
        at: new Date().toISOString(),
        machine: { ...machine(), loadBefore },
        seconds: SECONDS,
        rounds: ROUNDS,
        best: table,
        all: Object.fromEntries(readings),
      },
      null,
      2,
    )}\n`,
  );
} finally {
  await stand.close();
}
