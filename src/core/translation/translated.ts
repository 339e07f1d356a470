/** A request in the other interface, or why there is none. */
export type Translated =
  | {
      readonly kind: 'translated';
      readonly body: Readonly<Record<string, unknown>>;
      /** Hints that have no counterpart, by name. */
      readonly leftOut: readonly string[];
      /** Chat only: the client wants the counts of tokens in its stream. */
      readonly wantsUsage: boolean;
    }
  | { readonly kind: 'refused'; readonly field: string; readonly why: string };
