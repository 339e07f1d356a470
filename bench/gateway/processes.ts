import { mkdir, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { machine } from '../machine.ts';
import { startUpstream } from './stand/proxies.ts';
import { openStand } from './stand/stand.ts';
import { startTidegate } from './stand/tidegate.ts';
import { closedLoop } from './stand/wrk.ts';

// What it costs that two processes keep limits together. On two cores of their own two processes serve at most twice what one
// does, times the share of its processor time that a request costs more there; with a core for both, that share is what can be seen.

const ROUNDS = 8;
const SECONDS = 4;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const loadBefore = loadavg()[0];
const stand = await openStand();
try {
  const direct = await startUpstream(stand);
  const upstream = `http://127.0.0.1:${direct.port}`;
  const one = await startTidegate(stand, { transport: 'raw', upstream });
  const two = await startTidegate(stand, { transport: 'raw', upstream, processes: 2 });
  for (const target of [one, two]) await closedLoop(target, 8);
  const rounds: { one: number; two: number; errors: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const ofOne = await closedLoop(one, SECONDS);
    const ofTwo = await closedLoop(two, SECONDS);
    rounds.push({ one: ofOne.cpuMicros, two: ofTwo.cpuMicros, errors: ofOne.errors + ofTwo.errors });
  }
  const result = {
    cpuMicros: { one: median(rounds.map((r) => r.one)), two: median(rounds.map((r) => r.two)) },
    timesOneAtMost: Number(median(rounds.map((r) => (2 * r.one) / r.two)).toFixed(2)),
    errors: rounds.reduce((sum, r) => sum + r.errors, 0),
  };
  console.log(result);
  const results = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'results');
  await mkdir(results, { recursive: true });
  await writeFile(
    path.join(results, 'gateway-processes.json'),
    `${JSON.stringify(
      {
        what: 'processor time of a request with one gateway process and with two that keep limits together, both on one core; medians',
        command: 'node bench/gateway/processes.ts',
        at: new Date().toISOString(),
        machine: { ...machine(), loadBefore },
        ...result,
        rounds,
      },
      null,
      2,
    )}\n`,
  );
} finally {
  await stand.close();
}
