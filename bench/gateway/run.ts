import { mkdir, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { machine } from '../machine.ts';
import { startGomodel } from './stand/gomodel.ts';
import { startLitellm } from './stand/litellm.ts';
import { startPortkey } from './stand/portkey.ts';
import { residentMegabytes } from './stand/process-figures.ts';
import { prove } from './stand/prove.ts';
import { startHaproxy, startNginxProxy, startUpstream, type Target } from './stand/proxies.ts';
import { openStand } from './stand/stand.ts';
import { startTidegate } from './stand/tidegate.ts';
import { startTidegateForChats } from './stand/tidegate-for-chats.ts';
import { untilQuiet } from './stand/until-quiet.ts';
import { type ClosedLoop, closedLoop } from './stand/wrk.ts';

/** One short round after which nothing is written: does everything take part? */
const IS_TRIAL = process.argv.includes('--try');
const ROUNDS = IS_TRIAL ? 1 : 4;
const SECONDS = IS_TRIAL ? 5 : 4;
const SECONDS_AT_MOST = IS_TRIAL ? SECONDS : 20;
const WARM_UP_SECONDS = IS_TRIAL ? 1 : 8;

/** The last 64 requests of a round are cut off after they have cost something: they shall be few beside those answered. */
const REQUESTS_AT_LEAST = 64 * 20;
const secondsFor = (requestsPerSecond: number): number =>
  Math.min(SECONDS_AT_MOST, Math.max(SECONDS, Math.ceil(REQUESTS_AT_LEAST / Math.max(1, requestsPerSecond))));

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
  ];
  const forChats: readonly (Target | null)[] = [
    await startPortkey(stand, direct.port),
    await startLitellm(stand, direct.port),
    await startGomodel(stand, direct.port),
  ];
  const peers = forChats.filter((target) => target !== null);
  const beside: Target[] = [];
  if (peers.length > 0)
    for (const transport of ['standard', 'raw'] as const)
      beside.push(await startTidegateForChats(stand, { transport, upstream }));
  const targets = [...proxies.filter((target) => target !== null), ...beside, ...peers];
  for (const target of targets) await prove(target, direct.port);
  const readings = new Map<string, ClosedLoop[]>(targets.map(({ name }) => [name, []]));
  const seconds = new Map<string, number>();
  for (const target of targets) {
    const { requestsPerSecond } = await closedLoop(target, WARM_UP_SECONDS);
    seconds.set(target.name, secondsFor(requestsPerSecond));
    await untilQuiet(target);
  }
  for (let round = 0; round < ROUNDS; round += 1)
    for (const target of targets) {
      readings.get(target.name)!.push(await closedLoop(target, seconds.get(target.name)!));
      await untilQuiet(target);
    }

  const best = ({ name }: Target): ClosedLoop =>
    readings.get(name)!.reduce((a, b) => (a.requestsPerSecond > b.requestsPerSecond ? a : b));
  const leastCpu = ({ name }: Target): number => Math.min(...readings.get(name)!.map((one) => one.cpuMicros));
  const nginx = targets.find(({ name }) => name === 'nginx')!;
  const ratio = (value: number): number => Number(value.toFixed(3));
  const table = await Promise.all(
    targets.map(async (target) => ({
      name: target.name,
      path: target.path,
      ...best(target),
      cpuMicros: leastCpu(target),
      ofNginx: ratio(best(target).requestsPerSecond / best(nginx).requestsPerSecond),
      ofNginxByCpu: ratio(leastCpu(nginx) / leastCpu(target)),
      residentMb: await residentMegabytes(target.pid),
    })),
  );
  const timesPeer = (one: Target, peer: Target) => ({
    ours: one.name,
    peer: peer.name,
    byRate: ratio(best(one).requestsPerSecond / best(peer).requestsPerSecond),
    byCpu: ratio(leastCpu(peer) / leastCpu(one)),
  });
  const timesPeers = beside.flatMap((one) => peers.map((peer) => timesPeer(one, peer)));
  console.table(table);
  if (peers.length > 0) {
    console.table(timesPeers);
    console.table(peers, ['name', 'version']);
  }
  const results = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'results');
  const result = {
    what: 'requests a second, 1 kB JSON each way, closed loop, 64 connections, one core for each proxy; the best round, and the least processor time; rows of one path are like for like',
    command: 'npm run bench:gateway',
    at: new Date().toISOString(),
    machine: { ...machine(), loadBefore },
    seconds: Object.fromEntries(seconds),
    rounds: ROUNDS,
    best: table,
    timesPeers,
    versions: Object.fromEntries(peers.map(({ name, version }) => [name, version])),
    all: Object.fromEntries(readings),
  };
  if (!IS_TRIAL) {
    await mkdir(results, { recursive: true });
    await writeFile(path.join(results, 'gateway.json'), `${JSON.stringify(result, null, 2)}\n`);
  }
} finally {
  await stand.close();
}
