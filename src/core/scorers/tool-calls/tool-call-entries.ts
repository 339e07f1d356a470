import { scorerEntry } from '../scorer-entry.ts';
import { toolCallOverlap, toolCalls, validToolCalls } from './tool-calls.ts';

const shared = {
  family: 'tool-calls',
  input: 'tool-calls',
  version: 1,
  agreesWith: null,
  range: [0, 1],
  better: 'higher',
} as const;

const tolerance = (says: string) =>
  ({ kind: 'number', default: 0, min: 0, max: Number.MAX_VALUE, isInteger: false, says }) as const;

const comparison = {
  comparesArguments: { kind: 'boolean', default: true, says: 'arguments count, not names alone' },
  allowsMore: { kind: 'boolean', default: false, says: 'more arguments may be there' },
  relative: tolerance('allowed distance as a part of the greater number'),
  absolute: tolerance('allowed distance between two numbers'),
} as const;

export const toolCallEntries = {
  tool_calls: scorerEntry({
    ...shared,
    options: {
      order: {
        kind: 'choice',
        choices: ['exact', 'any-order', 'in-order', 'subset'],
        default: 'exact',
        says: 'which order, and whether other calls may be made',
      },
      ...comparison,
    },
    make: toolCalls,
  }),
  tool_call_overlap: scorerEntry({
    ...shared,
    options: {
      part: {
        kind: 'choice',
        choices: ['f', 'precision', 'recall'],
        default: 'f',
        says: 'the harmonic mean, or one of its parts',
      },
      ...comparison,
    },
    make: toolCallOverlap,
  }),
  valid_tool_calls: scorerEntry({
    ...shared,
    options: {},
    make: (_, { isValidCall }) => validToolCalls(isValidCall),
  }),
} as const;
