/** Token lists as one rectangle, row after row, filled up on the right. The mask is 1 where there is a token. */
export interface PaddedTokens {
  readonly rows: number;
  /** Tokens in each row. */
  readonly width: number;
  readonly ids: readonly number[];
  readonly mask: readonly (0 | 1)[];
}

export const padTokens = (lists: readonly (readonly number[])[], filler: number): PaddedTokens => {
  const width = lists.reduce((most, { length }) => Math.max(most, length), 0);
  return {
    rows: lists.length,
    width,
    ids: lists.flatMap((ids) => [...ids, ...Array.from({ length: width - ids.length }, () => filler)]),
    mask: lists.flatMap(({ length }) =>
      Array.from({ length: width }, (_, place): 0 | 1 => (place < length ? 1 : 0)),
    ),
  };
};
