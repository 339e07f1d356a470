/** A row of a table of cases, whatever kind of file it is in. */
export type GoldenRow =
  | {
      readonly kind: 'row';
      /** From 1: the line where it begins, or the row where a file has no lines. */
      readonly line: number;
      readonly fields: Readonly<Record<string, unknown>>;
    }
  | {
      readonly kind: 'problem';
      readonly line: number;
      readonly column?: number;
      /** Completes a sentence that begins with the line. */
      readonly message: string;
      /** Nothing after it can be read. */
      readonly isHopeless: boolean;
    };
