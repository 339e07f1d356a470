import { createRequire } from 'node:module';
import type { CelInput, CelResult, celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import type { strings } from '@bufbuild/cel/ext';
import type { Compiling, Fault } from './compiled-check.ts';
import { unknownName } from './unknown-name.ts';

// Loading it takes longer than most commands; only who has an expression pays.
const load = createRequire(import.meta.url);

interface Cel {
  readonly celEnv: typeof celEnv;
  readonly parse: typeof parse;
  readonly plan: typeof plan;
  readonly isCelError: typeof isCelError;
}

/** What an expression sees. */
export interface ExpressionInput {
  /** The parsed answer; its text when it is no JSON. */
  readonly answer: unknown;
  readonly status: number;
  readonly text: string;
}

const NAMES = ['answer', 'status', 'text'];
/** Functions that CEL's planner knows without a definition. */
const PLANNED = ['type', 'dyn'];

/**
 * Compiles a CEL expression over `answer`, `status` and `text`, with the functions of CEL's standard library and its string
 * extension. Only `true` passes: another value, or an error such as a missing field, is a fault of the answer.
 */
export function compileExpression(expression: string): Compiling<(input: ExpressionInput) => Fault> {
  const cel = load('@bufbuild/cel') as Cel;
  const { strings: functions } = load('@bufbuild/cel/ext') as { strings: typeof strings };
  const env = cel.celEnv({ funcs: functions });
  let run: (bindings: Record<string, CelInput>) => CelResult;
  try {
    const parsed = cel.parse(expression);
    const unknown = unknownName(parsed.expr, {
      variables: NAMES,
      hasFunction: (name) => PLANNED.includes(name) || env.funcs.find(name) !== undefined,
    });
    if (unknown !== null) return { ok: false, problem: unknown };
    run = cel.plan(env, parsed);
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, problem: 'it is nested too deeply' };
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: message.replace(/^<input>:(\d+):(\d+): /, 'line $1, column $2: ') };
  }
  return {
    ok: true,
    value({ answer, status, text }) {
      const result = run({ answer: answer as CelInput, status: BigInt(status), text });
      if (result === true) return null;
      return cel.isCelError(result) ? 'expression-failed' : 'not-true';
    },
  };
}
