import type { ColumnType } from './data-schema.ts';

const INTEGER = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** A value of its type: timestamps as milliseconds since 1970. Null: it is not of this type. */
export type CellValue = string | number | boolean | object | null;

/**
 * Reads one value that is there. In files that know no types (`isText`, such as CSV) a number is what looks like one; elsewhere "12" is a
 * text and no number, except for whole numbers that are too large to be exact otherwise.
 */
export const readCell = (value: unknown, type: ColumnType, isText: boolean): CellValue => {
  switch (type) {
    case 'any':
      return value as CellValue;
    case 'string':
      return typeof value === 'string' ? value : null;
    case 'boolean':
      if (typeof value === 'boolean') return value;
      return isText && /^(true|false)$/i.test(String(value)) ? /^t/i.test(String(value)) : null;
    case 'integer':
      if (typeof value === 'number') return Number.isInteger(value) ? value : null;
      return typeof value === 'string' && INTEGER.test(value) && (isText || value.length > 15)
        ? Number(value)
        : null;
    case 'number':
      if (typeof value === 'number') return Number.isFinite(value) ? value : null;
      return typeof value === 'string' && isText && NUMBER.test(value) ? Number(value) : null;
    case 'timestamp':
      return typeof value === 'string' ? timestampMs(value) : null;
  }
};

const timestampMs = (text: string): number | null => {
  const found = TIMESTAMP.exec(text);
  if (found === null) return null;
  const zone = found[1] === undefined || found[4] !== undefined ? '' : 'Z';
  const ms = Date.parse(text.replace(' ', 'T') + zone);
  // Date.parse takes 30 February for a day in March.
  if (
    Number.isNaN(ms) ||
    new Date(`${text.slice(0, 10)}T00:00Z`).toISOString().slice(0, 10) !== text.slice(0, 10)
  )
    return null;
  return ms;
};
