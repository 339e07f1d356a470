import type { Scorer } from '../scorer.ts';
import { meanOfCases } from '../scorer.ts';
import type { TextCase } from '../scorer-inputs.ts';
import { UnfitAnswer } from '../unfit-answer.ts';
import type { CompiledPattern, PatternOptions } from './pattern/compile-pattern.ts';
import { compilePattern } from './pattern/compile-pattern.ts';

export interface MatchesOptions extends PatternOptions {
  /** Null: the references of each case are the patterns, and one that matches is enough. */
  readonly pattern: string | null;
}

/** A longer output is refused: the time a match takes grows with its length. */
export const LONGEST_MATCHED = 1_000_000;

/**
 * 1 when the output matches a regular expression, 0 otherwise; see `compilePattern` for what patterns may be. Throws a
 * RangeError for a pattern that cannot be used, and an `UnfitAnswer` for an output of more than `LONGEST_MATCHED` characters.
 */
export const matches = (options: MatchesOptions): Scorer<TextCase> => {
  const known = new Map<string, (text: string) => boolean>();
  const testOf = (pattern: string): ((text: string) => boolean) => {
    let test = known.get(pattern);
    if (test === undefined) {
      test = usable(pattern, compilePattern(pattern, options));
      // References may be as many as cases; a few thousand machines are enough to keep.
      if (known.size >= 1000) known.clear();
      known.set(pattern, test);
    }
    return test;
  };
  if (options.pattern !== null) testOf(options.pattern);
  return meanOfCases(({ output, references }) => {
    if (output.length > LONGEST_MATCHED) {
      throw new UnfitAnswer(`an output of ${output.length} characters is too long for a pattern`);
    }
    const patterns = options.pattern === null ? references : [options.pattern];
    return patterns.some((pattern) => testOf(pattern)(output)) ? 1 : 0;
  });
};

const usable = (pattern: string, compiled: CompiledPattern): ((text: string) => boolean) => {
  if (!compiled.isCompiled) throw new RangeError(`cannot use the pattern ${pattern}: ${compiled.reason}`);
  return compiled.matches;
};
