import type { ClassProbabilitiesCase } from '../scorer-inputs.ts';
import { checkedProbabilities } from './checked-probability.ts';

/** Class probabilities as arrays: `columns[k][i]` is what case i gives to class k. */
export interface CodedProbabilities {
  /** Sorted. */
  readonly classes: readonly string[];
  /** The expected class, -1 when the probabilities do not name it. */
  readonly expected: Int32Array;
  readonly columns: readonly Float64Array[];
}

/** A class that a case does not name has probability 0 there. Throws a RangeError for what are no probabilities. */
export const codeProbabilities = (cases: readonly ClassProbabilitiesCase[]): CodedProbabilities => {
  for (const one of cases) checkedProbabilities(one.probabilities);
  const classes = [...new Set(cases.flatMap((one) => Object.keys(one.probabilities)))].sort();
  const codes = new Map(classes.map((name, code) => [name, code]));
  return {
    classes,
    expected: Int32Array.from(cases, (one) => codes.get(one.expected) ?? -1),
    columns: classes.map((name) =>
      Float64Array.from(cases, ({ probabilities }) =>
        Object.hasOwn(probabilities, name) ? probabilities[name]! : 0,
      ),
    ),
  };
};
