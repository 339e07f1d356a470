import { labelOf } from '../label-of.ts';
import type { TargetAnswer } from '../target/target-answer.ts';

/** An answer of which a label is wanted: where there is none it is an error, and not only wrong. */
export const labelAnswer = (answer: TargetAnswer): TargetAnswer =>
  answer.kind === 'error' || labelOf(answer.output) !== null
    ? answer
    : {
        kind: 'error',
        reason: 'no-output',
        detail: 'there is no label where it should be',
        latencyMs: answer.latencyMs,
      };
