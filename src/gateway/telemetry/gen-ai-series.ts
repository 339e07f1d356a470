import type { Series, SeriesFamily } from '../../core/telemetry/series-family.ts';
import type { TrackCounts } from '../traffic.ts';
import { type Histogram, histogramSeries } from './histogram.ts';
import { OPERATION_OUTCOMES, type OperationMeter } from './operation-meter.ts';
import { trackLabels } from './track-series.ts';

interface Measured {
  readonly meter: OperationMeter;
  readonly labels: Series['labels'];
}

/**
 * The names of OpenTelemetry's conventions for generative AI, as Prometheus spells them. The conventions are in development and
 * still move: they are in this file and in `spans/span-attributes.ts`, and nowhere else.
 */
export function genAiSeries(tracks: readonly TrackCounts[]): SeriesFamily[] {
  const measured = tracks.flatMap((counts) =>
    Object.entries(counts.meter.operations).map(
      ([operation, meter]): Measured => ({ meter, labels: genAiLabels(counts, operation, meter) }),
    ),
  );
  if (measured.length === 0) return [];
  const histogram = (
    name: string,
    help: string,
    parts: (one: Measured) => readonly (readonly [Series['labels'], Histogram])[],
  ): SeriesFamily => {
    const all = measured.flatMap(parts);
    return {
      name,
      kind: 'histogram',
      help,
      bounds: all[0]?.[1].bounds ?? [],
      series: all
        .filter(([, { counts }]) => counts.some((count) => count > 0))
        .map(([labels, one]) => histogramSeries(one, labels)),
    };
  };
  return [
    histogram(
      'gen_ai_client_operation_duration_seconds',
      'How long a model took for an operation, as the gateway saw it.',
      ({ meter, labels }) =>
        OPERATION_OUTCOMES.map(
          (outcome) =>
            [
              outcome === 'good' ? labels : { ...labels, error_type: outcome },
              meter.durations[outcome],
            ] as const,
        ),
    ),
    histogram(
      'gen_ai_client_token_usage',
      'Tokens of an operation, as its answer says.',
      ({ meter, labels }) => [
        [{ ...labels, gen_ai_token_type: 'input' }, meter.inputTokens],
        [{ ...labels, gen_ai_token_type: 'output' }, meter.outputTokens],
      ],
    ),
    histogram(
      'gen_ai_server_time_to_first_token_seconds',
      'Until the first piece of a streamed answer came, as the gateway saw it.',
      ({ meter, labels }) => [[labels, meter.firstToken]],
    ),
  ];
}

const genAiLabels = (
  counts: TrackCounts,
  operation: string,
  { provider, model }: OperationMeter,
): Series['labels'] => ({
  ...trackLabels(counts),
  gen_ai_operation_name: operation,
  gen_ai_provider_name: provider,
  gen_ai_request_model: model,
});
