import type { OutputCheck } from '../../core/release/manifest.ts';
import { resolvePointer } from '../mirror/compare-answers.ts';
import type { AnswerView } from './answer-view.ts';
import { compileExpression } from './compile/compile-expression.ts';
import { compilePattern } from './compile/compile-pattern.ts';
import { compileSchema } from './compile/compile-schema.ts';
import type { Fault } from './compile/compiled-check.ts';

/** A check that needs nothing but the answer. */
export type LocalCheck = Exclude<OutputCheck, { readonly kind: 'http' }>;
export type RunCheck = (view: AnswerView) => Fault;

/** Compiles checks. @throws Error naming the first that cannot be. */
export const compileChecks = (checks: readonly LocalCheck[]): readonly RunCheck[] => checks.map(compile);

function compile(check: LocalCheck): RunCheck {
  switch (check.kind) {
    case 'json-schema': {
      const test = orThrow(compileSchema(check.schema));
      return onPart(check.pointer ?? '', test);
    }
    case 'matches': {
      const test = orThrow(compilePattern(check.pattern));
      if (check.pointer === undefined) return ({ text }) => test(text);
      return onPart(check.pointer, (part) => test(typeof part === 'string' ? part : JSON.stringify(part)));
    }
    case 'cel':
      return orThrow(compileExpression(check.expression));
  }
}

/** An answer that is no JSON, or lacks the part, fails. */
const onPart =
  (pointer: string, test: (part: unknown) => Fault): RunCheck =>
  ({ answer, isJson }) => {
    if (!isJson) return 'not-json';
    const part = resolvePointer(answer, pointer);
    return part === undefined ? 'nothing-there' : test(part);
  };

function orThrow<T>(
  compiling: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string },
): T {
  if (!compiling.ok) throw new Error(compiling.problem);
  return compiling.value;
}
