import { jsonFaultColumn } from './json-fault-column.ts';

export type ParsedObject =
  | { readonly isObject: true; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly isObject: false; readonly message: string; readonly column?: number };

/** One line that should hold a JSON object. `message` completes a sentence that begins with the line; `column` counts from 1. */
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
