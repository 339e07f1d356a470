import type { EvaluationCase } from '../golden/evaluation-case.ts';

export type Filled =
  | { readonly isFilled: true; readonly value: unknown }
  /** The placeholder that this case has nothing for. */
  | { readonly isFilled: false; readonly missing: string };

const PLACEHOLDER = /\$(\$?)\{([A-Za-z_][^{}]*)\}/g;
const WHOLE = /^\$\{([A-Za-z_][^{}]*)\}$/;

/**
 * Fills `${input}`, `${input.member.0}`, `${id}`, `${tags}` and `${metadata.field}` into any JSON. A text that is one placeholder and
 * nothing else becomes the value, of whatever type; inside a longer text, values that are no texts become JSON. `$${input}` stands for
 * itself without the first sign. Keys stay as they are.
 */
export const fillTemplate = (template: unknown, one: EvaluationCase): Filled => {
  let missing: string | null = null;
  const look = (path: string): unknown => {
    const value = valueAt(one, path);
    if (value === undefined) missing ??= path;
    return value;
  };
  const fill = (part: unknown): unknown => {
    if (typeof part === 'string') {
      const whole = WHOLE.exec(part)?.[1];
      if (whole !== undefined) return look(whole);
      return part.replace(PLACEHOLDER, (text, escaped: string, path: string) =>
        escaped === '' ? textOf(look(path)) : text.slice(1),
      );
    }
    if (Array.isArray(part)) return part.map(fill);
    if (typeof part === 'object' && part !== null)
      return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, fill(inner)]));
    return part;
  };
  const value = fill(template);
  return missing === null ? { isFilled: true, value } : { isFilled: false, missing };
};

/** The same inside an address, where values are percent-encoded. */
export const fillAddress = (template: string, one: EvaluationCase): Filled => {
  let missing: string | null = null;
  const value = template.replace(PLACEHOLDER, (text, escaped: string, path: string) => {
    if (escaped !== '') return text.slice(1);
    const found = valueAt(one, path);
    if (found === undefined) missing ??= path;
    return encodeURIComponent(textOf(found).toWellFormed());
  });
  return missing === null ? { isFilled: true, value } : { isFilled: false, missing };
};

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

/** `expected` is out of reach: a request must not hold the answer. */
const valueAt = ({ id, input, tags, metadata }: EvaluationCase, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (value, step) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, step)
          ? (value as Record<string, unknown>)[step]
          : undefined,
      { id, input, tags, metadata },
    );
