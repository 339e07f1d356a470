import type { Clock } from '../../ports/clock.ts';
import { environmentValue, listProcesses } from './process-table.ts';
import { formatMarker, type Marker, markerVariable, parseMarker } from './replica-marker.ts';
import { stopProcesses } from './stop-processes.ts';
import type { WorkloadRecord } from './workload-file.ts';

const orphanGraceMs = 2_000;

/** Ends what carries our marker but stands in no record. */
export async function endOrphans(
  runtimeId: string,
  records: readonly WorkloadRecord[],
  clock: Clock,
): Promise<void> {
  const known = new Set(
    records.flatMap(({ workload, slots }) =>
      slots.map(({ slot }) => formatMarker({ runtimeId, workloadId: workload.id, slot })),
    ),
  );
  const orphans = new Map<string, Marker>();
  for (const { pid } of listProcesses()) {
    const text = environmentValue(pid, markerVariable);
    const marker = text === null ? null : parseMarker(text);
    if (text !== null && marker?.runtimeId === runtimeId && !known.has(text)) orphans.set(text, marker);
  }
  await Promise.all([...orphans.values()].map((marker) => stopProcesses(marker, null, orphanGraceMs, clock)));
}
