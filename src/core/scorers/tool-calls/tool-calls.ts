import type { Scorer } from '../scorer.ts';
import { meanOfCases } from '../scorer.ts';
import type { FMeasure } from '../text/f-measure.ts';
import { fMeasure } from '../text/f-measure.ts';
import type { CallComparison } from './matching-calls.ts';
import { isSameCall, matchingCalls } from './matching-calls.ts';
import type { ToolCall, ToolCallsCase } from './tool-call.ts';

export interface ToolCallsOptions extends CallComparison {
  /**
   * `exact`: these calls in this order and no others; `any-order`: these and no others; `in-order`: these in this order, others
   * between them; `subset`: these and perhaps others, in any order.
   */
  readonly order: 'exact' | 'any-order' | 'in-order' | 'subset';
}

/** 1 when the calls are those expected, 0 otherwise. */
export const toolCalls = (options: ToolCallsOptions): Scorer<ToolCallsCase> =>
  meanOfCases(({ called, expected }) => (isAsExpected(called, expected, options) ? 1 : 0));

const isAsExpected = (
  called: readonly ToolCall[],
  expected: readonly ToolCall[],
  options: ToolCallsOptions,
): boolean => {
  switch (options.order) {
    case 'exact':
      return (
        called.length === expected.length &&
        called.every((call, i) => isSameCall(call, expected[i]!, options))
      );
    case 'any-order':
      return (
        called.length === expected.length && matchingCalls(called, expected, options) === expected.length
      );
    case 'subset':
      return matchingCalls(called, expected, options) === expected.length;
    case 'in-order': {
      let next = 0;
      for (const call of called)
        if (next < expected.length && isSameCall(call, expected[next]!, options)) next += 1;
      return next === expected.length;
    }
  }
};

export interface ToolCallOverlapOptions extends CallComparison {
  readonly part: keyof FMeasure;
}

/** Precision, recall or F1 of the calls in any order, 0 to 1; 1 where none was expected and none made. */
export const toolCallOverlap = (options: ToolCallOverlapOptions): Scorer<ToolCallsCase> =>
  meanOfCases(({ called, expected }) =>
    called.length === 0 && expected.length === 0
      ? 1
      : fMeasure(matchingCalls(called, expected, options), called.length, expected.length)[options.part],
  );

/**
 * The share of the calls whose arguments are valid, 0 to 1; null where nothing was called. `isValid` knows the schemas, and
 * should say no for a tool that does not exist.
 */
export const validToolCalls = (isValid: (call: ToolCall) => boolean): Scorer<ToolCallsCase> =>
  meanOfCases(({ called }) => (called.length === 0 ? null : called.filter(isValid).length / called.length));
