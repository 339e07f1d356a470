import type { RunLine } from '../../core/evaluation/run/run-record.ts';

export type ParsedLine =
  | { readonly kind: 'line'; readonly line: RunLine }
  /** Not JSON: a line that was being written when its writer ended. */
  | { readonly kind: 'torn' }
  | { readonly kind: 'foreign'; readonly problem: string };

/** One line of a run file. What the renderers rely on is checked, so that a file that is none is named and not half shown. */
export const parseRunLine = (text: string): ParsedLine => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'torn' };
  }
  const problem = problemOf(value);
  // The check below is what justifies the cast.
  return problem === null ? { kind: 'line', line: value as RunLine } : { kind: 'foreign', problem };
};

const problemOf = (value: unknown): string | null => {
  if (!isRecord(value)) return 'is not an object';
  switch (value.kind) {
    case 'run':
      if (value.schema !== 1) return `has the schema ${shown(value.schema)}, and this Tidegate reads 1`;
      return missing(value, {
        id: isText,
        name: isText,
        startedAt: isText,
        metrics: isList,
        golden: isRecord,
        terms: (terms) => terms === undefined || (isRecord(terms) && isList(terms.passedBy)),
      });
    case 'case':
      return (
        missing(value, {
          id: isText,
          tags: isList,
          weight: isNumber,
          metadata: isRecord,
          candidate: isList,
          baseline: isList,
        }) ?? answersProblem([...(value.candidate as unknown[]), ...(value.baseline as unknown[])])
      );
    case 'part':
      return (
        missing(value, { id: isText, position: isNumber, candidate: isList, baseline: isList }) ??
        answersProblem([...(value.candidate as unknown[]), ...(value.baseline as unknown[])])
      );
    case 'summary':
      return missing(value, {
        endedAt: isText,
        verdict: isText,
        metrics: isList,
        requirements: isList,
        notes: isList,
        repeats: (repeats) => repeats === undefined || (isRecord(repeats) && isRecord(repeats.classes)),
      });
    default:
      return `is of the kind ${shown(value.kind)}`;
  }
};

const answersProblem = (answers: readonly unknown[]): string | null => {
  for (const answer of answers) {
    if (!isRecord(answer)) return 'has an answer that is not an object';
    if (answer.kind === 'answer') {
      if (!isRecord(answer.scores) || !isRecord(answer.reasons)) return 'has an answer without scores';
      const failures = answer.failures ?? {};
      if (!isRecord(failures) || !Object.values(failures).every((one) => isRecord(one) && isText(one.detail)))
        return 'has an answer with failures that are none';
    } else if (answer.kind !== 'error' || !isText(answer.reason)) return 'has an answer of no known kind';
  }
  return null;
};

type Check = (value: unknown) => boolean;

const missing = (value: Readonly<Record<string, unknown>>, checks: Readonly<Record<string, Check>>) => {
  const wrong = Object.entries(checks).find(([name, isRight]) => !isRight(value[name]));
  return wrong === undefined ? null : `has no valid \`${wrong[0]}\``;
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isList: Check = Array.isArray;

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 40) ?? 'undefined';
