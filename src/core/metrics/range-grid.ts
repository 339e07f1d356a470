import type { MetricRange } from './metric-plan.ts';

const mostPoints = 60;
const shortestStepMs = 1_000;

/** The moments that a range is asked for: whole seconds apart, at most 61, the last one now. */
export const rangeGrid = (
  { windowMs }: MetricRange,
  endMs: number,
): { readonly startMs: number; readonly stepMs: number; readonly endMs: number } => {
  const stepMs = Math.max(shortestStepMs, Math.ceil(windowMs / mostPoints / 1_000) * 1_000);
  return { startMs: endMs - Math.floor(windowMs / stepMs) * stepMs, stepMs, endMs };
};
