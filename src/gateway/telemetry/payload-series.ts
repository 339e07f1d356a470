import type { SeriesFamily } from '../../core/telemetry/series-family.ts';
import type { CaptureCounts } from '../capture/payload-capture.ts';

/** What became of bodies that were to be captured. */
export const payloadSeries = ({ stored, waiting, dropped }: CaptureCounts): SeriesFamily[] => [
  {
    name: 'tidegate_payloads_stored',
    kind: 'counter',
    help: 'Captures of payloads that were written.',
    series: [{ labels: {}, value: stored }],
  },
  {
    name: 'tidegate_payloads_dropped',
    kind: 'counter',
    help: 'Captures of payloads that were lost, by the reason.',
    series: Object.entries(dropped).map(([reason, value]) => ({ labels: { reason }, value })),
  },
  {
    name: 'tidegate_payloads_waiting',
    kind: 'gauge',
    help: 'Captures of payloads that are not written yet.',
    series: [{ labels: {}, value: waiting }],
  },
];
