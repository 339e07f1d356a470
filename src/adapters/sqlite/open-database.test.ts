import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evidenceShape } from './evidence-shape.ts';
import { ledgerShape } from './ledger-shape.ts';
import { openDatabase } from './open-database.ts';
import { openSqliteLedger } from './sqlite-ledger.ts';

describe('opening a database', () => {
  let directory: string;
  let file: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidegate-database-'));
    file = join(directory, 'ledger.db');
  });
  afterEach(async () => await rm(directory, { recursive: true }));

  it('makes every commit of the ledger survive a power cut, and of evidence the death of the process', () => {
    for (const [shape, synchronous] of [
      [ledgerShape, 2],
      [evidenceShape, 1],
    ] as const) {
      const { database, isNew } = openDatabase(join(directory, `${synchronous}.db`), shape);
      expect(isNew).toBe(true);
      expect(database.pragma('synchronous', { simple: true })).toBe(synchronous);
      expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
      expect(database.pragma('fullfsync', { simple: true })).toBe(1);
      expect(database.pragma('trusted_schema', { simple: true })).toBe(0);
      database.close();
    }
  });

  it('refuses a file of a newer format, of another program, and one that is no database, and changes none', async () => {
    openDatabase(file, ledgerShape).database.close();
    expect(() => openDatabase(file, evidenceShape)).toThrow(
      expect.objectContaining({ code: 'telemetry-broken' }),
    );
    const newer = new Database(file);
    newer.pragma('user_version = 2');
    newer.close();
    await expect(openSqliteLedger({ directory })).rejects.toMatchObject({ code: 'state-too-new' });
    const garbage = Buffer.from('not a database, but long enough to be taken for one'.repeat(100));
    await writeFile(file, garbage);
    await expect(openSqliteLedger({ directory })).rejects.toMatchObject({ code: 'ledger-broken' });
    expect((await readFile(file)).equals(garbage)).toBe(true);
  });

  it('refuses a database whose setting does not hold', () => {
    // In a database in memory there is no write-ahead log, and SQLite says so by ignoring the wish.
    expect(() => openDatabase(':memory:', ledgerShape)).toThrow(/does not keep journal_mode = wal/);
  });
});
