const MOST_CHARACTERS = 120;

/** A line that a program wrote, in quotes, cut after 120 characters, with an escape for everything that is not seen. */
export const shownLine = (line: string): string => {
  const characters = [...line.slice(0, 4 * MOST_CHARACTERS).toWellFormed()];
  const cut = characters.slice(0, MOST_CHARACTERS).join('');
  const isCut = characters.length > MOST_CHARACTERS || line.length > 4 * MOST_CHARACTERS;
  const seen = cut.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffe\uffff]/gu,
    (found) => NAMED[found] ?? `\\u{${found.codePointAt(0)?.toString(16)}}`,
  );
  return `"${seen}${isCut ? '…' : ''}"`;
};

const NAMED: Readonly<Record<string, string>> = { '\t': '\\t', '\r': '\\r' };
