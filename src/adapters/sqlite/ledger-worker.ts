import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { appendWriter, type Written } from './append-writer.ts';
import { groupCommit } from './group-commit.ts';
import type { Head, LedgerCalls, LedgerGreeting, RecordRow } from './ledger-calls.ts';
import { ledgerShape } from './ledger-shape.ts';
import { type OpenedDatabase, openDatabase } from './open-database.ts';
import { outcomeOf, type Service, serveCalls } from './serve-calls.ts';
import { openSpaceReserve, type SpaceReserve } from './space-reserve.ts';
import { isOutOfSpace, sqliteFailure } from './sqlite-failure.ts';
import type { CallMessage, Outcome } from './worker-messages.ts';
import { failureOf } from './worker-messages.ts';

/** The thread that owns the ledger's database. SQLite blocks while it syncs; nobody else's loop shall wait for that. */
export interface LedgerWorkerData {
  readonly file: string;
  readonly reserveFile: string;
}

/** Between two attempts to fill up the reserve while nobody appends. */
const refillEveryMs = 5000;

serveCalls<LedgerCalls>((data) => openService(data as LedgerWorkerData));

function openService({ file, reserveFile }: LedgerWorkerData): Service<LedgerCalls> {
  try {
    const reserve = openSpaceReserve(reserveFile);
    const { database } = openWithReserve(file, reserve);
    database.prepare('INSERT OR IGNORE INTO ledger (id, epoch, settled) VALUES (1, 1, 0)').run();
    syncDirectory(dirname(file));
    reserve.refill();
    return service(file, database, reserve);
  } catch (error) {
    throw sqliteFailure(error, 'opening', file, ledgerShape);
  }
}

/** Even opening takes some space (the log's index); a full disk must not keep a restart from taking a candidate back. */
function openWithReserve(file: string, reserve: SpaceReserve): OpenedDatabase {
  for (;;) {
    try {
      return openDatabase(file, ledgerShape);
    } catch (error) {
      if (!isOutOfSpace(error) || !reserve.give()) throw error;
    }
  }
}

function service(
  file: string,
  database: OpenedDatabase['database'],
  reserve: SpaceReserve,
): Service<LedgerCalls> {
  const columns = 'CAST(record AS TEXT), lower(hex(hash))';
  const rows = (where: string) =>
    database.prepare<unknown[], RecordRow>(`SELECT ${columns} FROM events ${where}`).raw();
  const readStream = rows('WHERE stream = ? AND version >= ? ORDER BY version');
  const readForwards = rows('WHERE seq > ? ORDER BY seq LIMIT ?');
  const readBackwards = rows('WHERE seq < ? ORDER BY seq DESC LIMIT ?');
  const newest = database.prepare<[], Head>(
    'SELECT seq, lower(hex(hash)) AS hash FROM events ORDER BY seq DESC LIMIT 1',
  );
  const hashAt = database
    .prepare<[number], string>('SELECT lower(hex(hash)) FROM events WHERE seq = ?')
    .pluck();
  const head = (): Head => newest.get() ?? { seq: 0, hash: '0'.repeat(64) };
  const epoch = Number(database.prepare('SELECT epoch FROM ledger').pluck().get());
  const asFailure = (error: unknown) => sqliteFailure(error, 'writing', file, ledgerShape);
  const append = groupCommit(appendWriter(database), reserve, asFailure);

  const read = (call: Exclude<CallMessage<LedgerCalls>, { kind: 'append' }>): unknown => {
    switch (call.kind) {
      case 'read':
        return readStream.all(call.input.stream, call.input.fromVersion);
      case 'readAll':
        return readForwards.all(call.input.afterSeq, call.input.limit);
      case 'readBack':
        return readBackwards.all(call.input.beforeSeq, call.input.limit);
      case 'head':
        return head();
      case 'hashAt':
        return hashAt.get(call.input) ?? null;
    }
  };

  const answerRead = (call: Exclude<CallMessage<LedgerCalls>, { kind: 'append' }>): Outcome =>
    outcomeOf(() => {
      try {
        return read(call);
      } catch (error) {
        throw sqliteFailure(error, 'reading', file, ledgerShape);
      }
    });

  const refilling = setInterval(() => reserve.refill(), refillEveryMs).unref();

  return {
    greeting: { head: head(), epoch } satisfies LedgerGreeting,
    answer(calls) {
      const written = append(calls.flatMap((call) => (call.kind === 'append' ? [call.input] : [])))[
        Symbol.iterator
      ]();
      return calls.map((call) =>
        call.kind === 'append' ? outcomeOfWritten(written.next().value as Written) : answerRead(call),
      );
    },
    close() {
      clearInterval(refilling);
      database.close();
      reserve.close();
    },
  };
}

const outcomeOfWritten = (written: Written): Outcome =>
  written instanceof Error ? { ok: false, failure: failureOf(written) } : { ok: true, output: written };

/** Makes the name of a new file durable, not only what is in it. */
function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
