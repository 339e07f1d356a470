import { scorerEntry } from '../scorer-entry.ts';
import { demographicParity, selectionRate } from './demographic-parity.ts';
import { equalisedOdds } from './equalised-odds.ts';
import { worstGroupRate } from './worst-group.ts';

const shared = {
  family: 'fairness',
  input: 'group',
  version: 1,
  agreesWith: 'fairlearn 0.15.0',
  range: [0, 1],
} as const;

const compare = {
  kind: 'choice',
  choices: ['between-groups', 'to-overall'],
  default: 'between-groups',
  says: 'what each group is compared with',
} as const;
const ofOdds = {
  compare,
  over: {
    kind: 'choice',
    choices: ['worst', 'mean'],
    default: 'worst',
    says: 'how the two rates are put together',
  },
  emptyRate: {
    kind: 'choice',
    choices: ['zero', 'left-out'],
    default: 'zero',
    says: 'what a rate counts in a group that has none',
  },
} as const;

export const fairnessEntries = {
  selection_rate: scorerEntry({ ...shared, better: 'higher', options: {}, make: selectionRate }),
  demographic_parity_difference: scorerEntry({
    ...shared,
    better: 'lower',
    options: { compare },
    make: (options) => demographicParity({ ...options, as: 'difference' }),
  }),
  demographic_parity_ratio: scorerEntry({
    ...shared,
    better: 'higher',
    options: { compare },
    make: (options) => demographicParity({ ...options, as: 'ratio' }),
  }),
  equalised_odds_difference: scorerEntry({
    ...shared,
    better: 'lower',
    options: ofOdds,
    make: (options) => equalisedOdds({ ...options, as: 'difference' }),
  }),
  equalised_odds_ratio: scorerEntry({
    ...shared,
    better: 'higher',
    options: ofOdds,
    make: (options) => equalisedOdds({ ...options, as: 'ratio' }),
  }),
  worst_group_rate: scorerEntry({
    ...shared,
    better: 'higher',
    options: {
      rate: {
        kind: 'choice',
        choices: ['accuracy', 'selection-rate', 'true-positive-rate', 'precision'],
        default: 'accuracy',
        says: 'which rate of the group',
      },
    },
    make: ({ rate }) => worstGroupRate({ rate, worst: 'least' }),
  }),
  worst_group_false_positive_rate: scorerEntry({
    ...shared,
    better: 'lower',
    options: {},
    make: () => worstGroupRate({ rate: 'false-positive-rate', worst: 'greatest' }),
  }),
} as const;
