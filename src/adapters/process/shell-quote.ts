/** One word for a POSIX shell, whatever the text. */
export const shellQuote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
