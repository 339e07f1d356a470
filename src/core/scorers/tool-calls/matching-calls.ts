import { isSameJson } from '../json/json-equality.ts';
import type { Tolerance } from '../near.ts';
import type { ToolCall } from './tool-call.ts';

export interface CallComparison extends Tolerance {
  /** Whether arguments count, or names alone. */
  readonly comparesArguments: boolean;
  /** Whether a call may have arguments that are not expected. */
  readonly allowsMore: boolean;
}

export const isSameCall = (called: ToolCall, expected: ToolCall, comparison: CallComparison): boolean =>
  called.name === expected.name &&
  (!comparison.comparesArguments || isSameJson(called.arguments, expected.arguments, comparison));

/**
 * How many expected calls can be given a call of their own, in any order: a maximum matching by augmenting paths (Kuhn, "The
 * Hungarian method", 1955). Taking the first call that fits would not do: with a tolerance it may be the only one another needs.
 */
export const matchingCalls = (
  called: readonly ToolCall[],
  expected: readonly ToolCall[],
  comparison: CallComparison,
): number => {
  const fits = expected.map((wanted) =>
    [...called.keys()].filter((i) => isSameCall(called[i]!, wanted, comparison)),
  );
  const givenTo = new Array<number>(called.length).fill(-1);
  let matched = 0;
  for (let wanted = 0; wanted < expected.length; wanted += 1) {
    if (findsCall(wanted, fits, givenTo, new Set())) matched += 1;
  }
  return matched;
};

const findsCall = (
  wanted: number,
  fits: readonly (readonly number[])[],
  givenTo: number[],
  tried: Set<number>,
): boolean => {
  for (const call of fits[wanted]!) {
    if (tried.has(call)) continue;
    tried.add(call);
    if (givenTo[call]! >= 0 && !findsCall(givenTo[call]!, fits, givenTo, tried)) continue;
    givenTo[call] = wanted;
    return true;
  }
  return false;
};
