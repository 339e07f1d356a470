import type { Scorer } from '../scorer.ts';
import { ofWholeSet } from '../scorer.ts';
import type { GroupCase } from '../scorer-inputs.ts';
import type { DisparityOptions } from './disparity.ts';
import { disparity } from './disparity.ts';
import { codeGroups, GROUP_RATES, tallyGroups } from './group-rates.ts';

/** How unequal the shares of selected members are among groups (fairlearn's `demographic_parity_difference` and `_ratio`). */
export const demographicParity = (options: DisparityOptions): Scorer<GroupCase> =>
  ofWholeSet((cases) => {
    const coded = codeGroups(cases);
    const rateOf = GROUP_RATES['selection-rate'];
    return (weights) => {
      const { ofGroups, overall } = tallyGroups(coded, weights);
      const rates = ofGroups.map(rateOf).filter((rate) => rate !== null);
      return disparity(rates, rateOf(overall), options);
    };
  });

/** The share of all cases that are selected. */
export const selectionRate = (): Scorer<GroupCase> =>
  ofWholeSet((cases) => {
    const coded = codeGroups(cases);
    return (weights) => GROUP_RATES['selection-rate'](tallyGroups(coded, weights).overall);
  });
