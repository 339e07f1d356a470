import type { EvaluationResult } from '../../core/evaluation/requirement.ts';
import type { RequirementFinding, RunSummary } from '../../core/evaluation/run/run-record.ts';

/** Reaches the verdict of a gate from a run that has ended. The same run gives the same verdict. */
export type GateJudge = (run: EndedRun) => Promise<GateJudgement>;

export interface EndedRun {
  readonly path: string;
  /** The run's own. */
  readonly summary: RunSummary;
  /** About the calls that were made just now. */
  readonly notes: readonly string[];
}

export interface GateJudgement {
  readonly result: Omit<EvaluationResult, 'run'>;
  /** The same requirements as reports of runs show them. */
  readonly requirements: readonly RequirementFinding[];
}
