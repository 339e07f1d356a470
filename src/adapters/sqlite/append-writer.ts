import type { Database } from 'better-sqlite3';
import { genesisHash, hexOf, nextHash } from '../../core/ledger/chain.ts';
import { recordText } from '../../core/ledger/record.ts';
import { TidegateError } from '../../errors.ts';
import type { PendingAppend, RecordRow } from './ledger-calls.ts';
import { leavesDoubt } from './sqlite-failure.ts';

interface BinaryHead {
  readonly seq: number;
  readonly hash: Uint8Array;
}

/** Rows of an append, or why this one was refused while others in its transaction went on. */
export type Written = readonly RecordRow[] | TidegateError;

/**
 * Writes appends to the table, many in one transaction. The function returned throws when the transaction as a whole
 * failed; then nothing of it is stored, now or after a crash.
 */
export function appendWriter(database: Database): (appends: readonly PendingAppend[]) => readonly Written[] {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const rollback = database.prepare('ROLLBACK');
  const newest = database.prepare<[], BinaryHead>('SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1');
  const versionOf = database
    .prepare<[string], number | null>('SELECT max(version) FROM events WHERE stream = ?')
    .pluck();
  const insert = database.prepare(
    'INSERT INTO events (seq, stream, version, record, hash) VALUES (?, ?, ?, ?, ?)',
  );
  const settle = database.prepare('UPDATE ledger SET settled = settled + 1');
  const readHead = (): BinaryHead => newest.get() ?? { seq: 0, hash: genesisHash };

  let head = readHead();
  let isInDoubt = false;

  const inTransaction = <Result>(write: () => Result): Result => {
    try {
      begin.run();
      const result = write();
      commit.run();
      return result;
    } catch (error) {
      isInDoubt ||= leavesDoubt(error);
      if (database.inTransaction) rollback.run();
      throw error;
    }
  };

  const assertNobodyElseWrote = (): void => {
    const found = readHead();
    if (found.seq !== head.seq || hexOf(found.hash) !== hexOf(head.hash)) {
      throw new TidegateError(
        'ledger-broken',
        `The ledger ends at ${found.seq}, but the last record written was ${head.seq}: something else changed it.`,
      );
    }
  };

  /** The record of a commit in doubt would be found by recovery after a crash. Any other commit takes its place in the log. */
  const settleDoubt = (): void => {
    if (!isInDoubt) return;
    inTransaction(() => settle.run());
    isInDoubt = false;
  };

  const writeAll = (appends: readonly PendingAppend[]): readonly Written[] => {
    settleDoubt();
    let reached = head;
    const written = inTransaction(() => {
      assertNobodyElseWrote();
      return appends.map(({ stream, expectedVersion, records }): Written => {
        const version = (versionOf.get(stream) ?? -1) + 1;
        if (version !== expectedVersion) return conflict(stream, expectedVersion, version);
        return records.map((prepared, index): RecordRow => {
          const seq = reached.seq + 1;
          const text = recordText(prepared, seq, version + index);
          const record = Buffer.from(text);
          const hash = nextHash(reached.hash, record);
          insert.run(seq, stream, version + index, record, hash);
          reached = { seq, hash };
          return [text, hexOf(hash)];
        });
      });
    });
    head = reached;
    return written;
  };

  return (appends) => {
    try {
      return writeAll(appends);
    } catch (error) {
      try {
        settleDoubt();
      } catch {
        // Stays in doubt: nothing is appended before it could be settled.
      }
      throw error;
    }
  };
}

const conflict = (stream: string, expectedVersion: number, actualVersion: number): TidegateError =>
  new TidegateError('ledger-conflict', `${stream} has ${actualVersion} events, not ${expectedVersion}.`, {
    data: { stream, expectedVersion, actualVersion },
  });
