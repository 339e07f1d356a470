/** Where a configuration came from. */
export interface Source {
  /** Absolute. */
  readonly path: string;
  /** Paths inside the file are relative to this one. Absolute. */
  readonly directory: string;
  readonly text: string;
}
