/** Shannon's entropy of the characters of a text, in bits for each: 0 for `aaaa`, 4 at most for hexadecimal, 6 for base64. */
export const entropyBits = (text: string): number => {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
};
