import { scorerEntry } from '../scorer-entry.ts';
import { ndcg } from './ndcg.ts';
import { averagePrecisionAt, hitRate, precisionAt, recallAt, reciprocalRank } from './relevant-found.ts';

const shared = {
  family: 'retrieval',
  input: 'ranking',
  version: 1,
  agreesWith: 'trec_eval 9',
  range: [0, 1],
  better: 'higher',
} as const;

const cut = <const Default extends number | null>(k: Default) =>
  ({
    kind: 'optional-number',
    default: k,
    min: 1,
    max: 1_000_000,
    isInteger: true,
    says: 'places that count; all when null',
  }) as const;

const relevantFrom = {
  kind: 'number',
  default: 1,
  min: 1e-9,
  max: Number.MAX_VALUE,
  isInteger: false,
  says: 'least grade of a relevant document',
} as const;

export const retrievalEntries = {
  recall_at: scorerEntry({ ...shared, options: { k: cut(10), relevantFrom }, make: recallAt }),
  precision_at: scorerEntry({ ...shared, options: { k: cut(10), relevantFrom }, make: precisionAt }),
  hit_rate: scorerEntry({ ...shared, options: { k: cut(10), relevantFrom }, make: hitRate }),
  mrr: scorerEntry({ ...shared, options: { k: cut(null), relevantFrom }, make: reciprocalRank }),
  map: scorerEntry({ ...shared, options: { k: cut(null), relevantFrom }, make: averagePrecisionAt }),
  ndcg: scorerEntry({
    ...shared,
    options: {
      k: cut(10),
      gain: {
        kind: 'choice',
        choices: ['linear', 'exponential'],
        default: 'linear',
        says: 'what a grade is worth',
      },
    },
    make: ndcg,
  }),
} as const;
