import { canonicalText } from '../../core/ledger/canonical.ts';
import { TidegateError } from '../../errors.ts';
import type { EvidenceStore } from '../../ports/evidence-store.ts';

/** An evidence store in memory. Nothing survives the process. */
export interface MemoryEvidenceStore extends EvidenceStore {
  /** The next `save` stores nothing and rejects with `disk-full`. */
  failNextSave(): void;
  /** Another store on the same contents, as after a restart. This one is closed for good. */
  reopen(): MemoryEvidenceStore;
}

interface Contents {
  readonly snapshots: Map<string, { readonly atMs: number; readonly text: string }>;
  readonly frames: Map<string, number>;
}

export const openMemoryEvidenceStore = (): MemoryEvidenceStore =>
  storeOver({ snapshots: new Map(), frames: new Map() });

function storeOver(contents: Contents): MemoryEvidenceStore {
  let isClosed = false;
  let nextSaveFails = false;
  const assertOpen = (): void => {
    if (isClosed) throw new TidegateError('state-unwritable', 'The evidence store is closed.');
  };

  return {
    async save(snapshots, frames) {
      assertOpen();
      const written = snapshots.map(({ rollout, atMs, evidence }) => ({
        rollout,
        atMs,
        text: canonicalText(evidence),
      }));
      if (nextSaveFails) {
        nextSaveFails = false;
        throw new TidegateError('disk-full', 'The evidence store was told to fail.');
      }
      for (const { rollout, ...snapshot } of written) contents.snapshots.set(rollout, snapshot);
      for (const [boot, seq] of Object.entries(frames)) contents.frames.set(boot, seq);
    },
    async load() {
      assertOpen();
      const snapshots = [...contents.snapshots].sort(([a], [b]) => (a < b ? -1 : 1));
      return {
        snapshots: snapshots.map(([rollout, { atMs, text }]) => ({
          rollout,
          atMs,
          evidence: JSON.parse(text) as unknown,
        })),
        frames: Object.fromEntries(contents.frames),
      };
    },
    async remove(rollout) {
      assertOpen();
      contents.snapshots.delete(rollout);
    },
    async close() {
      isClosed = true;
    },
    failNextSave() {
      nextSaveFails = true;
    },
    reopen() {
      isClosed = true;
      return storeOver(contents);
    },
  };
}
