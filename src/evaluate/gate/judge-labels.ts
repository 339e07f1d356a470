import type { RequirementSpec } from '../../core/evaluation/requirement.ts';
import { reachVerdict } from '../../core/evaluation/verdict.ts';
import type { EvaluationSpec } from '../../core/release/manifest.ts';
import { answeredNothing } from './answered-nothing.ts';
import type { GateJudge } from './gate-judge.ts';
import { labelOutcomes } from './label-outcomes.ts';
import { policyFindings } from './policy-findings.ts';

export interface LabelJudging {
  readonly spec: EvaluationSpec;
  readonly requirements: readonly RequirementSpec[];
  /** Of the two-sided intervals, such as 0.95. */
  readonly confidence: number;
  readonly seed: number;
  /** Digest of the release that it is compared with; null when there is none. */
  readonly comparedWith: string | null;
}

/** Holds a policy's requirements against the labels and the latencies of a run: see `reachVerdict`. */
export const judgeLabels =
  ({ spec, requirements, confidence, seed, comparedWith }: LabelJudging): GateJudge =>
  async ({ path, summary, notes }) => {
    const { candidate, stable, worst } = await labelOutcomes(path, spec.timeoutMs);
    const reached = reachVerdict({
      requirements,
      candidate,
      stable: comparedWith === null ? null : stable,
      positive: spec.positive,
      confidence,
      ceilingMs: spec.timeoutMs,
      seed,
    });
    const stopped = answeredNothing(summary);
    return {
      result: {
        ...reached,
        // A release that answers nothing at all fails, whatever a policy lets pass that cannot be told.
        verdict: stopped ? 'fail' : reached.verdict,
        golden: spec.golden.digest,
        comparedWith,
        notes: [
          ...reached.notes,
          ...(stopped ? [`stopped after ${summary.cases} cases without a single answer`] : []),
          ...notes,
          ...(worst.length === 0 ? [] : [`worst cases: ${worst.join(', ')}`]),
        ],
      },
      requirements: policyFindings(reached.requirements, confidence),
    };
  };
