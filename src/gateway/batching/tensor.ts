import { membersOf, type Span, textOf } from './json-text.ts';

/** An input or output of the Open Inference Protocol, as text that can be put elsewhere. */
export interface Tensor {
  /** The length of its first dimension. */
  readonly rows: number;
  readonly rest: readonly number[];
  /** Everything but shape and data, as it was written, in a fixed order. */
  readonly about: string;
  /** The array of `data`, brackets included. */
  readonly data: Span;
  /** Elements of that array for each row: one where it is nested, and otherwise as many as the row has values. */
  readonly perRow: number;
  readonly isNested: boolean;
}

const KNOWN = new Set(['name', 'shape', 'datatype', 'parameters', 'data']);

/**
 * Reads the tensor that stands at `at` of a valid JSON text, not too deep, and has been parsed to `value`. Null for what cannot be put together with
 * others, or taken apart: data in binary or elsewhere, unknown members, and data of another size than the shape says, which would
 * push the rows of others out of their places.
 */
export function readTensor(text: string, at: number, value: unknown): Tensor | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { name, shape, datatype, data } = value as Record<string, unknown>;
  if (typeof name !== 'string' || typeof datatype !== 'string') return null;
  if (!isShape(shape) || !Array.isArray(data)) return null;
  const members = membersOf(text, at);
  if (members === null) return null;
  let about = '';
  for (const [member, span] of [...members].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!KNOWN.has(member)) return null;
    if (member !== 'shape' && member !== 'data') about += `,${JSON.stringify(member)}:${textOf(text, span)}`;
  }
  const [rows = 0, ...rest] = shape;
  const size = rest.reduce((product, length) => product * length, rows);
  const isNested = Array.isArray(data[0]);
  if (rows < 1 || (isNested ? data.length !== rows : data.length !== size)) return null;
  if (
    isNested ? !data.every((row) => leavesOf(row) * rows === size && Array.isArray(row)) : data.some(isArray)
  )
    return null;
  return { rows, rest, about, data: members.get('data')!, perRow: isNested ? 1 : size / rows, isNested };
}

const isArray = (value: unknown): boolean => Array.isArray(value);

const isShape = (value: unknown): value is number[] =>
  Array.isArray(value) &&
  value.length >= 1 &&
  value.length <= 16 &&
  value.every((length) => Number.isSafeInteger(length) && (length as number) >= 0);

const leavesOf = (value: unknown): number =>
  Array.isArray(value) ? value.reduce((sum: number, one) => sum + leavesOf(one), 0) : 1;
