import type { CaseFacts, MetricScores } from './requirement-input.ts';

/** A metric of single cases, as the rules count it. */
export interface CaseValues {
  /** Places in `RequirementInput.cases`. */
  readonly places: readonly number[];
  readonly weights: readonly number[];
  readonly candidate: readonly number[];
  /** Null unless both sides were asked for. */
  readonly baseline: readonly number[] | null;
}

/**
 * The values of the cases at `places`. A case that the candidate failed has the worst value of the range, so failing is
 * never better than answering; where the range has no worst end it is left out. Cases without a defined score are left out, and from a
 * comparison also those the baseline failed, or a broken baseline would excuse any candidate.
 */
export const caseValues = (
  metric: MetricScores,
  cases: readonly CaseFacts[],
  places: readonly number[],
  isCompared: boolean,
): CaseValues => {
  const [least, greatest] = metric.range;
  const worst = metric.better === 'higher' ? least : greatest;
  const candidate = scoresOf(metric.candidate);
  const baseline = isCompared ? scoresOf(metric.baseline) : null;
  const kept: { places: number[]; weights: number[]; candidate: number[]; baseline: number[] } = {
    places: [],
    weights: [],
    candidate: [],
    baseline: [],
  };
  for (const place of places) {
    const facts = cases[place]!;
    const own = facts.candidateErred ? (Number.isFinite(worst) ? worst : null) : (candidate?.[place] ?? null);
    if (own === null) continue;
    if (isCompared) {
      const other = facts.baselineErred ? null : (baseline?.[place] ?? null);
      if (other === null) continue;
      kept.baseline.push(other);
    }
    kept.places.push(place);
    kept.weights.push(facts.weight);
    kept.candidate.push(own);
  }
  return { ...kept, baseline: isCompared ? kept.baseline : null };
};

const scoresOf = (side: MetricScores['baseline']) => (side?.kind === 'cases' ? side.scores : null);
