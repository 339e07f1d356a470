import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { NoteSigner } from '../../core/ledger/signed-note.ts';
import { type FoundRow, verifyChain } from '../../core/ledger/verify-chain.ts';
import { TidegateError } from '../../errors.ts';
import type { LedgerHead } from '../../ports/ledger.ts';
import { readCheckpointFile, writeCheckpointFile } from './checkpoint-file.ts';
import { ledgerShape } from './ledger-shape.ts';
import { openDatabase } from './open-database.ts';
import { sqliteFailure } from './sqlite-failure.ts';

/**
 * Accepts a ledger as it stands, after a backup was restored or its checkpoint or key was lost: a new epoch begins and a
 * new checkpoint is written. The ledger must be closed, and sound in itself.
 * @throws TidegateError `not-found`, `ledger-broken` when its chain does not verify, and as opening does.
 */
export async function adoptSqliteLedger({
  directory,
  signer,
}: {
  readonly directory: string;
  readonly signer?: NoteSigner;
}): Promise<LedgerHead> {
  const file = join(resolve(directory), 'ledger.db');
  const checkpointFile = join(resolve(directory), 'ledger.checkpoint');
  await access(file).catch((cause: unknown) => {
    throw new TidegateError('not-found', `There is no ledger at ${file}.`, { cause });
  });
  try {
    const { database } = openDatabase(file, ledgerShape);
    try {
      const rows = database.prepare<[], FoundRow>('SELECT * FROM events NOT INDEXED ORDER BY seq').iterate();
      const chain = verifyChain(rows, []);
      if (!chain.ok)
        throw new TidegateError('ledger-broken', `Record ${chain.seq} is not sound: ${chain.detail}.`, {
          data: { ...chain },
        });
      const reading = await readCheckpointFile(checkpointFile);
      const known = Number(database.prepare('SELECT max(epoch) FROM ledger').pluck().get() ?? 0);
      const epoch = Math.max(known, reading.state === 'valid' ? reading.checkpoint.epoch : 0) + 1;
      database.prepare('INSERT OR REPLACE INTO ledger (id, epoch, settled) VALUES (1, ?, 0)').run(epoch);
      const head = { seq: chain.events, hash: chain.hash, epoch };
      await writeCheckpointFile(checkpointFile, head, signer);
      return head;
    } finally {
      database.close();
    }
  } catch (error) {
    throw sqliteFailure(error, 'opening', file, ledgerShape);
  }
}
