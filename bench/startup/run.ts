import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTidegate } from '../../test/e2e/harness/tidegate.ts';
import { machine } from '../machine.ts';
import { fillLedger } from './fill-ledger.ts';

const starts = 5;
const storedEvents = Number(process.argv[2] ?? 100_000);
const services = 10;

/** Milliseconds from the start of the process to its word that it is ready, one number a start. */
async function measureStarts(prepare: (stateDir: string) => Promise<void>): Promise<number[]> {
  const tookMs: number[] = [];
  const kept = mkdtempSync(join(tmpdir(), 'tidegate-bench-'));
  try {
    await prepare(join(kept, '.tidegate'));
    for (let n = 0; n < starts; n += 1) {
      const tidegate = await openTidegate({ directory: kept });
      tookMs.push(tidegate.readyAfterMs());
      await tidegate.down();
      await tidegate.dispose();
    }
  } finally {
    rmSync(kept, { recursive: true, force: true });
  }
  return tookMs;
}

const figures = (tookMs: readonly number[]) => {
  const sorted = tookMs.map(Math.round).toSorted((a, b) => a - b);
  return { medianMs: sorted[Math.floor(sorted.length / 2)], fastestMs: sorted[0], slowestMs: sorted.at(-1) };
};

const loadBefore = loadavg()[0] ?? 0;
const empty: number[] = [];
for (let n = 0; n < starts; n += 1) {
  const tidegate = await openTidegate();
  empty.push(tidegate.readyAfterMs());
  await tidegate.dispose();
}
let events = 0;
const full = await measureStarts(async (stateDir) => {
  mkdirSync(join(stateDir, 'keys'), { recursive: true, mode: 0o700 });
  events = await fillLedger({ stateDir, events: storedEvents, environment: 'production', services });
});
const result = {
  what: 'from the start of the process `tidegate up` until it says that it is ready',
  command: 'node bench/startup/run.ts',
  measuredAt: new Date().toISOString(),
  machine: machine(),
  loadBefore: Number(loadBefore.toFixed(2)),
  aimForAnEmptyDirectoryMs: 2_000,
  starts,
  'empty directory': figures(empty),
  [`ledger of ${events} events`]: figures(full),
};
console.table({
  'empty directory': figures(empty),
  [`ledger of ${events} events`]: figures(full),
});
writeFileSync(new URL('../results/startup.json', import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
