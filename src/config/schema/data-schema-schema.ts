import { z } from 'zod';
import type { ColumnRule, DataSchema } from '../../core/data-schema/data-schema.ts';
import { compilePattern } from '../../core/scorers/text/pattern/compile-pattern.ts';
import { PERCENT_PATTERN, readShare } from '../scalars/share.ts';
import { duration } from './duration.ts';
import { choice, count, flag, scalar, sentence } from './scalar.ts';

const MOST_ROWS = 1_000_000_000_000;

const nulls = () =>
  scalar<number>((value) => readShare(value), {
    type: ['string', 'number'],
    pattern: PERCENT_PATTERN,
    minimum: 0,
    exclusiveMaximum: 1,
  });

const age = () => duration({ zero: false });

const column = z.strictObject({
  type: choice(['string', 'integer', 'number', 'boolean', 'timestamp', 'any']).describe(
    'Timestamps are ISO 8601, in UTC where no zone is written. `any` is not held to a type.',
  ),
  nulls: nulls()
    .prefault(0)
    .describe('Part of the rows that may have nothing here, such as 5%. Default: none.'),
  min: z.number().optional().describe('Of integers and numbers.'),
  max: z.number().optional().describe('Of integers and numbers.'),
  minLength: count(0, MOST_ROWS).optional().describe('Of strings, in characters.'),
  maxLength: count(0, MOST_ROWS).optional().describe('Of strings, in characters.'),
  pattern: sentence('a pattern', 1000)
    .optional()
    .describe('A regular expression that some part of a string must match; `^` and `$` for all of it.'),
  oneOf: z
    .array(z.union([z.string(), z.number(), z.boolean()]))
    .min(1)
    .max(10_000)
    .optional()
    .describe('The values there may be.'),
  unique: flag().prefault(false).describe('No value stands in two rows.'),
  newestWithin: age().optional().describe('How old the newest timestamp may be, such as 2d.'),
  within: age().optional().describe('How old each timestamp may be, such as 365d.'),
});

type WrittenColumn = z.output<typeof column>;

/** Keys that mean something for some types only. */
const ONLY_FOR: Readonly<Record<string, readonly WrittenColumn['type'][]>> = {
  min: ['integer', 'number'],
  max: ['integer', 'number'],
  minLength: ['string'],
  maxLength: ['string'],
  pattern: ['string'],
  newestWithin: ['timestamp'],
  within: ['timestamp'],
};

const PATTERN_PROBLEMS = {
  syntax: 'it is not a regular expression',
  lookaround: 'lookahead and lookbehind are not supported',
  backreference: 'references back to a group are not supported',
  modifiers: 'modifiers inside a group are not supported',
  'too-large': 'it is too large',
} as const;

const patternProblem = (pattern: string): string | null => {
  const options = { ignoreCase: false, multiline: false, dotAll: false, whole: false };
  const compiled = compilePattern(pattern, options);
  return compiled.isCompiled ? null : PATTERN_PROBLEMS[compiled.reason];
};

/** What is wrong with a column, by key. */
const columnProblems = (given: WrittenColumn): [key: string, message: string][] => {
  const found: [string, string][] = [];
  for (const [key, types] of Object.entries(ONLY_FOR)) {
    if (given[key as keyof WrittenColumn] === undefined || types.includes(given.type)) continue;
    found.push([key, `${key} is for a column of type ${types.join(' or ')}, and this one is ${given.type}`]);
  }
  const { min, max, minLength, maxLength, pattern } = given;
  if (min !== undefined && max !== undefined && min > max) found.push(['max', `${max} is less than min`]);
  if (minLength !== undefined && maxLength !== undefined && minLength > maxLength)
    found.push(['maxLength', `${maxLength} is less than minLength`]);
  const problem = pattern === undefined ? null : patternProblem(pattern);
  if (problem !== null) found.push(['pattern', problem]);
  return found;
};

const toRule = (name: string, given: WrittenColumn): ColumnRule => ({
  name,
  type: given.type,
  mostNullsShare: given.nulls,
  least: given.min ?? null,
  greatest: given.max ?? null,
  leastLength: given.minLength ?? null,
  mostLength: given.maxLength ?? null,
  pattern: given.pattern ?? null,
  oneOf: given.oneOf ?? null,
  isUnique: given.unique,
  newestWithinMs: given.newestWithin ?? null,
  eachWithinMs: given.within ?? null,
});

/** The file that `tidegate data check` takes. */
export const dataSchemaSchema = z
  .strictObject({
    rows: z
      .strictObject({
        min: count(0, MOST_ROWS).prefault(1).describe('Fewer rows are a fault.'),
        max: count(0, MOST_ROWS).optional().describe('More rows are a fault. Default: as many as there are.'),
      })
      .prefault({})
      .describe('How many rows there may be.'),
    nullWords: z
      .array(z.string())
      .max(100)
      .prefault([])
      .describe('Texts that stand for nothing, such as NA. A field that is empty in a CSV file always does.'),
    columns: z.record(z.string(), column).describe('By name, as in the header of a CSV file.'),
    otherColumns: choice(['allow', 'refuse'])
      .prefault('allow')
      .describe('What to make of columns that are not named here.'),
  })
  .superRefine(({ rows, columns }, context) => {
    const issue = (message: string, path: string[]): void =>
      context.addIssue({ code: 'custom', message, path, params: {} });
    if (rows.max !== undefined && rows.max < rows.min) issue(`${rows.max} is less than min`, ['rows', 'max']);
    for (const [name, given] of Object.entries(columns))
      for (const [key, message] of columnProblems(given)) issue(message, ['columns', name, key]);
  })
  .transform(
    ({ rows, nullWords, columns, otherColumns }): DataSchema => ({
      rows: { least: rows.min, most: rows.max ?? Number.POSITIVE_INFINITY },
      nullWords,
      columns: Object.entries(columns).map(([name, given]) => toRule(name, given)),
      otherColumns,
    }),
  );
