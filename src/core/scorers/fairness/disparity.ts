import type { Score } from '../scorer.ts';

export interface DisparityOptions {
  /** `difference`: 0 is equal; `ratio`: 1 is equal, the smaller over the greater. */
  readonly as: 'difference' | 'ratio';
  /** Groups are compared with each other (the greatest with the least), or each with all cases together. */
  readonly compare: 'between-groups' | 'to-overall';
}

/**
 * How unequal a rate is among groups, by the definitions of fairlearn's MetricFrame. Null for fewer than one rate, and for a ratio
 * of rates that are all 0.
 */
export const disparity = (
  rates: readonly number[],
  overall: number | null,
  options: DisparityOptions,
): Score => {
  if (rates.length === 0) return null;
  const least = Math.min(...rates);
  const greatest = Math.max(...rates);
  if (options.compare === 'between-groups') {
    if (options.as === 'difference') return greatest - least;
    return greatest === 0 ? null : least / greatest;
  }
  if (overall === null) return null;
  if (options.as === 'difference') return Math.max(Math.abs(greatest - overall), Math.abs(least - overall));
  if (overall === 0) return null;
  return Math.min(...rates.map((rate) => (rate > overall ? overall / rate : rate / overall)));
};
