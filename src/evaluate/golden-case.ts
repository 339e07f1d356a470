import { jsonFaultColumn } from './json-fault-column.ts';

/** One line of a golden set. Fields other than these are the author's own and are passed over. */
export interface GoldenCase {
  readonly id: string;
  /** Any JSON value but null; goes into the request in place of `${input}`. */
  readonly input: unknown;
  /** The right label, as text: numbers and booleans are compared by how JSON writes them. */
  readonly expected: string;
  readonly tags: readonly string[];
  readonly weight: number;
}

export type ParsedLine =
  | { readonly isCase: true; readonly case: GoldenCase }
  /** `message` completes a sentence that begins with the line; `column` counts from 1. */
  | { readonly isCase: false; readonly message: string; readonly column?: number };

export type ParsedObject =
  | { readonly isObject: true; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly isObject: false; readonly message: string; readonly column?: number };

/** One line that should hold a JSON object. `message` and `column` as in `ParsedLine`. */
export const parseObjectLine = (text: string): ParsedObject => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const detail = error instanceof SyntaxError ? error.message : String(error);
    const column = jsonFaultColumn(text);
    const reason = detail.replace(/ (in JSON )?at position.*$/, '').replace(/, ?(\.{3})?".*$/s, '');
    return {
      isObject: false,
      message: `is not valid JSON: ${reason}`,
      ...(column === null ? {} : { column }),
    };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { isObject: false, message: 'is not a JSON object' };
  }
  return { isObject: true, fields: value as Record<string, unknown> };
};

export const parseGoldenLine = (text: string): ParsedLine => {
  const parsed = parseObjectLine(text);
  if (!parsed.isObject) {
    const { message, column } = parsed;
    return { isCase: false, message, ...(column === undefined ? {} : { column }) };
  }
  const { fields } = parsed;
  const { id, input, tags = [], weight = 1 } = fields;
  if (id === undefined) return refuse('has no "id"');
  if (typeof id !== 'string' || id === '') return refuse('has an "id" that is not a non-empty string');
  if (input === undefined) return refuse('has no "input"');
  if (input === null) return refuse('has a null "input"');
  if (fields.expected === undefined) return refuse('has no "expected"');
  const expected = labelOf(fields.expected);
  if (expected === null || expected === '') {
    return refuse('has an "expected" that is not a label (a non-empty string, a number, true or false)');
  }
  if (!Array.isArray(tags) || !tags.every((tag): tag is string => typeof tag === 'string')) {
    return refuse('has "tags" that are not a list of strings');
  }
  if (typeof weight !== 'number' || !(weight > 0 && Number.isFinite(weight))) {
    return refuse('has a "weight" that is not a number above 0');
  }
  return { isCase: true, case: { id, input, expected, tags, weight } };
};

const refuse = (message: string): ParsedLine => ({ isCase: false, message });

/** A label as text; null for what cannot be one. */
export const labelOf = (value: unknown): string | null => {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  return null;
};
