import type { Confusion, Kappa, KappaWeights } from './kappa.ts';
import { cohensKappa } from './kappa.ts';

/** How one judge compares with people; what `tidegate eval calibrate` writes. */
export interface Calibration {
  readonly kind: 'calibration';
  readonly schema: 1;
  /** Of exactly this judge: model, settings, rubric, wording. */
  readonly judge: string;
  /** As it was called, and the model it is. */
  readonly scorer: string;
  readonly model: string;
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  readonly labels: { readonly digest: string; readonly count: number };
  /** Labelled answers that the judge gave no judgement of. */
  readonly unjudged: number;
  readonly weights: KappaWeights;
  readonly confidence: number;
  /** From worst to best. */
  readonly categories: readonly string[];
  /** Rows: people, columns: the judge. Everything else follows from it. */
  readonly counts: Confusion;
  /** As it was when this was written; worked out anew whenever it matters. Null: undefined. */
  readonly kappa: Kappa | null;
}

/** With more of them unjudged, the answers that were judged may be the easy ones. */
export const MOST_UNJUDGED_SHARE = 0.05;

export type CalibrationFault =
  | { readonly kind: 'other-judge' }
  | { readonly kind: 'unjudged'; readonly unjudged: number; readonly count: number }
  | { readonly kind: 'undefined' }
  | { readonly kind: 'too-low'; readonly kappa: Kappa };

/** Why a judge may not decide, where somebody demands a kappa of at least `leastKappa`; null when it may. Decided on the lower bound. */
export const calibrationFault = (
  calibration: Calibration,
  judge: string,
  leastKappa: number,
): CalibrationFault | null => {
  const { labels, unjudged, counts, weights, confidence } = calibration;
  if (calibration.judge !== judge) return { kind: 'other-judge' };
  if (unjudged > MOST_UNJUDGED_SHARE * labels.count)
    return { kind: 'unjudged', unjudged, count: labels.count };
  const kappa = cohensKappa(counts, weights, confidence);
  if (kappa === null) return { kind: 'undefined' };
  return kappa.low >= leastKappa ? null : { kind: 'too-low', kappa };
};
