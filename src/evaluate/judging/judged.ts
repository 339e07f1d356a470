/** What one judgement of an answer came to. */
export type Judged =
  | {
      readonly kind: 'judged';
      /** 0 to 1. */
      readonly score: number;
      readonly reason: string;
      /** In the order of `companionsOf`. */
      readonly companions: readonly number[];
    }
  /** There is nothing to judge. */
  | { readonly kind: 'undefined'; readonly reason: string }
  /** `isOfAnswer`: because of the answer, in which there is nothing to judge. */
  | { readonly kind: 'failed'; readonly detail: string; readonly isOfAnswer?: true };
