import { join, resolve } from 'node:path';
import { canonicalText } from '../../core/ledger/canonical.ts';
import type { EvidenceSnapshot, EvidenceStore } from '../../ports/evidence-store.ts';
import type { UsageStore } from '../../ports/usage-store.ts';
import type { EvidenceCalls, LineRow, MarkRow, SnapshotRow, TrafficRow } from './evidence-calls.ts';
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
}): Promise<EvidenceStore & UsageStore> {
  await makeDirectory(directory, evidenceShape);
  const data = { file: join(resolve(directory), 'telemetry.db') };
  const worker = await startWorker<EvidenceCalls>('evidence-worker', data, evidenceShape.codes.unavailable);
  return {
    async save(changes, frames) {
      // Written out at once: the caller's evidence goes on changing.
      await worker.call('save', {
        snapshots: changes.map(({ rollout, atMs, evidence }) => [rollout, atMs, canonicalText(evidence)]),
        frames: Object.entries(frames),
        lines: changes.flatMap(({ rollout, lines }) =>
          (lines?.texts ?? []).map((line, index): LineRow => [rollout, lines!.from + index, line]),
        ),
        marks: changes.flatMap(({ rollout, marks = [] }) =>
          marks.map(({ digest, settled, open }): MarkRow => [rollout, digest, settled, JSON.stringify(open)]),
        ),
        ended: changes.flatMap(({ rollout, isEnded }) => (isEnded === true ? [rollout] : [])),
      });
    },
    async load() {
      const { snapshots, frames } = await worker.call('load', null);
      return { snapshots: snapshots.map(snapshotOf), frames: Object.fromEntries(frames) };
    },
    async snapshot(rollout) {
      const row = await worker.call('snapshot', rollout);
      return row === null ? null : snapshotOf(row);
    },
    lines: (rollout, from, limit) => worker.call('lines', { rollout, from, limit }),
    async mark(rollout, digest) {
      const row = await worker.call('mark', { rollout, digest });
      return row === null ? null : { digest, settled: row[2], open: JSON.parse(row[3]) as string[] };
    },
    async saveTraffic(histories) {
      const rows = histories.map(
        ({ environment, service, history }): TrafficRow => [environment, service, canonicalText(history)],
      );
      await worker.call('saveTraffic', rows);
    },
    async traffic() {
      const rows = await worker.call('traffic', null);
      return rows.map(([environment, service, history]) => ({
        environment,
        service,
        history: JSON.parse(history) as unknown,
      }));
    },
    async saveUsage(changes) {
      await worker.call('saveUsage', changes);
    },
    countedUsage: () => worker.call('countedUsage', null),
    usage: (query) => worker.call('usage', query),
    close: () => worker.close(),
  };
}

const snapshotOf = ([rollout, atMs, evidence]: SnapshotRow): EvidenceSnapshot => ({
  rollout,
  atMs,
  evidence: JSON.parse(evidence) as unknown,
});
