import { around } from '../interval.ts';
import type { Interval } from '../run/run-record.ts';
import type { LevelEstimate } from './level-estimate.ts';

/** The interval for the record; null where an end is unknown, for a stored record has no word for infinite. */
export const intervalAt = (estimate: LevelEstimate, confidence: number): Interval | null => {
  const { low, high } = around(estimate.value, estimate.at(confidence, 1));
  const { value } = estimate;
  return Number.isFinite(low) && Number.isFinite(high) ? { value, low, high, confidence } : null;
};
