import type { Scorer } from '../scorer.ts';
import { meanOfCases } from '../scorer.ts';
import type { LabelCase } from '../scorer-inputs.ts';

/** The share of cases answered with the expected label. */
export const accuracy = (): Scorer<LabelCase> =>
  meanOfCases(({ expected, answered }) => (expected === answered ? 1 : 0));
