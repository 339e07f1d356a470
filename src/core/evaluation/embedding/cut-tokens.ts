/**
 * The first `most` tokens of a text, with the special ones that a tokenizer sets before and behind it kept. `whole` are all tokens, `plain` those
 * without the special ones. Null where `plain` does not stand within `whole`, or there is no room for the special ones and one more.
 */
export const cutTokens = (
  whole: readonly number[],
  plain: readonly number[],
  most: number,
): readonly number[] | null => {
  if (whole.length <= most) return whole;
  const special = whole.length - plain.length;
  const room = most - special;
  if (special < 0 || room < 1) return null;
  for (let before = 0; before <= special; before += 1)
    if (plain.every((token, place) => whole[before + place] === token))
      return [...whole.slice(0, before), ...plain.slice(0, room), ...whole.slice(before + plain.length)];
  return null;
};
