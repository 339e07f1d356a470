const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/** Every number below 1024 as two digits of Crockford's base 32, in the order of the numbers. */
export const PAIRS: readonly string[] = Array.from(
  { length: 1024 },
  (_, n) => `${DIGITS[n >> 5]}${DIGITS[n & 31]}`,
);

/** The number that `text` stands for, or null when it holds another character. Exact up to ten digits. */
export function fromBase32(text: string): number | null {
  let value = 0;
  for (const character of text) {
    const digit = DIGITS.indexOf(character);
    if (digit === -1) return null;
    value = value * 32 + digit;
  }
  return value;
}
