import { join, resolve } from 'node:path';
import { readRecord } from '../../core/ledger/read-record.ts';
import { prepareAppend } from '../../core/ledger/record.ts';
import type { NoteSigner } from '../../core/ledger/signed-note.ts';
import type { Anchor } from '../../core/ledger/verify-chain.ts';
import { isTidegateError, TidegateError } from '../../errors.ts';
import type { Ledger, LedgerHead, LedgerVerdict, StoredEvent } from '../../ports/ledger.ts';
import {
  type CheckpointReading,
  checkpointKeeper,
  readCheckpointFile,
  writeCheckpointFile,
} from './checkpoint-file.ts';
import type { LedgerCalls, LedgerGreeting, RecordRow } from './ledger-calls.ts';
import { ledgerShape } from './ledger-shape.ts';
import { makeDirectory } from './make-directory.ts';
import { sqliteFailure } from './sqlite-failure.ts';
import { type CallableWorker, startWorker } from './start-worker.ts';
import type { VerifyCalls } from './verify-worker.ts';

export interface SqliteLedgerOptions {
  /** Made when absent, for the owner only. Holds `ledger.db`, `ledger.checkpoint` and `ledger.reserve`. */
  readonly directory: string;
  /** Signs the checkpoint, and refuses one that it did not sign. Default: unsigned. */
  readonly signer?: NoteSigner;
}

/**
 * Opens the ledger in a directory, which no other process may have open for writing (the caller holds the lock).
 *
 * A ledger that is shorter than its checkpoint, or has another record there, opens for reading and verifying; appending is
 * refused with `ledger-broken`, so that the trace of what happened stays.
 * @throws TidegateError `state-unwritable`, `disk-full`, `ledger-broken` (no database of ours), `state-too-new`,
 *   `ledger-unavailable`.
 */
export async function openSqliteLedger({ directory, signer }: SqliteLedgerOptions): Promise<Ledger> {
  const file = join(resolve(directory), 'ledger.db');
  const checkpointFile = join(resolve(directory), 'ledger.checkpoint');
  await makeDirectory(directory, ledgerShape);
  const data = { file, reserveFile: join(resolve(directory), 'ledger.reserve') };
  const worker = await startWorker<LedgerCalls>('ledger-worker', data, 'ledger-unavailable');
  const greeting = worker.greeting as LedgerGreeting;
  let defect: string | null;
  try {
    const reading = await readCheckpointFile(checkpointFile, signer);
    // Written before the first append, so that a ledger with records but without checkpoint has lost it.
    if (reading.state === 'absent' && greeting.head.seq === 0) {
      await writeCheckpointFile(checkpointFile, { ...greeting.head, epoch: greeting.epoch }, signer);
      defect = null;
    } else {
      defect = await defectAgainst(reading, greeting, worker);
    }
  } catch (error) {
    await worker.close();
    throw sqliteFailure(error, 'opening', checkpointFile, ledgerShape);
  }
  return ledgerOver({ worker, greeting, defect, file, checkpointFile, signer });
}

interface Parts {
  readonly worker: CallableWorker<LedgerCalls>;
  readonly greeting: LedgerGreeting;
  readonly defect: string | null;
  readonly file: string;
  readonly checkpointFile: string;
  readonly signer: NoteSigner | undefined;
}

function ledgerOver({ worker, greeting, defect, file, checkpointFile, signer }: Parts): Ledger {
  const { epoch } = greeting;
  const keeper = checkpointKeeper(checkpointFile, signer);
  let acknowledged = greeting.head;

  const verifyWith = async (reading: CheckpointReading): Promise<LedgerVerdict> => {
    const anchors: Anchor[] = [{ ...acknowledged, source: 'this process' }];
    if (reading.state === 'valid') anchors.unshift({ ...reading.checkpoint, source: 'the checkpoint' });
    const verifier = await startWorker<VerifyCalls>('verify-worker', { file }, 'ledger-unavailable');
    try {
      const { chain, epoch: foundEpoch } = await verifier.call('verify', anchors);
      if (!chain.ok) return chain;
      const mismatch = (seq: number, detail: string) =>
        ({ ok: false, seq, reason: 'checkpoint-mismatch', detail }) as const;
      if (reading.state === 'invalid')
        return mismatch(chain.events, `the checkpoint is not valid: ${reading.detail}`);
      if (reading.state === 'absent') return mismatch(chain.events, 'the checkpoint is not there');
      if (reading.checkpoint.epoch !== foundEpoch)
        return mismatch(
          reading.checkpoint.seq,
          `the checkpoint is of epoch ${reading.checkpoint.epoch}, the ledger of ${foundEpoch}`,
        );
      return { ok: true, events: chain.events, head: { seq: chain.events, hash: chain.hash, epoch } };
    } finally {
      await verifier.close();
    }
  };

  return {
    async append(stream, expectedVersion, events, options = {}) {
      if (defect !== null)
        throw new TidegateError('ledger-broken', `The ledger takes no more events: ${defect}.`);
      const records = prepareAppend(stream, expectedVersion, events);
      const reserve = options.reserve === true;
      const rows = await worker.call('append', { stream, expectedVersion, records, reserve });
      const stored = rows.map(eventOf);
      const last = stored.at(-1);
      if (last && last.seq > acknowledged.seq) {
        acknowledged = { seq: last.seq, hash: last.hash };
        keeper.note({ ...acknowledged, epoch });
      }
      return stored;
    },
    read: async (stream, fromVersion = 0) =>
      (await worker.call('read', { stream, fromVersion })).map(eventOf),
    readAll: async (afterSeq, limit = 1000) =>
      // Nobody else writes here, so behind the newest acknowledged record there is nothing; a writer that is busy need not be asked.
      afterSeq === acknowledged.seq ? [] : (await worker.call('readAll', { afterSeq, limit })).map(eventOf),
    readBack: async (beforeSeq, limit) =>
      (await worker.call('readBack', { beforeSeq: beforeSeq ?? Number.MAX_SAFE_INTEGER, limit })).map(
        eventOf,
      ),
    head: async (): Promise<LedgerHead> => ({ ...(await worker.call('head', null)), epoch }),
    async verify() {
      try {
        return await verifyWith(await readCheckpointFile(checkpointFile, signer));
      } catch (error) {
        if (!isTidegateError(error, 'ledger-broken')) throw error;
        return { ok: false, seq: 0, reason: 'edited', detail: error.message };
      }
    },
    async close() {
      await worker.close();
      await keeper.close();
    },
  };
}

const eventOf = ([text, hash]: RecordRow): StoredEvent => readRecord(text, hash);

/** Null when the ledger goes on from where its checkpoint stood. */
async function defectAgainst(
  reading: CheckpointReading,
  { head, epoch }: LedgerGreeting,
  worker: CallableWorker<LedgerCalls>,
): Promise<string | null> {
  if (reading.state === 'absent') return 'its checkpoint is not there';
  if (reading.state === 'invalid') return `its checkpoint is not valid, ${reading.detail}`;
  const { checkpoint } = reading;
  if (checkpoint.epoch !== epoch)
    return `its checkpoint is of epoch ${checkpoint.epoch}, the ledger of ${epoch}`;
  if (checkpoint.seq > head.seq)
    return `it ends at record ${head.seq}, but its checkpoint knows record ${checkpoint.seq}`;
  const hash = checkpoint.seq === 0 ? '0'.repeat(64) : await worker.call('hashAt', checkpoint.seq);
  return hash === checkpoint.hash ? null : `record ${checkpoint.seq} is not the one its checkpoint knows`;
}
