import type { UsageCounts } from '../routing/link.ts';

/** What is added up; all are whole, and none is negative. */
export interface UsageSums {
  readonly calls: number;
  readonly unpriced: number;
  readonly untold: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly costNanos: number;
}

/** What the sums are of. */
export type UsageSeriesName = Pick<
  UsageCounts,
  'service' | 'release' | 'releaseVersion' | 'track' | 'key' | 'model'
>;

export const USAGE_SUMS: readonly (keyof UsageSums)[] = [
  'calls',
  'unpriced',
  'untold',
  'inputTokens',
  'cachedTokens',
  'outputTokens',
  'costNanos',
];

/** What usage can be grouped by; days are UTC. */
export const USAGE_GROUPS = [
  'environment',
  'day',
  'service',
  'release',
  'releaseVersion',
  'track',
  'key',
  'model',
] as const;

export type UsageGroup = (typeof USAGE_GROUPS)[number];

export const noUsage: UsageSums = {
  calls: 0,
  unpriced: 0,
  untold: 0,
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  costNanos: 0,
};

export const sumsOf = (counts: UsageSums): UsageSums => pairwise(counts, noUsage, (one) => one);

export const addUsage = (a: UsageSums, b: UsageSums): UsageSums =>
  pairwise(a, b, (one, other) => Math.min(one + other, Number.MAX_SAFE_INTEGER));

/** What was added between two readings of cumulative counts. A reading that is older than the one before adds nothing. */
export const usageGrowth = (before: UsageSums, now: UsageSums): UsageSums =>
  pairwise(before, now, (one, other) => Math.max(0, other - one));

export const newestUsage = (a: UsageSums, b: UsageSums): UsageSums => pairwise(a, b, Math.max);

export const isNoUsage = (sums: UsageSums): boolean => USAGE_SUMS.every((name) => sums[name] === 0);

export const seriesName = (one: UsageSeriesName): UsageSeriesName => {
  const { service, release, releaseVersion, track, key, model } = one;
  return { service, release, releaseVersion, track, key, model };
};

/** Equal for equal names alone. */
export const seriesText = ({
  service,
  release,
  releaseVersion,
  track,
  key,
  model,
}: UsageSeriesName): string => JSON.stringify([service, release, releaseVersion, track, key, model]);

const pairwise = (a: UsageSums, b: UsageSums, of: (a: number, b: number) => number): UsageSums => ({
  calls: of(a.calls, b.calls),
  unpriced: of(a.unpriced, b.unpriced),
  untold: of(a.untold, b.untold),
  inputTokens: of(a.inputTokens, b.inputTokens),
  cachedTokens: of(a.cachedTokens, b.cachedTokens),
  outputTokens: of(a.outputTokens, b.outputTokens),
  costNanos: of(a.costNanos, b.costNanos),
});
