/** Precision and recall with their harmonic mean, all 0 to 1. */
export interface FMeasure {
  readonly precision: number;
  readonly recall: number;
  readonly f: number;
}

/** Nothing matched, or nothing to match: all 0. */
export const fMeasure = (matches: number, ofOutput: number, ofReference: number): FMeasure => {
  if (matches === 0) return { precision: 0, recall: 0, f: 0 };
  const precision = matches / ofOutput;
  const recall = matches / ofReference;
  return { precision, recall, f: (2 * precision * recall) / (precision + recall) };
};

/** The best of several by `f`; the first of equals, none when there are none. */
export const bestOf = (measures: readonly FMeasure[]): FMeasure =>
  measures.reduce((best, one) => (one.f > best.f ? one : best), measures[0] ?? fMeasure(0, 0, 0));
