import type { PassingScore } from '../../core/evaluation/repeats/repeat-counts.ts';
import { repeatCounts } from '../../core/evaluation/repeats/repeat-counts.ts';
import type { RepeatedCase } from '../../core/evaluation/repeats/summarise-repeats.ts';
import { summariseRepeats } from '../../core/evaluation/repeats/summarise-repeats.ts';
import type { EvaluationPlan } from '../../core/evaluation/run/evaluation-plan.ts';
import type { CaseRecord, RepeatFindings } from '../../core/evaluation/run/run-record.ts';

/** How the candidate's repeats of each case went. */
export interface RepeatTally {
  /** Takes in a case, each once; says whether it was seen to pass and to fail. */
  readonly add: (position: number, record: CaseRecord) => boolean;
  /** Null where cases are asked once. */
  readonly finish: (confidence: number) => RepeatFindings | null;
}

export const startRepeatTally = (
  total: number,
  { repeats, seed }: Pick<EvaluationPlan, 'repeats' | 'seed'>,
  by: readonly PassingScore[],
): RepeatTally => {
  const isRepeated = repeats.most > 1;
  const size = isRepeated ? total : 0;
  const counts = {
    passed: new Uint16Array(size),
    failed: new Uint16Array(size),
    errors: new Uint16Array(size),
  };
  // 0: not asked; every case weighs more.
  const weights = new Float64Array(size);
  return {
    add(position, { candidate, weight }) {
      if (!isRepeated) return false;
      const found = repeatCounts(candidate, by);
      counts.passed[position] = found.passed;
      counts.failed[position] = found.failed;
      counts.errors[position] = found.errors;
      weights[position] = weight;
      return found.passed > 0 && found.failed > 0;
    },
    finish(confidence) {
      if (!isRepeated) return null;
      const cases: RepeatedCase[] = [];
      weights.forEach((weight, position) => {
        if (weight === 0) return;
        cases.push({
          passed: counts.passed[position]!,
          failed: counts.failed[position]!,
          errors: counts.errors[position]!,
          weight,
        });
      });
      return summariseRepeats(cases, repeats, { confidence, seed });
    },
  };
};
