import type { Compiling, Fault } from './compiled-check.ts';

/**
 * Compiles a JavaScript regular expression with Unicode rules, as the `pattern` of JSON Schema has them. It is searched for: who
 * means the whole text writes `^` and `$`.
 */
export function compilePattern(pattern: string): Compiling<(text: string) => Fault> {
  try {
    const expression = new RegExp(pattern, 'u');
    return { ok: true, value: (text) => (expression.test(text) ? null : 'no-match') };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // The engine repeats the whole pattern before it says what is wrong.
    return { ok: false, problem: message.replace(/^Invalid regular expression: .*: /s, '') };
  }
}
