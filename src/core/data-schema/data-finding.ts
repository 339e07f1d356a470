/** What can be wrong with data; a rule that holds gives no finding. */
export type DataFault =
  | 'unreadable'
  | 'too-few-rows'
  | 'too-many-rows'
  | 'missing-column'
  | 'unknown-column'
  | 'nulls'
  | 'type'
  | 'below'
  | 'above'
  | 'too-short'
  | 'too-long'
  | 'pattern'
  | 'category'
  | 'duplicate'
  | 'old'
  | 'stale'
  | 'future';

export interface DataFinding {
  readonly fault: DataFault;
  /** Null: about rows as such. */
  readonly column: string | null;
  /** In how many rows. */
  readonly count: number;
  /** What was allowed, where that is one number: rows, share, value, length, milliseconds. */
  readonly limit: number | null;
  /** Of which there was so much: rows, the share of nulls, the age of the newest timestamp in milliseconds. Null where `count` says it. */
  readonly found: number | null;
  /** The first of the offending rows. */
  readonly cells: readonly OffendingCell[];
}

export interface OffendingCell {
  readonly line: number;
  /** As JSON, cut to 80 characters; of an unreadable row why. */
  readonly value: string;
  /** Of a duplicate: where the value stood first. */
  readonly firstLine: number | null;
}

export interface DataReport {
  readonly rows: number;
  readonly isSound: boolean;
  /** In the order of the schema's columns. */
  readonly findings: readonly DataFinding[];
}
