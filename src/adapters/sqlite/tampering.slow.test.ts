import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSame, type LedgerRow, tamperings } from '../../core/ledger/testing/tampering.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { openSqliteLedger } from './sqlite-ledger.ts';

const events = 12;

describe('a ledger file changed behind the back of its owner', () => {
  let directory: string;
  let ledger: Ledger;
  let intruder: Database.Database;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidegate-tampering-'));
    ledger = await openSqliteLedger({ directory });
    for (let index = 0; index < events; index++) {
      const event = {
        type: 'stage.entered',
        schema: 1,
        atMs: 1000 + index,
        actor: 'engine',
        data: { stage: index % 4 },
      };
      await ledger.append(`environment:${['production', 'staging'][index % 2]}`, Math.floor(index / 2), [
        event,
      ]);
    }
    // Closing writes the checkpoint of the whole.
    await ledger.close();
    ledger = await openSqliteLedger({ directory });
    intruder = new Database(join(directory, 'ledger.db'));
  });

  afterEach(async () => {
    intruder.close();
    await ledger.close();
    await rm(directory, { recursive: true });
  });

  const rowsInFile = (): readonly LedgerRow[] =>
    intruder.prepare<[], LedgerRow>('SELECT * FROM events ORDER BY seq').all();

  const replaceRows = (rows: readonly LedgerRow[]): void =>
    intruder.transaction(() => {
      intruder.prepare('DELETE FROM events').run();
      const insert = intruder.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?)');
      for (const { seq, stream, version, record, hash } of rows)
        insert.run(seq, stream, version, record, hash);
    })();

  it('is found, whatever was done to its rows, and is sound again when that is undone', async () => {
    const original = rowsInFile();
    await fc.assert(
      fc.asyncProperty(tamperings(events), async (tampering) => {
        const rows = tampering.apply(original);
        fc.pre(!isSame(rows, original));
        try {
          replaceRows(rows);
        } catch (error) {
          // The table itself refuses a stream that repeats a version.
          fc.pre(!(error instanceof Database.SqliteError && error.code === 'SQLITE_CONSTRAINT_UNIQUE'));
          throw error;
        }
        expect(await ledger.verify(), tampering.name).toMatchObject({ ok: false });
        replaceRows(original);
      }),
      { numRuns: 25, endOnFailure: true },
    );
    expect(await ledger.verify()).toMatchObject({ ok: true, events });
  });

  it('is found when an index leaves out a record, so that a stream reads shorter than it is', async () => {
    const root = (index: string) => `(SELECT rootpage FROM sqlite_schema WHERE name = '${index}')`;
    intruder.exec(`
      CREATE TABLE other (seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL, UNIQUE (stream, version));
      INSERT INTO other SELECT seq, stream, version FROM events WHERE seq <> ${events - 1};
    `);
    intruder.unsafeMode(true);
    intruder.pragma('writable_schema = ON');
    intruder.exec(`
      UPDATE sqlite_schema SET rootpage = ${root('sqlite_autoindex_other_1')} WHERE name = 'sqlite_autoindex_events_1';
      DELETE FROM sqlite_schema WHERE tbl_name = 'other';
    `);
    intruder.pragma('schema_version = 999');
    expect(await ledger.read('environment:production')).toHaveLength(events / 2 - 1);
    expect(await ledger.verify()).toMatchObject({ ok: false });
  });

  it('is found when a trigger was planted that would bend what comes', async () => {
    intruder.exec('CREATE TRIGGER bend AFTER INSERT ON events BEGIN DELETE FROM events WHERE seq = 1; END');
    expect(await ledger.verify()).toMatchObject({ ok: false, reason: 'edited' });
    await ledger.close();
    await expect(openSqliteLedger({ directory })).rejects.toMatchObject({ code: 'ledger-broken' });
  });

  it('is found when its tables are gone', async () => {
    intruder.exec('DROP TABLE events; DROP TABLE ledger');
    expect(await ledger.verify()).toMatchObject({ ok: false, reason: 'edited' });
    await ledger.close();
    ledger = await openSqliteLedger({ directory });
    expect(await ledger.verify()).toMatchObject({ ok: false, reason: 'truncated', seq: 1 });
  });

  it('takes nothing more when somebody else appended, however well', async () => {
    const last = rowsInFile().at(-1)!;
    intruder
      .prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?)')
      .run(events + 1, 'x', 0, last.record, last.hash);
    const event = { type: 'stage.entered', schema: 1, atMs: 1, actor: 'engine', data: null };
    await expect(ledger.append('y', 0, [event])).rejects.toMatchObject({ code: 'ledger-broken' });
    expect(rowsInFile()).toHaveLength(events + 1);
  });

  it.each([
    ['removed', 'DELETE FROM events WHERE seq = 12'],
    ['given another hash', 'UPDATE events SET hash = zeroblob(32) WHERE seq = 12'],
  ])('takes nothing more when its newest record was %s', async (_name, change) => {
    intruder.exec(change);
    const event = { type: 'stage.entered', schema: 1, atMs: 1, actor: 'engine', data: null };
    await expect(ledger.append('y', 0, [event])).rejects.toMatchObject({ code: 'ledger-broken' });
    expect(await ledger.read('y')).toEqual([]);
  });

  it('is found cut below what this process had acknowledged, even with the checkpoint taken away', async () => {
    await rm(join(directory, 'ledger.checkpoint'));
    intruder.prepare('DELETE FROM events WHERE seq > 5').run();
    expect(await ledger.verify()).toMatchObject({ ok: false, reason: 'truncated', seq: 6 });
  });
});
