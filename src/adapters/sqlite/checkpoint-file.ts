import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Checkpoint, checkpointText, parseCheckpoint } from '../../core/ledger/checkpoint.ts';
import { type NoteSigner, readNote, writeNote } from '../../core/ledger/signed-note.ts';

export type CheckpointReading =
  | { readonly state: 'absent' }
  | { readonly state: 'valid'; readonly checkpoint: Checkpoint }
  | { readonly state: 'invalid'; readonly detail: string };

/** Reads the newest checkpoint. With a signer, one without that signer's valid signature is invalid. */
export async function readCheckpointFile(file: string, signer?: NoteSigner): Promise<CheckpointReading> {
  let note: string;
  try {
    note = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { state: 'absent' };
    return { state: 'invalid', detail: `it cannot be read: ${String(error)}` };
  }
  const reading = readNote(note, signer);
  if (!reading.ok) return { state: 'invalid', detail: reading.detail };
  if (signer && !reading.signedBySigner)
    return { state: 'invalid', detail: `it is not signed by ${signer.name}` };
  const checkpoint = parseCheckpoint(reading.text);
  return checkpoint ? { state: 'valid', checkpoint } : { state: 'invalid', detail: 'its text is malformed' };
}

/** Replaces the checkpoint at once: after a crash the file holds the old one or the new one, whole. */
export async function writeCheckpointFile(
  file: string,
  checkpoint: Checkpoint,
  signer?: NoteSigner,
): Promise<void> {
  const fresh = `${file}.new`;
  try {
    const handle = await open(fresh, 'w', 0o644);
    try {
      await handle.writeFile(writeNote(checkpointText(checkpoint), signer));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => undefined);
    throw error;
  }
  const directory = await open(dirname(file), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

export interface CheckpointKeeper {
  /** Remembers a durable head; it is written now, or together with later ones when the last writing was just before. */
  note(head: Checkpoint): void;
  /** Writes what was noted last. */
  close(): Promise<void>;
}

const writeEveryMs = 200;

/**
 * Keeps the file near the head without a sync for each commit. Failing to write is no error: an old checkpoint proves
 * less, but nothing wrong, and on a full disk it must not stand in the way. It is tried again with the next head.
 */
export function checkpointKeeper(file: string, signer?: NoteSigner): CheckpointKeeper {
  const closing = new AbortController();
  let newest: Checkpoint | null = null;
  let running: Promise<void> | null = null;

  const writeNewest = async (): Promise<void> => {
    const checkpoint = newest;
    newest = null;
    if (checkpoint) await writeCheckpointFile(file, checkpoint, signer).catch(() => undefined);
  };
  const run = async (): Promise<void> => {
    while (newest && !closing.signal.aborted) {
      await writeNewest();
      await sleep(writeEveryMs, undefined, { ref: false, signal: closing.signal }).catch(() => undefined);
    }
    running = null;
  };

  return {
    note(head) {
      newest = head;
      running ??= run();
    },
    async close() {
      closing.abort();
      await running;
      await writeNewest();
    },
  };
}
