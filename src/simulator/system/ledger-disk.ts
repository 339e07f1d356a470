import type { MemoryLedger } from '../../adapters/memory/memory-ledger.ts';
import { TidegateError } from '../../errors.ts';
import type { Ledger, StoredEvent } from '../../ports/ledger.ts';
import type { VirtualTime } from './virtual-time.ts';

/** The ledger's records and the disk under them; they outlive every control plane. */
export interface LedgerDisk {
  records: MemoryLedger;
  state: 'well' | 'full' | 'dead';
  /** Time of one call. */
  delayMs: number;
  nextAppendFails: 'before' | 'after' | null;
  /** Control planes whose writer died. */
  readonly deadWriters: Set<string>;
}

/**
 * One process's handle on the disk. Calls are carried out one after another, as one writer thread does. A writer that
 * died after it had stored answers nothing any more: whoever wants to know opens the ledger again.
 */
export const openLedgerHandle = (parts: {
  readonly disk: LedgerDisk;
  readonly time: VirtualTime;
  readonly owner: string;
  readonly isDead: () => boolean;
  /** The events are durable from this call on. */
  readonly stored: (events: readonly StoredEvent[]) => void;
}): Ledger => {
  const { disk, time } = parts;
  const { records } = disk;
  let isWriterDead = false;
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();

  /** The disk may get well while somebody waits for it. */
  const workOff = async (): Promise<void> => {
    const doneAtMs = time.nowMs() + disk.delayMs;
    while (disk.delayMs > 0 && time.nowMs() < doneAtMs) {
      const waitMs = Math.min(50, doneAtMs - time.nowMs());
      await new Promise<void>((resolve) => time.after(waitMs, resolve));
    }
    waiting -= 1;
  };
  const turn = async (): Promise<void> => {
    if (disk.delayMs > 0 || waiting > 0) {
      waiting += 1;
      last = last.then(workOff);
      await last;
    }
    // A process that is gone carries out nothing that was still waiting.
    if (parts.isDead()) await new Promise(() => {});
    if (isWriterDead) throw new TidegateError('ledger-unavailable', 'The writer of the ledger died.');
  };

  return {
    async append(stream, expectedVersion, events, options = {}) {
      await turn();
      if (disk.state === 'dead') throw new TidegateError('ledger-unavailable', 'The disk takes no write.');
      if (disk.state === 'full' && options.reserve !== true)
        throw new TidegateError('disk-full', 'There is no space for the append.');
      const fault = disk.nextAppendFails;
      disk.nextAppendFails = null;
      if (fault === 'before') throw new TidegateError('ledger-unavailable', 'The write failed.');
      const stored = await records.append(stream, expectedVersion, events, options);
      parts.stored(stored);
      if (fault === 'after') {
        isWriterDead = true;
        disk.deadWriters.add(parts.owner);
        throw new TidegateError('internal', 'The writer died; nobody knows what it stored.');
      }
      return stored;
    },
    async read(stream, fromVersion) {
      await turn();
      return records.read(stream, fromVersion);
    },
    async readAll(afterSeq, limit) {
      await turn();
      return records.readAll(afterSeq, limit);
    },
    async readBack(beforeSeq, limit) {
      await turn();
      return records.readBack(beforeSeq, limit);
    },
    async head() {
      await turn();
      return records.head();
    },
    verify: () => records.verify(),
    close: async () => {},
  };
};
