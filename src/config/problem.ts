/** One thing that is wrong (or doubtful) in a configuration file. Safe to show and to log: never carries a secret. */
export interface Problem {
  /** A warning does not make the file invalid. */
  readonly severity: 'error' | 'warning';
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 1, in UTF-16 code units. */
  readonly column: number;
  /** Where in the document, such as `run.ready.timeout` or `environments[1].name`; empty for the whole. */
  readonly path: string;
  readonly message: string;
  readonly suggestion?: string;
  /** The line itself, with anything that may be a secret covered by asterisks of the same length. */
  readonly excerpt?: string;
}
