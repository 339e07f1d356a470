import type { MeasuredMetric } from '../run/run-record.ts';
import type { LoadPlan } from './load-plan.ts';

/** What is measured of one part of a load stage. */
export type LoadMeasure =
  | { readonly kind: 'latency' | 'first-token'; readonly at: number }
  | { readonly kind: 'error-share' | 'throughput' | 'tokens' };

/** One part of a load stage: the open loop, or the closed loop with one number of callers. */
export type LoadPart = { readonly kind: 'open' } | { readonly kind: 'closed'; readonly callers: number };

export interface LoadMetric {
  readonly part: LoadPart;
  readonly measure: LoadMeasure;
  readonly measured: MeasuredMetric;
}

export const loadParts = ({ open, closed }: LoadPlan): LoadPart[] => [
  ...(open === null ? [] : [{ kind: 'open' } as const]),
  ...(closed?.concurrencies ?? []).map((callers) => ({ kind: 'closed', callers }) as const),
];

/** Every figure that a load stage gives, in order, as requirements name it: `load.p95` of the open loop, `load.p95@16` with 16 callers. */
export const loadMetrics = (plan: LoadPlan, isStream: boolean): LoadMetric[] =>
  loadParts(plan).flatMap((part) =>
    MEASURES.filter(({ measure }) => measure.kind !== 'first-token' || isStream).map(
      ({ name, measure, unit, better }): LoadMetric => {
        const full = part.kind === 'open' ? `load.${name}` : `load.${name}@${part.callers}`;
        const signature = `${full}|v:1|${JSON.stringify(part.kind === 'open' ? plan.open : plan.closed)}`;
        return { part, measure, measured: { name: full, signature, better, unit, perCase: false } };
      },
    ),
  );

const percentiles = (prefix: string, kind: 'latency' | 'first-token') =>
  [50, 95, 99].map((p) => ({
    name: `${prefix}${p}`,
    measure: { kind, at: p / 100 } as const,
    unit: 'ms' as const,
    better: 'lower' as const,
  }));

const MEASURES: readonly {
  readonly name: string;
  readonly measure: LoadMeasure;
  readonly unit: MeasuredMetric['unit'];
  readonly better: MeasuredMetric['better'];
}[] = [
  ...percentiles('p', 'latency'),
  ...percentiles('firstTokenP', 'first-token'),
  { name: 'errorShare', measure: { kind: 'error-share' }, unit: 'share', better: 'lower' },
  { name: 'throughput', measure: { kind: 'throughput' }, unit: 'per-second', better: 'higher' },
  { name: 'tokensPerSecond', measure: { kind: 'tokens' }, unit: 'per-second', better: 'higher' },
];
