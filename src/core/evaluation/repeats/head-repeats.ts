import type { RunHead } from '../run/run-record.ts';
import type { PassingScore } from './repeat-counts.ts';
import type { RepeatPlan } from './repeat-plan.ts';

/** How often the cases of a recorded run were asked, and what told whether an answer passes. */
export interface HeadRepeats {
  readonly plan: RepeatPlan;
  readonly by: readonly PassingScore[];
}

/** Records of early versions do not name the scores: there every share of single cases had a say. */
export const headRepeats = ({ repeats, mostRepeats, metrics, terms }: RunHead): HeadRepeats => ({
  plan: { least: repeats, most: mostRepeats ?? repeats },
  by: metrics.filter(({ name, unit, perCase }) =>
    terms === undefined
      ? perCase && unit === 'share' && name !== 'error_rate'
      : terms.passedBy.includes(name),
  ),
});
