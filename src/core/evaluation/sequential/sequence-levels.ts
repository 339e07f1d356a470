import type { VerdictSubject } from '../run/evaluation-plan.ts';

/** What part of the error that a confidence allows goes to stopping early; the rest is for the verdict after the last case. */
const EARLY_PART = 0.5;

/**
 * The levels of an evaluation that may stop early and otherwise ends with `decide` on all cases. Both chances of a wrong verdict add up, so they
 * share (1 - confidence) / 2: at a confidence of 95 % the sequence may be wrong 1.25 % of the time on each side, and the intervals at the end have
 * 97.5 %. Half for each costs a full run about 14 % more width, and an early stop about 0.7 more on the logarithm of what it must show.
 * About the set itself the verdict after the last case is counted and cannot be wrong, so the sequence has all of it.
 */
export const sequenceLevels = (
  confidence: number,
  about: VerdictSubject,
): { readonly wrongShare: number; readonly endConfidence: number } => {
  const tail = (1 - confidence) / 2;
  if (about === 'set') return { wrongShare: tail, endConfidence: confidence };
  return { wrongShare: EARLY_PART * tail, endConfidence: 1 - 2 * (1 - EARLY_PART) * tail };
};
