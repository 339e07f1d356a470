import type { parse } from '@bufbuild/cel';

type Expression = NonNullable<ReturnType<typeof parse>['expr']>;

const TYPES = ['bool', 'bytes', 'double', 'int', 'list', 'map', 'null_type', 'string', 'type', 'uint'];
/** Root of the qualified names of message types. */
const PACKAGES = ['google'];

export interface KnownNames {
  readonly variables: readonly string[];
  readonly hasFunction: (name: string) => boolean;
}

/**
 * The first variable or function of an expression that nothing will ever define, in words; null when there is none. CEL finds
 * out only when it gets there, and a check that can never pass would blame the answers.
 */
export function unknownName(expression: Expression | undefined, known: KnownNames): string | null {
  return find(expression, new Set([...known.variables, ...TYPES, ...PACKAGES]), known);
}

function find(
  expression: Expression | undefined,
  names: ReadonlySet<string>,
  known: KnownNames,
): string | null {
  if (expression === undefined) return null;
  const among = (parts: readonly (Expression | undefined)[]): string | null => {
    for (const part of parts) {
      const found = find(part, names, known);
      if (found !== null) return found;
    }
    return null;
  };
  const { exprKind: kind } = expression;
  switch (kind.case) {
    case 'identExpr': {
      const { name } = kind.value;
      if (names.has(name)) return null;
      return `there is no "${name}" (there are ${known.variables.join(', ')})`;
    }
    case 'selectExpr':
      return among([kind.value.operand]);
    case 'callExpr': {
      const { function: name, target, args } = kind.value;
      // Operators have names such as `_+_`, which nobody can write.
      if (/^[A-Za-z]/.test(name) && !known.hasFunction(name)) return `there is no function "${name}"`;
      return among([target, ...args]);
    }
    case 'listExpr':
      return among(kind.value.elements);
    case 'structExpr':
      return among(
        kind.value.entries.flatMap(({ keyKind, value }) =>
          keyKind.case === 'mapKey' ? [keyKind.value, value] : [value],
        ),
      );
    case 'comprehensionExpr': {
      const { accuVar, iterVar, iterVar2, accuInit, iterRange, loopCondition, loopStep, result } = kind.value;
      const outer = among([iterRange, accuInit]);
      if (outer !== null) return outer;
      const inner = new Set([...names, accuVar, iterVar, iterVar2]);
      for (const part of [loopCondition, loopStep, result]) {
        const found = find(part, inner, known);
        if (found !== null) return found;
      }
      return null;
    }
    default:
      return null;
  }
}
