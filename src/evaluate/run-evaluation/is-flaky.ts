import type { CaseRecord } from '../../core/evaluation/run/run-record.ts';
import type { OpenMetric } from '../scoring/open-metric.ts';

/** Whether the repeats of a case do not agree: under some score between 0 and 1, some lie at one half or above and some below. */
export const isFlaky = ({ candidate }: CaseRecord, metrics: readonly OpenMetric[]): boolean =>
  metrics.some(({ measured, range: [least, greatest] }) => {
    if (!measured.perCase || least !== 0 || greatest !== 1) return false;
    let isHigh = false;
    let isLow = false;
    for (const answer of candidate) {
      const score = answer.kind === 'answer' ? answer.scores[measured.name] : null;
      if (score === null || score === undefined) continue;
      if (score >= 0.5) isHigh = true;
      else isLow = true;
    }
    return isHigh && isLow;
  });
