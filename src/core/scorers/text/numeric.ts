import { isNear } from '../near.ts';
import type { Scorer } from '../scorer.ts';
import { meanOfCases } from '../scorer.ts';
import type { TextCase } from '../scorer-inputs.ts';

export interface NumericOptions {
  /** Allowed distance as a part of the greater of the two numbers. */
  readonly relative: number;
  /** Allowed distance as it stands. */
  readonly absolute: number;
  /** Which number of the answer is compared: the `only` one (the whole text must be a number), the `first`, or the `last`. */
  readonly which: 'only' | 'first' | 'last';
}

/** 1 when the number in the output lies within one of the tolerances of a reference, which must be numbers; 0 otherwise. */
export const numeric = ({ relative, absolute, which }: NumericOptions): Scorer<TextCase> =>
  meanOfCases(({ output, references }) => {
    const found = numberIn(output, which);
    if (found === null) return 0;
    const isRight = (reference: string): boolean => {
      const wanted = numberIn(reference, 'only');
      return wanted !== null && isNear(found, wanted, { relative, absolute });
    };
    return references.some(isRight) ? 1 : 0;
  });

/**
 * Decimal notation with an optional sign, commas between groups of three digits and an exponent: `-1,234.5e3`. Anything else
 * is no number, and neither are digits inside a word. Null: there is none.
 */
export const numberIn = (text: string, which: NumericOptions['which']): number | null => {
  const trimmed = text.trim();
  if (which === 'only') return WHOLE.test(trimmed) ? toNumber(trimmed) : null;
  const all = text.match(INSIDE);
  const one = which === 'first' ? all?.[0] : all?.at(-1);
  return one === undefined ? null : toNumber(one);
};

const toNumber = (text: string): number => Number(text.replaceAll(',', '').replace('−', '-'));

const DIGITS = String.raw`(?:\d{1,3}(?:,\d{3}){1,12}(?!\d)|\d+)(?:\.\d+)?|\.\d+`;
const EXPONENT = String.raw`(?:[eE][+-]?\d+)?`;
const WHOLE = new RegExp(`^[+−-]?(?:${DIGITS}|\\d+\\.)${EXPONENT}$`);
// A sign after a letter or digit is a dash, and a digit beside a letter belongs to a word.
const INSIDE = new RegExp(
  String.raw`(?<![\p{L}\p{N}_.])[+−-]?(?:${DIGITS})${EXPONENT}(?![\p{L}\p{N}_])`,
  'gu',
);
