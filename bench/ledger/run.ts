/**
 * How many appends a second the ledger makes durable, and how long a start takes with 100,000 events, each beside plain
 * better-sqlite3 doing the least that could pass for the same. Run: `node bench/ledger/run.ts` (about half a minute).
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, platform, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openSqliteLedger } from '../../src/adapters/sqlite/sqlite-ledger.ts';
import type { NewEvent } from '../../src/ports/ledger.ts';

const rounds = 3;
const roundMs = 1000;
const warmUpMs = 300;
const storedEvents = 100_000;

interface Rate {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const directory = mkdtempSync(join(tmpdir(), 'tidegate-bench-ledger-'));
try {
  const appends = await measureAppends();
  const start = await measureStart();
  const result = { what: 'ledger', machine: machine(), rounds, roundMs, appends, storedEvents, start };
  const results = new URL('../results/', import.meta.url);
  mkdirSync(results, { recursive: true });
  writeFileSync(new URL('ledger.json', results), `${JSON.stringify(result, null, 2)}\n`);
  console.table(appends);
  console.table(start);
} finally {
  rmSync(directory, { recursive: true });
}

async function measureAppends(): Promise<Record<string, Rate>> {
  const ledger = await openSqliteLedger({ directory: join(directory, 'appends') });
  const plain = openPlain(join(directory, 'plain.db'));
  const versions = new Map<number, number>();
  const toLedger = async (caller: number): Promise<void> => {
    const version = versions.get(caller) ?? 0;
    await ledger.append(`environment:${caller}`, version, [eventAt(version)]);
    versions.set(caller, version + 1);
  };
  const subjects: Record<string, (ms: number) => Promise<Rate>> = {
    'plain better-sqlite3, same thread, no chain': (ms) =>
      rateOf(1, ms, async (_, n) => void plain.insert(n)),
    'ledger, 1 caller': (ms) => rateOf(1, ms, toLedger),
    'ledger, 64 callers': (ms) => rateOf(64, ms, toLedger),
  };
  const measured = new Map<string, Rate[]>(Object.keys(subjects).map((name) => [name, []]));
  for (const measure of Object.values(subjects)) await measure(warmUpMs);
  // Taking turns, so that whatever else the machine does is shared by all.
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries(subjects)) measured.get(name)?.push(await measure(roundMs));
  }
  await ledger.close();
  plain.close();
  return Object.fromEntries(
    [...measured].map(([name, rates]) => [name, medianBy(rates, (rate) => rate.perSecond)]),
  );
}

async function rateOf(
  callers: number,
  ms: number,
  act: (caller: number, n: number) => Promise<void>,
): Promise<Rate> {
  const latenciesMs: number[] = [];
  const startMs = performance.now();
  const run = async (caller: number): Promise<void> => {
    for (let n = 0, beforeMs = performance.now(); beforeMs - startMs < ms; n++) {
      await act(caller, n);
      const afterMs = performance.now();
      latenciesMs.push(afterMs - beforeMs);
      beforeMs = afterMs;
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => run(caller)));
  const tookMs = performance.now() - startMs;
  latenciesMs.sort((a, b) => a - b);
  const quantile = (share: number): number =>
    rounded(latenciesMs[Math.floor(latenciesMs.length * share)] ?? 0);
  return {
    perSecond: Math.round((latenciesMs.length / tookMs) * 1000),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  };
}

async function measureStart(): Promise<Record<string, { readonly ms: number }>> {
  const at = join(directory, 'start');
  const seeding = await openSqliteLedger({ directory: at });
  for (let version = 0; version < storedEvents / 10; version += 500) {
    for (let stream = 0; stream < 10; stream++) {
      const events = Array.from({ length: 500 }, (_, index) => eventAt(version + index));
      await seeding.append(`environment:${stream}`, version, events);
    }
  }
  await seeding.close();

  const startsMs: number[] = [];
  const plainMs: number[] = [];
  const verifiesMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const beforePlainMs = performance.now();
    const plain = new Database(join(at, 'ledger.db'), { readonly: true });
    const select = plain.prepare<[], string>('SELECT CAST(record AS TEXT) FROM events ORDER BY seq').pluck();
    check(fold(select.iterate(), (text) => JSON.parse(text) as NewEvent));
    plain.close();
    plainMs.push(performance.now() - beforePlainMs);

    const beforeMs = performance.now();
    const ledger = await openSqliteLedger({ directory: at });
    let counted = 0;
    for (
      let page = await ledger.readAll(0, 5000);
      page.length > 0;
      page = await ledger.readAll(counted, 5000)
    ) {
      counted += fold(page, (event) => event);
    }
    check(counted);
    startsMs.push(performance.now() - beforeMs);

    const beforeVerifyMs = performance.now();
    if (!(await ledger.verify()).ok) throw new Error('The ledger does not verify.');
    verifiesMs.push(performance.now() - beforeVerifyMs);
    await ledger.close();
  }
  const median = (all: number[]) => ({ ms: Math.round(medianBy(all, (ms) => ms)) });
  return {
    'plain better-sqlite3: open, read, parse, fold': median(plainMs),
    'ledger: open, read, fold': median(startsMs),
    'ledger: verify everything': median(verifiesMs),
  };
}

/** The least a fold can do: count the events of each type. */
function fold<Item>(items: Iterable<Item>, eventOf: (item: Item) => NewEvent): number {
  const counts = new Map<string, number>();
  for (const item of items) {
    const { type } = eventOf(item);
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function check(counted: number): void {
  if (counted !== storedEvents) throw new Error(`${counted} events were read instead of ${storedEvents}.`);
}

function openPlain(file: string): { insert(n: number): void; close(): void } {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE events (seq INTEGER PRIMARY KEY, record TEXT NOT NULL)');
  const insert = database.prepare('INSERT INTO events (record) VALUES (?)');
  return { insert: (n) => insert.run(JSON.stringify(eventAt(n))), close: () => database.close() };
}

/** About as big as what a rollout records when it enters a stage. */
function eventAt(n: number): NewEvent {
  const evidence = {
    guard: 'errors',
    candidate: { n: 1200 + n, bad: 12 },
    stable: { n: 23_000 + n, bad: 230 },
    effect: 0.0004,
  };
  return {
    type: n % 2 === 0 ? 'stage.entered' : 'gate.passed',
    schema: 1,
    atMs: 1_700_000_000_000 + n,
    actor: 'engine',
    data: { rollout: 'spam-filter-1.1.0', stage: n % 5, weightPercent: 10, evidence },
  };
}

function medianBy<Item>(items: readonly Item[], by: (item: Item) => number): Item {
  const sorted = items.toSorted((a, b) => by(a) - by(b));
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('Nothing was measured.');
  return middle;
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function machine() {
  const memory = new Database(':memory:');
  const sqlite = String(memory.prepare('SELECT sqlite_version()').pluck().get());
  memory.close();
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    node: process.version,
    sqlite,
  };
}
