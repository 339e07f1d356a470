import type { Scorer } from '../scorer.ts';
import { ofWholeSet } from '../scorer.ts';
import type { GroupCase } from '../scorer-inputs.ts';
import type { DisparityOptions } from './disparity.ts';
import { disparity } from './disparity.ts';
import type { GroupRate } from './group-rates.ts';
import { codeGroups, GROUP_RATES, tallyGroups } from './group-rates.ts';

export interface EqualisedOddsOptions extends DisparityOptions {
  /** The worse of the two rates counts, or their mean. */
  readonly over: 'worst' | 'mean';
  /** A group in which nobody deserves to be selected (or everybody) has a rate of 0 in fairlearn; `left-out` ignores it for that rate. */
  readonly emptyRate: 'zero' | 'left-out';
}

/**
 * How unequal the true positive rate and the false positive rate are among groups (Hardt, Price, Srebro, "Equality of opportunity
 * in supervised learning", 2016; fairlearn's `equalized_odds_difference` and `_ratio`). A rate that is 0 in all groups has
 * no ratio, and the other one decides alone.
 */
export const equalisedOdds = (options: EqualisedOddsOptions): Scorer<GroupCase> =>
  ofWholeSet((cases) => {
    const coded = codeGroups(cases);
    return (weights) => {
      const { ofGroups, overall } = tallyGroups(coded, weights);
      const present = ofGroups.filter((tally) => tally.total > 0);
      const disparityOf = (name: 'true-positive-rate' | 'false-positive-rate') => {
        const rateOf: GroupRate = GROUP_RATES[name];
        const filled = present.map((tally) => rateOf(tally) ?? (options.emptyRate === 'zero' ? 0 : null));
        const ofAll = rateOf(overall) ?? (options.emptyRate === 'zero' ? 0 : null);
        return disparity(
          filled.filter((rate) => rate !== null),
          ofAll,
          options,
        );
      };
      const both = [disparityOf('true-positive-rate'), disparityOf('false-positive-rate')];
      const defined = both.filter((one) => one !== null);
      if (defined.length === 0) return null;
      if (options.over === 'mean') return defined.reduce((sum, one) => sum + one, 0) / defined.length;
      return options.as === 'difference' ? Math.max(...defined) : Math.min(...defined);
    };
  });
