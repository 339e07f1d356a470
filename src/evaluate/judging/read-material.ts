import type { ScorerSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import type { ContextPlace, JudgeMethod } from '../../core/judging/judge-method.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import { atPointer } from '../json-pointer.ts';
import { deriveInput } from '../scoring/derive-input.ts';
import type { JudgedMaterial } from './judge-once.ts';

export type ReadMaterial = { readonly kind: 'material'; readonly material: JudgedMaterial } | Unreadable;

type Unreadable = { readonly kind: 'failed'; readonly detail: string; readonly isOfAnswer?: true };

type Place = Pick<ScorerSpec, 'from' | 'expected' | 'group' | 'positive'>;

/** What a judge is shown of a case and an output. `beside`: the other side's output; undefined where there is none. */
export const readMaterial = (
  spec: Place,
  { task, context }: Pick<JudgeMethod, 'task' | 'context'>,
  one: EvaluationCase,
  output: unknown,
  beside: unknown,
): ReadMaterial => {
  const read = textAt(spec, one, output);
  if (typeof read === 'object') return read;
  const documents = context === null ? null : documentsAt(context, one, output);
  if (documents === undefined)
    return {
      kind: 'failed',
      detail: `the ${context?.in} has no context at ${context?.pointer}`,
      ...(context?.in === 'case' ? {} : ({ isOfAnswer: true } as const)),
    };
  const { references } = referencesOf(spec, one, output);
  let other: string | null = null;
  if (task.kind === 'pairwise') {
    const given = task.other === null ? beside : atPointer(one, task.other);
    const text = given === undefined || given === null ? null : textAt(spec, one, given, task.other === null);
    if (typeof text === 'object' && text !== null) return text;
    other = text;
  }
  return {
    kind: 'material',
    material: {
      request: asText(one.input),
      answer: read,
      // What the answer is compared with is no reference beside it.
      reference:
        references.length === 0 || (task.kind === 'pairwise' && task.other === spec.expected)
          ? null
          : references.join('\n\nor\n\n'),
      context: documents,
      other,
    },
  };
};

const referencesOf = (spec: Place, one: EvaluationCase, output: unknown) => {
  const derived = deriveInput('text', spec, one, output, false);
  return derived.kind === 'input'
    ? (derived.input as { readonly output: string; readonly references: readonly string[] })
    : { output: '', references: [] };
};

const textAt = (spec: Place, one: EvaluationCase, output: unknown, isOutput = true): string | Unreadable => {
  const derived = deriveInput('text', isOutput ? spec : { ...spec, from: '' }, one, output, false);
  if (derived.kind === 'input') return (derived.input as { readonly output: string }).output;
  return derived.kind === 'unfit'
    ? { ...derived, kind: 'failed' }
    : { kind: 'failed', detail: 'there is nothing to judge' };
};

/** Undefined where there is nothing. A document is a text, or an object with its `text` or `content`. */
const documentsAt = (
  { in: where, pointer }: ContextPlace,
  one: EvaluationCase,
  output: unknown,
): readonly string[] | undefined => {
  const found = atPointer(where === 'case' ? one : asJson(output), pointer);
  if (found === undefined || found === null) return undefined;
  return (Array.isArray(found) ? found : [found]).map(documentText);
};

const documentText = (document: unknown): string => {
  const { text, content } = (typeof document === 'object' && document !== null ? document : {}) as {
    readonly text?: unknown;
    readonly content?: unknown;
  };
  return asText(typeof text === 'string' ? text : typeof content === 'string' ? content : document);
};

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const asJson = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
};
