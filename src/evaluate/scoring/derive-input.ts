import type { ScorerSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import type { InputKind, ScorerInputs } from '../../core/scorers/scorer-inputs.ts';
import type { ToolCall } from '../../core/scorers/tool-calls/tool-call.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import { isNestedDeeper } from '../is-nested-deeper.ts';
import { atPointer } from '../json-pointer.ts';
import { labelOf } from '../label-of.ts';

export type Derived<Kind extends InputKind = InputKind> =
  | { readonly kind: 'input'; readonly input: ScorerInputs[Kind] }
  /** The case says nothing about what would be right, so it has no score. */
  | { readonly kind: 'undefined' }
  /** The case, or the answer (`isOfAnswer`), is not of the kind that the scorer looks at. */
  | { readonly kind: 'unfit'; readonly detail: string; readonly isOfAnswer?: true };

type Place = Pick<ScorerSpec, 'from' | 'expected' | 'group' | 'positive'>;

/**
 * What a scorer of a kind looks at, out of a case and an output. `from` leads into the output (a text that is JSON is read first),
 * `expected` into the case. `needsReference`: whether a text without a reference has a score.
 */
export const deriveInput = (
  kind: InputKind,
  spec: Place,
  one: EvaluationCase,
  output: unknown,
  needsReference = true,
): Derived => {
  const expected = atPointer(one, spec.expected) ?? null;
  const given = spec.from === '' ? output : atPointer(asJson(output), spec.from);
  if (given === undefined) return unfitAnswer(`the output has nothing at ${spec.from}`);
  if (expected === null && kind !== 'output' && (kind !== 'text' || needsReference))
    return { kind: 'undefined' };
  switch (kind) {
    case 'output':
      return input({ output: textOf(given) });
    case 'text':
      return input({ output: textOf(given), references: referencesOf(expected) });
    case 'json':
      return input({ output: typeof given === 'string' ? given : textOf(given), expected });
    case 'label':
      return withLabel(expected, (label) => input({ expected: label, answered: answeredLabel(given) }));
    case 'number': {
      const [right, answered] = [numberOf(expected), numberOf(given)];
      if (right === null) return unfit('what is expected is no number');
      return answered === null
        ? unfitAnswer(`${shown(given)} is no number`)
        : input({ expected: right, answered });
    }
    case 'probability': {
      const probability = numberOf(given);
      if (probability === null) return unfitAnswer(`${shown(given)} is no number`);
      return input({ isPositive: isYes(expected, spec.positive), probability });
    }
    case 'class-probabilities':
      return withLabel(expected, (label) => {
        const probabilities = mapOf(asJson(given));
        if (
          probabilities === null ||
          !Object.values(probabilities).every((value) => typeof value === 'number')
        )
          return unfitAnswer('the output is no map from labels to numbers');
        return input({ expected: label, probabilities: probabilities as Record<string, number> });
      });
    case 'ranking': {
      const ranked = documentsOf(asJson(given));
      const relevance = gradesOf(expected);
      if (relevance === null)
        return unfit('what is expected is neither a list of documents nor a map of grades');
      return ranked === null
        ? unfitAnswer('the output is no list of documents')
        : input({ ranked, relevance });
    }
    case 'group': {
      const group = labelOf(spec.group === null ? null : atPointer(one, spec.group));
      if (group === null) return unfit(`the case has no group at ${spec.group}`);
      const deserved = isYes(expected, spec.positive);
      return input({ group, deserved, selected: isYes(given, spec.positive) });
    }
    case 'tool-calls': {
      const [right, called] = [callsOf(expected), callsOf(given)];
      if (right === null) return unfit('what is expected is no list of tool calls');
      return input({ expected: right, called: called ?? [] });
    }
  }
};

const input = (value: ScorerInputs[InputKind]): Derived => ({ kind: 'input', input: value });
const unfit = (detail: string): Derived => ({ kind: 'unfit', detail });

const unfitAnswer = (detail: string): Derived => ({ kind: 'unfit', detail, isOfAnswer: true });

const withLabel = (expected: unknown, then: (label: string) => Derived): Derived => {
  const label = labelOf(expected);
  return label === null ? unfit('what is expected is no label') : then(label);
};

/** An output as text; of a message with tool calls its words. */
const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const { content, tool_calls: calls } = mapOf(value) ?? {};
  if (calls !== undefined && typeof content === 'string') return content;
  return value === null || value === undefined ? '' : JSON.stringify(value);
};

const referencesOf = (expected: unknown): string[] =>
  expected === null ? [] : (Array.isArray(expected) ? expected : [expected]).map(textOf);

/** What is no label is never right, rather than a fault: the model was asked for one. */
const answeredLabel = (given: unknown): string | null => labelOf(given)?.trim() ?? null;

const numberOf = (value: unknown): number | null => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
};

const isYes = (value: unknown, positive: string | null): boolean => {
  const label = labelOf(value)?.trim() ?? '';
  return positive === null ? /^(true|1|yes)$/i.test(label) : label === positive;
};

const asJson = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  try {
    const read: unknown = JSON.parse(value);
    return isNestedDeeper(read) ? value : read;
  } catch {
    return value;
  }
};

const mapOf = (value: unknown): Readonly<Record<string, unknown>> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;

/** Names of documents, or objects with an `id`. */
const documentsOf = (value: unknown): string[] | null => {
  if (!Array.isArray(value)) return null;
  const names = value.map((one) => labelOf(mapOf(one)?.id ?? one));
  return names.every((name) => name !== null) ? names : null;
};

/** A list of documents, each with grade 1, or grades by document. */
const gradesOf = (value: unknown): Record<string, number> | null => {
  const documents = documentsOf(value);
  if (documents !== null) return Object.fromEntries(documents.map((document) => [document, 1]));
  const grades = mapOf(value);
  return grades !== null && Object.values(grades).every((grade) => typeof grade === 'number')
    ? (grades as Record<string, number>)
    : null;
};

/** `[{name, arguments}]`, or as OpenAI writes them (`function`, arguments as text), alone or under `tool_calls`. */
const callsOf = (value: unknown): ToolCall[] | null => {
  const list = asJson(value);
  const calls = Array.isArray(list) ? list : mapOf(list)?.tool_calls;
  if (!Array.isArray(calls)) return null;
  const read = calls.map((call): ToolCall | null => {
    const { name, arguments: given } = mapOf(mapOf(call)?.function) ?? mapOf(call) ?? {};
    if (typeof name !== 'string') return null;
    if (typeof given !== 'string') return { name, arguments: given ?? {} };
    try {
      return { name, arguments: JSON.parse(given) };
    } catch {
      return { name, arguments: null };
    }
  });
  return read.every((call) => call !== null) ? read : null;
};

const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? 'nothing');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};
