import { plainText } from './plain-text.ts';

/** Columns aligned by two spaces. Numbers (`right`) stand to the right. No trailing space, no wrapping. */
export const textTable = (
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string => {
  const all = [header, ...rows].map((row) => row.map(plainText));
  const widths = header.map((_, column) => Math.max(...all.map((row) => [...(row[column] ?? '')].length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => {
          const gap = ' '.repeat(Math.max(0, widths[column]! - [...cell].length));
          return right.includes(column) ? gap + cell : cell + gap;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
