import type { RequirementSpec } from '../../core/evaluation/requirement.ts';
import type { RequirementFinding } from '../../core/evaluation/run/run-record.ts';
import { answeredNothing } from './answered-nothing.ts';
import type { GateJudge } from './gate-judge.ts';

export interface FileJudging {
  /** Digest of the golden set as it was sealed. */
  readonly golden: string;
  /** How many requirements the file has; those of the policy come behind them. */
  readonly ownCount: number;
  readonly requirements: readonly RequirementSpec[];
  /** What the file requires and the policy has left out. */
  readonly leftOut: readonly RequirementFinding[];
  /** Digest of the release that it is compared with; null when there is none. */
  readonly comparedWith: string | null;
}

/**
 * Takes the verdict of the run itself, whose plan held the policy's requirements. A release that answers nothing at all fails, and so does one whose own
 * budget ended the run before what the policy requires was decided: else a small budget would be a way around it.
 */
export const judgeFile =
  ({ golden, ownCount, requirements, leftOut, comparedWith }: FileJudging): GateJudge =>
  async ({ summary, notes }) => {
    const own = [...summary.requirements.slice(0, ownCount), ...leftOut];
    const demanded = summary.requirements.slice(ownCount);
    // What a policy requires is about the cases; a load stage comes when all of them were asked.
    const wereCasesLeft =
      summary.stoppedBy === 'budget' && !(summary.load ?? []).some(({ stoppedBy }) => stoppedBy === 'budget');
    const isUndecided = wereCasesLeft && requirements.length > 0 && summary.verdict === 'inconclusive';
    return {
      result: {
        verdict: answeredNothing(summary) || isUndecided ? 'fail' : summary.verdict,
        golden,
        cases: summary.cases,
        errors: summary.errors,
        metrics: [],
        requirements: demanded.map(({ verdict, found, moreCases, detail }, at) => ({
          requirement: requirements[at]!,
          verdict,
          estimate: found?.value ?? null,
          low: found?.low ?? null,
          high: found?.high ?? null,
          moreCases,
          detail,
        })),
        comparedWith,
        notes: [
          ...summary.notes,
          ...(isUndecided ? ['its budget was spent before what the policy requires was decided'] : []),
          ...notes,
        ],
        own,
      },
      requirements: [...own, ...demanded],
    };
  };
