import { performance } from 'node:perf_hooks';
import type { SeriesFamily } from '../../core/telemetry/series-family.ts';
import { histogramSeries, observe, openHistogram } from './histogram.ts';

export interface LoopDelay {
  series(): SeriesFamily[];
  close(): void;
}

const EVERY_MS = 100;
const BOUNDS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] as const;

/** How much later than due a timer comes: everything else in the process waits as long as that. */
export function openLoopDelay(): LoopDelay {
  const delays = openHistogram(BOUNDS);
  let dueAtMs = performance.now() + EVERY_MS;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    observe(delays, Math.max(0, nowMs - dueAtMs) / 1000);
    dueAtMs = nowMs + EVERY_MS;
  }, EVERY_MS);
  timer.unref();
  return {
    series: () => [
      {
        name: 'tidegate_event_loop_delay_seconds',
        kind: 'histogram',
        help: 'How late a timer of the process comes, ten times a second.',
        bounds: BOUNDS,
        series: [histogramSeries(delays, {})],
      },
      {
        name: 'tidegate_event_loop_busy_seconds',
        kind: 'counter',
        help: 'Time in which the event loop of the process had something to do.',
        series: [{ labels: {}, value: performance.eventLoopUtilization().active / 1000 }],
      },
    ],
    close: () => clearInterval(timer),
  };
}
