import type { Tolerance } from '../near.ts';
import { isNear } from '../near.ts';
import type { Scorer } from '../scorer.ts';
import { meanOfCases } from '../scorer.ts';
import type { JsonCase } from '../scorer-inputs.ts';

export interface JsonEqualityOptions extends Tolerance {
  /** Whether the output may have members and elements that the expected value lacks: objects anywhere, arrays at their end. */
  readonly allowsMore: boolean;
}

/**
 * 1 when the output is JSON and the same value as expected: members in any order, elements in theirs, numbers within a
 * tolerance, strings character for character. Anything else, and what is no JSON, scores 0.
 */
export const jsonEquality = (options: JsonEqualityOptions): Scorer<JsonCase> =>
  meanOfCases(({ output, expected }) => {
    let found: unknown;
    try {
      found = JSON.parse(output);
    } catch {
      return 0;
    }
    return isSameJson(found, expected, options) ? 1 : 0;
  });

/** Walks with a list of its own, so that a deeply nested value cannot exhaust the stack. */
export const isSameJson = (found: unknown, expected: unknown, options: JsonEqualityOptions): boolean => {
  const open: (readonly [unknown, unknown])[] = [[found, expected]];
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [one, other] = pair;
    if (typeof one === 'number' && typeof other === 'number') {
      if (!isNear(one, other, options)) return false;
    } else if (Array.isArray(one) && Array.isArray(other)) {
      if (one.length < other.length || (one.length > other.length && !options.allowsMore)) return false;
      for (let i = 0; i < other.length; i += 1) open.push([one[i], other[i]]);
    } else if (isObject(one) && isObject(other)) {
      const keys = Object.keys(other);
      if (!options.allowsMore && Object.keys(one).length !== keys.length) return false;
      for (const key of keys) {
        if (!Object.hasOwn(one, key)) return false;
        open.push([one[key], other[key]]);
      }
    } else if (one !== other) return false;
  }
  return true;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
