import type { Scorer } from '../scorer.ts';
import { meanOfCases } from '../scorer.ts';
import type { TextCase } from '../scorer-inputs.ts';

export interface ContainsOptions {
  /** `any` reference must occur in the output, or `all` of them must; without a reference `any` fails and `all` holds. */
  readonly need: 'any' | 'all';
  readonly lowercase: boolean;
}

/** 1 when references occur in the output as they stand, 0 otherwise. */
export const contains = ({ need, lowercase }: ContainsOptions): Scorer<TextCase> => {
  const form = (text: string): string => (lowercase ? text.toLowerCase() : text);
  return meanOfCases(({ output, references }) => {
    const text = form(output);
    const occurs = (reference: string): boolean => text.includes(form(reference));
    return (need === 'any' ? references.some(occurs) : references.every(occurs)) ? 1 : 0;
  });
};
