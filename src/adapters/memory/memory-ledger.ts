import { genesisHash, hexOf, nextHash } from '../../core/ledger/chain.ts';
import { readRecord } from '../../core/ledger/read-record.ts';
import { prepareAppend, recordText } from '../../core/ledger/record.ts';
import { verifyChain } from '../../core/ledger/verify-chain.ts';
import { TidegateError } from '../../errors.ts';
import type {
  AppendOptions,
  Ledger,
  LedgerHead,
  LedgerVerdict,
  NewEvent,
  StoredEvent,
} from '../../ports/ledger.ts';

/** What goes wrong with an append: before anything is stored, after all of it is stored (the answer is lost), or no space. */
export type AppendFault = 'before' | 'after' | 'disk-full';

/** A ledger in memory that can be made to fail. Nothing survives the process. */
export interface MemoryLedger extends Ledger {
  /**
   * The next append that gets as far as storing fails so. `before` and `disk-full` store nothing (`disk-full` spares
   * appends with `reserve`, and waits for the next without); `after` stores, then rejects with `internal`.
   */
  failNextAppend(fault: AppendFault): void;
  /** While the disk is full only appends with `reserve` succeed. */
  setDiskFull(isFull: boolean): void;
  /** Another ledger on the same records, as after a restart. This one is closed for good. */
  reopen(): MemoryLedger;
  /** A ledger with the first `events` records alone and a new epoch, as after a backup was restored. This one is closed for good. */
  restoreBackup(events: number): MemoryLedger;
}

interface Row {
  readonly seq: number;
  readonly stream: string;
  readonly version: number;
  readonly record: Uint8Array;
  readonly hash: Uint8Array;
}

export const openMemoryLedger = (): MemoryLedger => ledgerOver([], 1);

function ledgerOver(rows: Row[], epoch: number): MemoryLedger {
  const versions = new Map<string, number>();
  for (const row of rows) versions.set(row.stream, row.version + 1);
  let isClosed = false;
  let diskIsFull = false;
  let nextFault: AppendFault | null = null;

  const assertOpen = (): void => {
    if (isClosed) throw new TidegateError('ledger-unavailable', 'The ledger is closed.');
  };

  const takeFault = (options: AppendOptions): AppendFault | null => {
    if (diskIsFull && options.reserve !== true) return 'disk-full';
    if (nextFault === 'disk-full' && options.reserve === true) return null;
    const fault = nextFault;
    nextFault = null;
    return fault;
  };

  const store = (stream: string, version: number, text: string): StoredEvent => {
    const record = encoder.encode(text);
    const hash = nextHash(rows.at(-1)?.hash ?? genesisHash, record);
    rows.push({ seq: rows.length + 1, stream, version, record, hash });
    versions.set(stream, version + 1);
    return readRecord(text, hexOf(hash));
  };

  return {
    async append(
      stream: string,
      expectedVersion: number,
      events: readonly NewEvent[],
      options: AppendOptions = {},
    ) {
      assertOpen();
      const records = prepareAppend(stream, expectedVersion, events);
      const version = versions.get(stream) ?? 0;
      if (version !== expectedVersion) {
        throw new TidegateError(
          'ledger-conflict',
          `${stream} has ${version} events, not ${expectedVersion}.`,
          {
            data: { stream, expectedVersion, actualVersion: version },
          },
        );
      }
      const fault = takeFault(options);
      if (fault === 'before') throw new TidegateError('ledger-unavailable', 'The ledger was told to fail.');
      if (fault === 'disk-full') throw new TidegateError('disk-full', 'There is no space for the append.');
      const stored = records.map((record, index) =>
        store(stream, version + index, recordText(record, rows.length + 1, version + index)),
      );
      if (fault === 'after')
        throw new TidegateError('internal', 'The ledger was told to fail after it had stored.');
      return stored;
    },
    async read(stream, fromVersion = 0) {
      assertOpen();
      return rows.filter((row) => row.stream === stream && row.version >= fromVersion).map(eventOf);
    },
    async readAll(afterSeq, limit = 1000) {
      assertOpen();
      return rows.slice(afterSeq, afterSeq + limit).map(eventOf);
    },
    async readBack(beforeSeq, limit) {
      assertOpen();
      const end = Math.max(0, Math.min(rows.length, (beforeSeq ?? Number.POSITIVE_INFINITY) - 1));
      return rows
        .slice(Math.max(0, end - limit), end)
        .reverse()
        .map(eventOf);
    },
    async head() {
      assertOpen();
      return headOf(rows, epoch);
    },
    async verify(): Promise<LedgerVerdict> {
      assertOpen();
      const verdict = verifyChain(rows, []);
      return verdict.ok ? { ok: true, events: verdict.events, head: headOf(rows, epoch) } : verdict;
    },
    async close() {
      isClosed = true;
    },
    failNextAppend(fault) {
      nextFault = fault;
    },
    setDiskFull(isFull) {
      diskIsFull = isFull;
    },
    reopen() {
      isClosed = true;
      return ledgerOver(rows, epoch);
    },
    restoreBackup(events) {
      isClosed = true;
      return ledgerOver(rows.slice(0, events), epoch + 1);
    },
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Parsed anew each time, so that a reader who changes an event changes nobody else's. */
const eventOf = (row: Row): StoredEvent => readRecord(decoder.decode(row.record), hexOf(row.hash));

const headOf = (rows: readonly Row[], epoch: number): LedgerHead => ({
  seq: rows.length,
  hash: hexOf(rows.at(-1)?.hash ?? genesisHash),
  epoch,
});
