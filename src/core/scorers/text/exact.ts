import type { Scorer } from '../scorer.ts';
import { meanOfCases } from '../scorer.ts';
import type { TextCase } from '../scorer-inputs.ts';
import { squadNormalised } from './squad-normalised.ts';

export interface ExactOptions {
  readonly lowercase: boolean;
  /** Whether space at both ends is dropped first. */
  readonly trim: boolean;
}

/** 1 when the output is one of the references, character for character; else 0. */
export const exact = ({ lowercase, trim }: ExactOptions): Scorer<TextCase> => {
  const form = (text: string): string => {
    const trimmed = trim ? text.trim() : text;
    return lowercase ? trimmed.toLowerCase() : trimmed;
  };
  return meanOfCases(({ output, references }) => {
    const found = form(output);
    return references.some((reference) => form(reference) === found) ? 1 : 0;
  });
};

/** 1 when the output is one of the references after SQuAD's normalisation; else 0. */
export const normalisedExact = (): Scorer<TextCase> =>
  meanOfCases(({ output, references }) => {
    const found = squadNormalised(output);
    return references.some((reference) => squadNormalised(reference) === found) ? 1 : 0;
  });
