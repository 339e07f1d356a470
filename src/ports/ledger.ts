import type { LedgerDefect } from '../core/ledger/verify-chain.ts';

/** The append-only record of everything that was decided. The only source of truth. */
export interface Ledger {
  /**
   * Adds events to one stream, all or none. Resolves once they survive a power cut.
   * @param expectedVersion number of events the caller saw in the stream.
   * @throws TidegateError `ledger-conflict` when the stream has another version, `disk-full` or `ledger-unavailable` when
   *   nothing was stored and nothing will be; `bad-request` (no JSON form) and `too-large` (over 1 MiB a record) before
   *   anything is tried; `ledger-broken` when the ledger is known to have been cut or rewritten; `internal` when the writer
   *   died and nobody knows whether the events were stored: open the ledger again and look.
   */
  append(
    stream: string,
    expectedVersion: number,
    events: readonly NewEvent[],
    options?: AppendOptions,
  ): Promise<readonly StoredEvent[]>;
  /** Events of one stream in order, from a version on (0 = the first). */
  read(stream: string, fromVersion?: number): Promise<readonly StoredEvent[]>;
  /**
   * Events of all streams in order of `seq`, starting after one, at most `limit` (default 1,000). Asked often for what follows
   * the newest record that the caller knows, which is how it hears of other writers: that must be cheap.
   */
  readAll(afterSeq: number, limit?: number): Promise<readonly StoredEvent[]>;
  /** The newest `limit` events before one (default: from the end), newest first. */
  readBack(beforeSeq: number | null, limit: number): Promise<readonly StoredEvent[]>;
  head(): Promise<LedgerHead>;
  /** Reads every record and checks order, canonical form, chain and checkpoint. */
  verify(): Promise<LedgerVerdict>;
  close(): Promise<void>;
}

export interface AppendOptions {
  /** May use the space reserved for reductions: true for events that only reduce exposure. Default false. */
  readonly reserve?: boolean;
}

export interface NewEvent {
  /** Dotted, past tense: `stage.entered`. */
  readonly type: string;
  /** Of the event's shape; 1 unless it ever changed. */
  readonly schema: number;
  readonly atMs: number;
  readonly actor: string;
  readonly data: unknown;
}

export interface StoredEvent extends NewEvent {
  /** Position in the whole ledger, from 1, without gaps. */
  readonly seq: number;
  readonly stream: string;
  /** Position in the stream, from 0. */
  readonly version: number;
  /** SHA-256 (hex) over the previous hash and this record's canonical bytes. */
  readonly hash: string;
}

export interface LedgerHead {
  readonly seq: number;
  readonly hash: string;
  /** Grows by one whenever a backup is restored. */
  readonly epoch: number;
}

export type LedgerVerdict =
  | { readonly ok: true; readonly events: number; readonly head: LedgerHead }
  | { readonly ok: false; readonly seq: number; readonly reason: LedgerDefect; readonly detail: string };

export type { LedgerDefect };
