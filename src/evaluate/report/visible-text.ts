/**
 * Text from elsewhere must not steer a terminal, turn the direction of a line, or break a file: what is not seen, and what is
 * not allowed in XML, becomes U+FFFD. Line ends and tabs stay.
 */
export const visibleText = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[\p{Cc}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu, (found) =>
      found === '\n' || found === '\t' ? found : '\ufffd',
    );

/** The same on one line, cut after so many characters. */
export const oneLine = (text: string, most: number): string => {
  // An answer of a megabyte need not be looked at as a whole for its first words.
  const start = visibleText(text.slice(0, 4 * most + 16))
    .replace(/\s+/g, ' ')
    .trim();
  const characters = [...start];
  return characters.length > most || text.length > 4 * most + 16
    ? `${characters
        .slice(0, Math.max(1, most - 1))
        .join('')
        .trimEnd()}…`
    : start;
};
