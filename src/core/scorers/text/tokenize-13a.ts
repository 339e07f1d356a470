/**
 * The tokens of NIST's `mteval-v13a.pl` as sacrebleu reproduces it, separated by spaces that may be more than one: entities are
 * undone, ASCII punctuation stands alone, and full stops and commas stay only between digits.
 */
export const tokenize13a = (text: string): string => {
  let line = text.replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ');
  if (line.includes('&')) {
    // In this order: `&amp;lt;` becomes `<`, as it does there.
    line = line
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>');
  }
  return ` ${line} `
    .replace(/[{-~[-` -&(-+:-@/]/g, ' $& ')
    .replace(/([^0-9])([.,])/g, '$1 $2 ')
    .replace(/([.,])([^0-9])/g, ' $1 $2')
    .replace(/([0-9])-/g, '$1 - ');
};
