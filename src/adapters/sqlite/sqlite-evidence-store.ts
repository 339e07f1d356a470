import { join, resolve } from 'node:path';
import { canonicalText } from '../../core/ledger/canonical.ts';
import type { EvidenceStore } from '../../ports/evidence-store.ts';
import type { EvidenceCalls } from './evidence-calls.ts';
import { evidenceShape } from './evidence-shape.ts';
import { makeDirectory } from './make-directory.ts';
import { startWorker } from './start-worker.ts';

/**
 * Opens `telemetry.db` in a directory, which is made when absent. What `save` resolved for survives the death of the
 * process; a power cut may take the last second.
 * @throws TidegateError `state-unwritable`, `disk-full`, `telemetry-broken`, `state-too-new`.
 */
export async function openSqliteEvidenceStore({
  directory,
}: {
  readonly directory: string;
}): Promise<EvidenceStore> {
  await makeDirectory(directory, evidenceShape);
  const data = { file: join(resolve(directory), 'telemetry.db') };
  const worker = await startWorker<EvidenceCalls>('evidence-worker', data, evidenceShape.codes.unavailable);
  return {
    async save(snapshots, frames) {
      // Written out at once: the caller's evidence goes on changing.
      const rows = snapshots.map(
        ({ rollout, atMs, evidence }) => [rollout, atMs, canonicalText(evidence)] as const,
      );
      await worker.call('save', { snapshots: rows, frames: Object.entries(frames) });
    },
    async load() {
      const { snapshots, frames } = await worker.call('load', null);
      return {
        snapshots: snapshots.map(([rollout, atMs, evidence]) => ({
          rollout,
          atMs,
          evidence: JSON.parse(evidence) as unknown,
        })),
        frames: Object.fromEntries(frames),
      };
    },
    async remove(rollout) {
      await worker.call('remove', rollout);
    },
    close: () => worker.close(),
  };
}
