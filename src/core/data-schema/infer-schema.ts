import { shareInterval } from '../evaluation/share-interval.ts';
import type { ColumnRule, ColumnType, DataRow, DataSchema } from './data-schema.ts';
import { fingerprintSet } from './fingerprint-set.ts';
import { readCell } from './read-cell.ts';

export interface Inference {
  readonly add: (row: DataRow) => void;
  readonly finish: () => DataSchema;
}

/** With more different values than this a column is no list of categories. */
const MOST_CATEGORIES = 20;
/** A category must have been seen so often on average, and as many rows must differ before a column is taken for a key. */
const LEAST_REPEATS = 10;
const LEAST_FOR_UNIQUE = 100;
/** Longer texts may all differ and still be no keys. */
const LONGEST_KEY = 64;

/**
 * A schema that the rows given satisfy, with room for more of their kind: numbers may lie as far outside what was seen as that is wide (but
 * keep their sign, and stay within 0 to 1 where all of them do), texts be twice as long, and nulls be as many as the 95 % interval allows. What is at most 20 different values,
 * each seen ten times on average, is taken for a list of categories; 100 different short texts or whole numbers for a key. Constant memory, but for
 * 16 bytes a row for what may be a key.
 */
export const inferSchema = ({ isText }: { readonly isText: boolean }): Inference => {
  const columns = new Map<string, ReturnType<typeof watchColumn>>();
  let rows = 0;
  return {
    add: ({ line, fields }) => {
      rows += 1;
      for (const [name, value] of Object.entries(fields)) {
        let column = columns.get(name);
        if (column === undefined) columns.set(name, (column = watchColumn(name, isText)));
        if (value !== null && value !== undefined && !(isText && value === '')) column.add(value, line);
      }
    },
    finish: () => ({
      rows: { least: Math.min(1, rows), most: Number.POSITIVE_INFINITY },
      nullWords: [],
      columns: [...columns.values()].map(({ ruleOf }) => ruleOf(rows)),
      otherColumns: 'allow',
    }),
  };
};

/** From the narrowest; a column has the first that all of its values are of. */
const TYPES: readonly ColumnType[] = ['boolean', 'integer', 'number', 'timestamp', 'string'];

/** A code such as `00012` is no number: as one it would lose its zeros. */
const PADDED = /^[+-]?0\d/;

const watchColumn = (name: string, isText: boolean) => {
  const possible = new Set(TYPES);
  const categories = new Set<string>();
  let keys: ReturnType<typeof fingerprintSet> | null = fingerprintSet();
  let values = 0;
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  let shortest = Number.POSITIVE_INFINITY;
  let longest = 0;
  return {
    add: (value: unknown, line: number): void => {
      values += 1;
      if (typeof value === 'string' && PADDED.test(value)) {
        possible.delete('integer');
        possible.delete('number');
      }
      for (const type of possible) if (readCell(value, type, isText) === null) possible.delete(type);
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      if (categories.size <= MOST_CATEGORIES) categories.add(text);
      if (keys !== null && (text.length > LONGEST_KEY || keys.add(text, line) !== null)) keys = null;
      if (possible.has('number')) {
        const number = Number(value);
        least = Math.min(least, number);
        greatest = Math.max(greatest, number);
      }
      shortest = Math.min(shortest, text.length);
      longest = Math.max(longest, text.length);
    },
    ruleOf: (rows: number): ColumnRule => {
      const type = values === 0 ? 'any' : (TYPES.find((one) => possible.has(one)) ?? 'any');

      const isUnique =
        keys !== null &&
        values === rows &&
        rows >= LEAST_FOR_UNIQUE &&
        (type === 'string' || type === 'integer');
      // Of a key, next year's values are larger, and none the worse for it.
      const isQuantity = (type === 'integer' || type === 'number') && !isUnique;
      const isShare = least >= 0 && greatest <= 1;
      const areCategories =
        type === 'string' && categories.size <= MOST_CATEGORIES && values >= LEAST_REPEATS * categories.size;
      const isFree = type === 'string' && !areCategories;
      const nulls = rows - values;
      return {
        name,
        type,
        mostNullsShare: nulls === 0 ? 0 : Math.ceil(shareInterval(nulls, rows, 0.95).high * 1000) / 1000,
        least: isQuantity ? (isShare ? 0 : outward(least, greatest - least, -1)) : null,
        greatest: isQuantity ? (isShare ? 1 : outward(greatest, greatest - least, 1)) : null,
        leastLength: isFree && shortest > 0 ? 1 : null,
        mostLength: isFree ? twoDigits(2 * longest, 1) : null,
        pattern: null,
        oneOf: areCategories ? [...categories].sort() : null,
        isUnique,
        newestWithinMs: null,
        eachWithinMs: null,
      };
    },
  };
};

/** As far beyond the edge as the range is wide, in two digits, and never across zero. */
const outward = (edge: number, width: number, direction: 1 | -1): number => {
  const moved = edge + direction * width;
  if (edge >= 0 && moved <= 0 && direction < 0) return 0;
  if (edge <= 0 && moved >= 0 && direction > 0) return 0;
  return twoDigits(moved, direction);
};

const twoDigits = (value: number, direction: 1 | -1): number => {
  if (value === 0 || !Number.isFinite(value)) return value;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1);
  const rounded = direction > 0 ? Math.ceil(value / unit - 1e-9) : Math.floor(value / unit + 1e-9);
  return Number((rounded * unit).toPrecision(3));
};
