/** Rows in columns two spaces apart; the columns named in `right` hold figures and stand to the right. No space at the ends of lines. */
export const textColumns = (
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string[] => {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, [...cell].length);
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const gap = ' '.repeat(widths[column]! - [...cell].length);
        return right.includes(column) ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd(),
  );
};
