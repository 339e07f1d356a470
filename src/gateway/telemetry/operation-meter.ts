import { type Histogram, openHistogram } from './histogram.ts';

/** Bounds as the conventions for generative AI advise: https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics. Seconds. */
const DURATION_BOUNDS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
] as const;
const TOKEN_BOUNDS = [
  1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
] as const;
const FIRST_TOKEN_BOUNDS = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
] as const;

export const OPERATION_OUTCOMES = ['good', '4xx', '5xx', 'broken'] as const;
export type OperationOutcome = (typeof OPERATION_OUTCOMES)[number];

/** What is counted of one kind of work of one release. */
export interface OperationMeter {
  readonly provider: string;
  readonly model: string;
  readonly durations: Readonly<Record<OperationOutcome, Histogram>>;
  readonly inputTokens: Histogram;
  readonly outputTokens: Histogram;
  readonly firstToken: Histogram;
}

export const openOperationMeter = (provider: string, model: string): OperationMeter => ({
  provider,
  model,
  durations: {
    good: openHistogram(DURATION_BOUNDS),
    '4xx': openHistogram(DURATION_BOUNDS),
    '5xx': openHistogram(DURATION_BOUNDS),
    broken: openHistogram(DURATION_BOUNDS),
  },
  inputTokens: openHistogram(TOKEN_BOUNDS),
  outputTokens: openHistogram(TOKEN_BOUNDS),
  firstToken: openHistogram(FIRST_TOKEN_BOUNDS),
});
