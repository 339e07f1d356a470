import type { CaseFacts, MetricScores } from './requirement-input.ts';
import { ANSWER_UNFIT } from './requirement-input.ts';

export type EstimatedSide = 'candidate' | 'baseline' | 'difference';

/** A metric of single cases, as the rules count it. */
export interface CaseValues {
  readonly weights: readonly number[];
  /** Of the side that was asked for; of a difference the candidate's. */
  readonly own: readonly number[];
  /** Of a difference the baseline's; else null. */
  readonly other: readonly number[] | null;
}

/**
 * The values of the cases at `places`. A case that the candidate failed has the worst value of the range, so failing is
 * never better than answering, and so has one whose answer is nothing that can be scored; where the range has no worst end it is left out. Cases without a defined score are left out, and those on which the scorer failed. Those that the baseline
 * failed are left out of the comparison, or a broken baseline would excuse any candidate, and so of its own figure, which is there to
 * be compared with.
 */
export const caseValues = (
  metric: MetricScores,
  cases: readonly CaseFacts[],
  places: readonly number[],
  side: EstimatedSide,
): CaseValues => {
  const candidate = scoresOf(metric.candidate);
  const baseline = side === 'candidate' ? null : scoresOf(metric.baseline);
  const [least, greatest] = metric.range;
  const worst = metric.better === 'higher' ? least : greatest;
  const ofCandidate = (place: number): number | null => {
    const isBad = cases[place]!.candidateErred || metric.unscored?.candidate?.[place] === ANSWER_UNFIT;
    if (!isBad || metric.isOfErrors === true) return known(candidate?.[place]);
    return Number.isFinite(worst) ? worst : null;
  };
  const ofBaseline = (place: number): number | null =>
    cases[place]!.baselineErred && metric.isOfErrors !== true ? null : known(baseline?.[place]);
  const own = side === 'baseline' ? ofBaseline : ofCandidate;
  // As long as they can get: one that grows leaves several times its size behind, and this is done for every metric and slice.
  const weights = new Array<number>(places.length);
  const values = new Array<number>(places.length);
  const others = new Array<number>(side === 'difference' ? places.length : 0);
  let n = 0;
  for (const place of places) {
    const value = own(place);
    if (value === null) continue;
    if (side === 'difference') {
      const other = ofBaseline(place);
      if (other === null) continue;
      others[n] = other;
    }
    weights[n] = cases[place]!.weight;
    values[n] = value;
    n += 1;
  }
  weights.length = n;
  values.length = n;
  others.length = Math.min(others.length, n);
  return { weights, own: values, other: side === 'difference' ? others : null };
};

const known = (score: number | null | undefined): number | null =>
  score === null || score === undefined || Number.isNaN(score) ? null : score;

const scoresOf = (side: MetricScores['baseline']) => (side?.kind === 'cases' ? side.scores : null);
