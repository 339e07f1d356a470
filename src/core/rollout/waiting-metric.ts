import type { MetricPlan } from '../metrics/metric-plan.ts';
import type { MetricReading, MetricWaitingFor } from '../metrics/metric-reading.ts';
import type { Plan, Stage } from './plan.ts';

/** A metric that keeps a stage from being left. */
export interface WaitingMetric {
  readonly on: 'metric';
  readonly metric: string;
  readonly reason: MetricWaitingFor;
  /** Particulars of a problem, partly in the words of the source. */
  readonly detail: string | null;
  /** Polls in a row that were good in this stage, and how many it takes. */
  readonly good: number;
  readonly needed: number;
  /** The newest value, where the newest answer was one. */
  readonly value: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

/** Metrics of the plan that have not passed in this stage; a metric without a reading never has. None where no request reaches the candidate. */
export const waitingMetrics = (
  plan: Plan,
  { exposure }: Stage,
  readings: readonly MetricReading[],
): WaitingMetric[] => {
  if (exposure.share === 0 && exposure.mirrorShare === 0) return [];
  return (plan.metrics ?? []).flatMap((metric) => {
    const reading = readings.find((one) => one.metric === metric.name);
    return reading?.passed === true ? [] : [waitingMetric(metric, reading)];
  });
};

const waitingMetric = (
  { name, min, max, polls }: MetricPlan,
  reading: MetricReading | undefined,
): WaitingMetric => {
  const newest = reading?.polls.at(-1);
  return {
    on: 'metric',
    metric: name,
    reason: reading?.waitingFor ?? 'no-poll',
    detail: newest?.kind === 'problem' ? newest.detail : null,
    good: reading?.good ?? 0,
    needed: polls,
    value: newest?.kind === 'value' ? newest.value : null,
    min,
    max,
  };
};
