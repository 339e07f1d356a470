import type { Score, Scorer } from '../scorer.ts';
import { ofWholeSet } from '../scorer.ts';
import type { LabelCase } from '../scorer-inputs.ts';
import type { CodedLabels, LabelTally } from './label-tally.ts';
import { codeLabels, tallyLabels } from './label-tally.ts';

/** A scorer of sets that needs no more than the tally of each label. */
export const ofTally = (score: (tally: LabelTally, coded: CodedLabels) => Score): Scorer<LabelCase> =>
  ofWholeSet((cases) => {
    const coded = codeLabels(cases);
    return (weights) => {
      const tally = tallyLabels(coded, weights);
      return tally.total === 0 ? null : score(tally, coded);
    };
  });
