import type { GoldenFields } from '../../core/evaluation/run/evaluation-plan.ts';

/** A case as `tidegate eval run` asks it. */
export interface EvaluationCase {
  readonly id: string;
  /** Any JSON value but null. */
  readonly input: unknown;
  /** Null where the author named none. */
  readonly expected: unknown;
  readonly tags: readonly string[];
  readonly weight: number;
  /** Every other field. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** From 0. */
  readonly position: number;
}

export type ReadCase =
  | { readonly isCase: true; readonly case: EvaluationCase }
  /** `message` completes a sentence that begins with the line. */
  | { readonly isCase: false; readonly message: string };

/** Makes a case of a row. From tables of text, tags are split at `;` and a weight is read as a number. */
export const readCase = (
  row: Readonly<Record<string, unknown>>,
  names: GoldenFields,
  position: number,
): ReadCase => {
  const refuse = (message: string): ReadCase => ({ isCase: false, message });
  const own = (name: string): unknown => (Object.hasOwn(row, name) ? row[name] : undefined);
  const id = own(names.id);
  const input = own(names.input);
  if (id === undefined || id === null) return refuse(missing(names.id, row));
  if (!(typeof id === 'string' ? id !== '' : Number.isSafeInteger(id)))
    return refuse(`has an ${JSON.stringify(names.id)} that is neither a text nor a whole number`);
  if (input === undefined || input === null) return refuse(missing(names.input, row));
  const tags = tagsOf(own(names.tags));
  if (tags === null) return refuse(`has ${JSON.stringify(names.tags)} that are not a list of texts`);
  const weight = weightOf(own(names.weight));
  if (weight === null) return refuse(`has a ${JSON.stringify(names.weight)} that is not a number above 0`);
  const known = new Set(Object.values(names));
  const { metadata: nested, ...others } = Object.fromEntries(
    Object.entries(row).filter(([key]) => !known.has(key)),
  );
  const isMap = typeof nested === 'object' && nested !== null && !Array.isArray(nested);
  const metadata = { ...(isMap ? nested : nested === undefined ? {} : { metadata: nested }), ...others };
  return {
    isCase: true,
    case: { id: String(id), input, expected: own(names.expected) ?? null, tags, weight, metadata, position },
  };
};

const missing = (name: string, row: Readonly<Record<string, unknown>>): string => {
  if (Object.hasOwn(row, name)) return `has ${JSON.stringify(name)}, which is null`;
  const there = Object.keys(row).slice(0, 8);
  const has = there.length === 0 ? '' : ` (it has ${there.map((key) => JSON.stringify(key)).join(', ')})`;
  return `has no ${JSON.stringify(name)}${has}`;
};

const tagsOf = (value: unknown): readonly string[] | null => {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string')
    return value
      .split(';')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '');
  return Array.isArray(value) && value.every((tag): tag is string => typeof tag === 'string') ? value : null;
};

const weightOf = (value: unknown): number | null => {
  if (value === undefined || value === null) return 1;
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && number > 0 && Number.isFinite(number) ? number : null;
};
