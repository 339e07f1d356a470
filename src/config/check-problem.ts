import { compileExpression } from '../gateway/checks/compile/compile-expression.ts';
import { compilePattern } from '../gateway/checks/compile/compile-pattern.ts';
import { compileSchema } from '../gateway/checks/compile/compile-schema.ts';
import { isRefusedUrl } from '../gateway/checks/refused-address.ts';

/**
 * What is wrong with one source of an output check or an address a gateway is to ask, as a phrase; null when a gateway can use it. They are the
 * gateway's own functions, so that what passes here is what runs there.
 */
export const checkProblem = {
  schema: (schema: unknown): string | null => problemOf(compileSchema(schema)),
  pattern: (pattern: string): string | null => problemOf(compilePattern(pattern)),
  expression: (expression: string): string | null => problemOf(compileExpression(expression)),
  address: (url: string): string | null =>
    isRefusedUrl(url) ? 'a link-local or metadata address, which gateways do not ask' : null,
} as const;

const problemOf = (
  compiling: { readonly ok: true } | { readonly ok: false; readonly problem: string },
): string | null => (compiling.ok ? null : compiling.problem);
