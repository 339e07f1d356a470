/**
 * Breaks plain text at spaces into lines of at most `columns`; the first keeps its leading spaces, the others begin with `indent`. A
 * word that is longer than a line has one to itself.
 */
export const wrapText = (text: string, columns: number, indent = ''): string => {
  const words = text.trimStart().split(' ');
  const lines: string[] = [];
  let line = text.slice(0, text.length - text.trimStart().length) + (words[0] ?? '');
  for (const word of words.slice(1)) {
    const longer = `${line} ${word}`;
    if ([...longer].length > columns) {
      lines.push(line);
      line = indent + word;
    } else line = longer;
  }
  return [...lines, line].join('\n');
};
