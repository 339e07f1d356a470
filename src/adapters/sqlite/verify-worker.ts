import {
  type Anchor,
  type ChainVerdict,
  type FoundRow,
  verifyChain,
} from '../../core/ledger/verify-chain.ts';
import { ledgerShape } from './ledger-shape.ts';
import { openDatabase } from './open-database.ts';
import { outcomeOf, serveCalls } from './serve-calls.ts';
import { sqliteFailure } from './sqlite-failure.ts';

export interface VerifyWorkerData {
  readonly file: string;
}

export type VerifyCalls = {
  verify: {
    readonly input: readonly Anchor[];
    readonly output: { readonly chain: ChainVerdict; readonly epoch: number };
  };
};

/** A second connection with a snapshot of its own, so that appends go on while every record is read. */
serveCalls<VerifyCalls>((data) => {
  const { file } = data as VerifyWorkerData;
  try {
    const { database } = openDatabase(file, ledgerShape, { readonly: true });
    return {
      greeting: null,
      answer: (calls) =>
        calls.map((call) =>
          outcomeOf(() => {
            try {
              return { chain: verify(database, call.input), epoch: epochIn(database) };
            } catch (error) {
              throw sqliteFailure(error, 'reading', file, ledgerShape);
            }
          }),
        ),
      close: () => database.close(),
    };
  } catch (error) {
    throw sqliteFailure(error, 'opening', file, ledgerShape);
  }
});

type Database = ReturnType<typeof openDatabase>['database'];

function verify(database: Database, anchors: readonly Anchor[]): ChainVerdict {
  // Not by an index: one that leaves out a record would hide it from readers of a stream, but not from here.
  const rows = database.prepare<[], FoundRow>(
    'SELECT seq, stream, version, record, hash FROM events NOT INDEXED ORDER BY seq',
  );
  const chain = verifyChain(rows.iterate(), anchors);
  if (!chain.ok) return chain;
  const integrity = database.pragma('integrity_check(1)', { simple: true });
  if (integrity === 'ok') return chain;
  return {
    ok: false,
    seq: 0,
    reason: 'edited',
    detail: `the file's structure is damaged: ${String(integrity)}`,
  };
}

const epochIn = (database: Database): number =>
  Number(database.prepare('SELECT epoch FROM ledger').pluck().get());
