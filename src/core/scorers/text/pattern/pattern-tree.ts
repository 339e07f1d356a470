/** A regular expression as a tree. Groups leave no trace: nobody asks what they captured. */
export type PatternTree =
  | { readonly kind: 'empty' }
  /** One character out of a set; `source` is how the pattern writes the set. */
  | { readonly kind: 'character'; readonly source: string }
  | { readonly kind: 'assertion'; readonly at: Assertion }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternTree[] }
  | { readonly kind: 'choice'; readonly branches: readonly PatternTree[] }
  /** `most` is null where there is no limit. */
  | {
      readonly kind: 'repeat';
      readonly part: PatternTree;
      readonly least: number;
      readonly most: number | null;
    };

export type Assertion = 'start' | 'end' | 'boundary' | 'no-boundary';
