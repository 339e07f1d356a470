/** What became of one scalar of a configuration file. Problems are phrases without a full stop, and never quote secrets. */
export type Reading<T> =
  | { readonly value: T }
  | {
      readonly problem: string;
      /** What to write instead, ready to be pasted, or a short hint. */
      readonly suggestion?: string;
    };
