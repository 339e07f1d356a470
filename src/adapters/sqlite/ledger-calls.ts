import type { PreparedRecord } from '../../core/ledger/record.ts';

/** An append on its way to the worker. */
export interface PendingAppend {
  readonly stream: string;
  readonly expectedVersion: number;
  readonly records: readonly PreparedRecord[];
  readonly reserve: boolean;
}

/** Canonical text and hash (hex) of a record. */
export type RecordRow = readonly [text: string, hash: string];

export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** What the ledger's worker answers. */
export type LedgerCalls = {
  append: { readonly input: PendingAppend; readonly output: readonly RecordRow[] };
  read: {
    readonly input: { readonly stream: string; readonly fromVersion: number };
    readonly output: readonly RecordRow[];
  };
  readAll: {
    readonly input: { readonly afterSeq: number; readonly limit: number };
    readonly output: readonly RecordRow[];
  };
  readBack: {
    readonly input: { readonly beforeSeq: number; readonly limit: number };
    readonly output: readonly RecordRow[];
  };
  head: { readonly input: null; readonly output: Head };
  /** Null when there is no such record. */
  hashAt: { readonly input: number; readonly output: string | null };
};

export interface LedgerGreeting {
  readonly head: Head;
  readonly epoch: number;
}
