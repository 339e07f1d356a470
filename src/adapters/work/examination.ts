import type { EvaluationSpec } from '../../core/release/manifest.ts';
import type { ReleaseEvaluation } from '../../evaluate/gate/evaluate-release.ts';
import type { EvaluationOrder } from '../../ports/work.ts';

/** What a release is asked, and how what it answers is judged. */
export type Examination = Pick<
  ReleaseEvaluation,
  'plan' | 'scan' | 'judge' | 'warmUpCalls' | 'attempts' | 'check' | 'isFresh' | 'fill' | 'secrets'
>;

export interface ExaminationOrder {
  readonly order: EvaluationOrder;
  readonly spec: EvaluationSpec;
  /** Absolute; what was sealed stands here. */
  readonly workplace: string;
  readonly golden: string;
  readonly seed: number;
  readonly isIsolated: boolean;
}

/** Calls to each address before one counts. */
export const WARM_UP_CALLS = 3;
