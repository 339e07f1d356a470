import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { machine } from '../machine.ts';
import { processorSeconds } from './stand/process-figures.ts';
import type { Target } from './stand/proxies.ts';
import { CORES, freePort, isListening, openStand } from './stand/stand.ts';
import type { Streams, StreamsSpec } from './stand/stream-client.ts';
import { startTidegate } from './stand/tidegate.ts';
import { closedLoop } from './stand/wrk.ts';

// A thousand streams at a time, each a chunk every 20 ms: what comes later through the gateway, and whether all of it comes.

const SECONDS = 10;
const COUNTS = [100, 300, 1_000];
const here = path.dirname(fileURLToPath(import.meta.url));

const loadBefore = loadavg()[0];
const stand = await openStand();
try {
  const port = await freePort();
  const source = stand.start(CORES.load, process.execPath, [
    path.join(here, 'stand', 'stream-source.ts'),
    String(port),
  ]);
  await isListening(port);
  const direct: Target = {
    name: 'direct',
    port,
    pid: source.pid!,
    path: '/services/bench/stream',
    headers: {},
  };
  const targets = [direct];
  for (const transport of ['standard', 'raw'] as const) {
    const target = await startTidegate(stand, {
      transport,
      upstream: `http://127.0.0.1:${port}`,
      service: { protocol: 'http' },
    });
    targets.push({ ...target, path: direct.path });
  }
  for (const target of targets.slice(1)) await closedLoop(target, 4);
  const rows: (Streams & { name: string; streams: number; core: number; tookSeconds: number })[] = [];
  for (const streams of COUNTS)
    for (const target of targets) {
      const before = await processorSeconds(target.pid);
      const startedAtMs = performance.now();
      const spec: StreamsSpec = { ...target, streams, seconds: SECONDS };
      const { stdout } = await promisify(execFile)('taskset', [
        '-c',
        CORES.load,
        process.execPath,
        path.join(here, 'stand', 'stream-client.ts'),
        JSON.stringify(spec),
      ]);
      const usedSeconds = (await processorSeconds(target.pid)) - before;
      const tookSeconds = (performance.now() - startedAtMs) / 1000;
      rows.push({
        name: target.name,
        streams,
        ...(JSON.parse(stdout) as Streams),
        core: Number((usedSeconds / tookSeconds).toFixed(2)),
        tookSeconds: Number(tookSeconds.toFixed(1)),
      });
    }
  console.table(rows);
  const results = path.join(here, '..', 'results');
  await mkdir(results, { recursive: true });
  await writeFile(
    path.join(results, 'gateway-streams.json'),
    `${JSON.stringify(
      {
        what: 'streams of one chunk every 20 ms; milliseconds to the first chunk from when the stream was asked for, and from when a chunk was written to when it was read',
        command: 'node bench/gateway/streams.ts',
        at: new Date().toISOString(),
        machine: { ...machine(), loadBefore },
        seconds: SECONDS,
        rows,
      },
      null,
      2,
    )}\n`,
  );
} finally {
  await stand.close();
}
