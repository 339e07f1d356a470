import type { ColumnRule, DataSchema } from '../core/data-schema/data-schema.ts';

/** A schema as people write it, without what is so by default; what the reader of data schemas takes. */
export const writeDataSchema = ({ rows, nullWords, columns, otherColumns }: DataSchema) => ({
  ...(rows.least === 1 && rows.most === Number.POSITIVE_INFINITY
    ? {}
    : { rows: { min: rows.least, ...(Number.isFinite(rows.most) ? { max: rows.most } : {}) } }),
  ...(nullWords.length === 0 ? {} : { nullWords }),
  columns: Object.fromEntries(columns.map((rule) => [rule.name, writeColumn(rule)])),
  ...(otherColumns === 'allow' ? {} : { otherColumns }),
});

const writeColumn = (rule: ColumnRule): Readonly<Record<string, unknown>> => {
  const all = {
    type: rule.type,
    nulls: rule.mostNullsShare === 0 ? null : `${Number((rule.mostNullsShare * 100).toPrecision(12))}%`,
    min: rule.least,
    max: rule.greatest,
    minLength: rule.leastLength,
    maxLength: rule.mostLength,
    pattern: rule.pattern,
    oneOf: rule.oneOf,
    unique: rule.isUnique ? true : null,
    newestWithin: inUnit(rule.newestWithinMs),
    within: inUnit(rule.eachWithinMs),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
};

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

const inUnit = (ms: number | null): string | null => {
  if (ms === null) return null;
  const [unit, size] = UNITS.find(([, each]) => ms % each === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
};
