import type { Digest } from '../../core/digest.ts';
import { canonicalText } from '../../core/ledger/canonical.ts';
import { TidegateError } from '../../errors.ts';
import {
  type EvidenceMark,
  type EvidenceSnapshot,
  type EvidenceStore,
  keptEnded,
} from '../../ports/evidence-store.ts';

/** An evidence store in memory. Nothing survives the process. */
export interface MemoryEvidenceStore extends EvidenceStore {
  /** The next `save` of evidence stores nothing and rejects with `disk-full`. */
  failNextSave(): void;
  /** Another store on the same contents, as after a restart. This one is closed for good. */
  reopen(): MemoryEvidenceStore;
}

interface Kept {
  atMs: number;
  text: string;
  readonly lines: string[];
  readonly marks: Map<Digest, EvidenceMark>;
}

interface Contents {
  readonly rollouts: Map<string, Kept>;
  /** In the order in which they ended. */
  readonly ended: Set<string>;
  readonly frames: Map<string, number>;
  readonly traffic: Map<string, { readonly environment: string; readonly service: string; text: string }>;
}

export const openMemoryEvidenceStore = (): MemoryEvidenceStore =>
  storeOver({ rollouts: new Map(), ended: new Set(), frames: new Map(), traffic: new Map() });

function storeOver(contents: Contents): MemoryEvidenceStore {
  const { rollouts, ended, frames, traffic } = contents;
  let isClosed = false;
  let nextSaveFails = false;
  const assertOpen = (): void => {
    if (isClosed) throw new TidegateError('state-unwritable', 'The evidence store is closed.');
  };

  return {
    async save(changes, newFrames) {
      assertOpen();
      // Written out before anything is stored: all or nothing, and the caller's evidence goes on changing.
      const written = changes.map((change) => ({ ...change, text: canonicalText(change.evidence) }));
      if (nextSaveFails) {
        nextSaveFails = false;
        throw new TidegateError('disk-full', 'The evidence store was told to fail.');
      }
      for (const { rollout, atMs, text, lines, marks = [], isEnded } of written) {
        const kept = rollouts.get(rollout) ?? { atMs, text, lines: [], marks: new Map() };
        rollouts.set(rollout, kept);
        Object.assign(kept, { atMs, text });
        lines?.texts.forEach((line, index) => {
          kept.lines[lines.from + index] = line;
        });
        for (const mark of marks) kept.marks.set(mark.digest, mark);
        if (isEnded === true) ended.add(rollout);
      }
      for (const rollout of [...ended].slice(0, Math.max(0, ended.size - keptEnded))) {
        ended.delete(rollout);
        rollouts.delete(rollout);
      }
      for (const [boot, seq] of Object.entries(newFrames)) frames.set(boot, seq);
    },
    async load() {
      assertOpen();
      const running = [...rollouts].filter(([rollout]) => !ended.has(rollout));
      return {
        snapshots: running.sort(([a], [b]) => (a < b ? -1 : 1)).map(snapshotOf),
        frames: Object.fromEntries(frames),
      };
    },
    async snapshot(rollout) {
      assertOpen();
      const kept = rollouts.get(rollout);
      return kept === undefined ? null : snapshotOf([rollout, kept]);
    },
    async lines(rollout, from, limit) {
      assertOpen();
      return rollouts.get(rollout)?.lines.slice(from, from + limit) ?? [];
    },
    async mark(rollout, digest) {
      assertOpen();
      return rollouts.get(rollout)?.marks.get(digest) ?? null;
    },
    async saveTraffic(histories) {
      assertOpen();
      const written = histories.map(({ history, ...lane }) => ({ ...lane, text: canonicalText(history) }));
      for (const lane of written) traffic.set(`${lane.environment}/${lane.service}`, lane);
    },
    async traffic() {
      assertOpen();
      return [...traffic]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, { text, ...lane }]) => ({ ...lane, history: JSON.parse(text) as unknown }));
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

const snapshotOf = ([rollout, { atMs, text }]: readonly [string, Kept]): EvidenceSnapshot => ({
  rollout,
  atMs,
  evidence: JSON.parse(text) as unknown,
});
