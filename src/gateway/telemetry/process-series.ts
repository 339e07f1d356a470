import { readdir } from 'node:fs/promises';
import type { SeriesFamily } from '../../core/telemetry/series-family.ts';

/** Memory, processor time and descriptors of this process, by the names that exporters commonly give them. */
export async function processSeries(): Promise<SeriesFamily[]> {
  const memory = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  // Where there is no /proc, nobody knows.
  const descriptors = await readdir('/proc/self/fd').catch(() => null);
  const gauge = (name: string, help: string, value: number): SeriesFamily => ({
    name,
    kind: 'gauge',
    help,
    series: [{ labels: {}, value }],
  });
  return [
    gauge('process_resident_memory_bytes', 'Memory of the process.', memory.rss),
    gauge('process_start_time_seconds', 'When the process started, since the epoch.', startedAtMs() / 1000),
    gauge('nodejs_heap_size_used_bytes', 'Memory that JavaScript objects take.', memory.heapUsed),
    gauge('nodejs_external_memory_bytes', 'Memory of buffers outside the heap.', memory.external),
    {
      name: 'process_cpu_seconds',
      kind: 'counter',
      help: 'Processor time of the process.',
      series: [{ labels: {}, value: (user + system) / 1_000_000 }],
    },
    ...(descriptors === null
      ? []
      : [gauge('process_open_fds', 'Open file descriptors of the process.', descriptors.length)]),
  ];
}

/** Not moved by a clock that is set while the process runs. */
const startedAtMs = (): number => performance.timeOrigin;
