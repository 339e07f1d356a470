/** What rows of data must be like. */
export interface DataSchema {
  readonly rows: { readonly least: number; readonly most: number };
  /** Texts that stand for "nothing", besides null and a field that is not there. */
  readonly nullWords: readonly string[];
  readonly columns: readonly ColumnRule[];
  readonly otherColumns: 'allow' | 'refuse';
}

/** `timestamp`: ISO 8601, UTC where no zone is written. `any` holds the column to no type. */
export type ColumnType = 'string' | 'integer' | 'number' | 'boolean' | 'timestamp' | 'any';

/** One column; null where it is not held to a rule. */
export interface ColumnRule {
  readonly name: string;
  readonly type: ColumnType;
  /** Part of the rows that may have nothing here, 0 to 1. */
  readonly mostNullsShare: number;
  /** Of integers and numbers. */
  readonly least: number | null;
  readonly greatest: number | null;
  /** Of texts, in characters (code points). */
  readonly leastLength: number | null;
  readonly mostLength: number | null;
  /** Some part of the text must match; see `compilePattern`. */
  readonly pattern: string | null;
  readonly oneOf: readonly (string | number | boolean)[] | null;
  readonly isUnique: boolean;
  /** Of timestamps: how old the newest may be, and how old each. With either, none may lie in the future. */
  readonly newestWithinMs: number | null;
  readonly eachWithinMs: number | null;
}

export interface DataRow {
  /** From 1: the line (of CSV the one where the row ends), or the row where a file has no lines. */
  readonly line: number;
  readonly fields: Readonly<Record<string, unknown>>;
}
