import { oneLine, visibleText } from './visible-text.ts';

/** Text in a line or a cell of Markdown as it is: nothing in it is markup, HTML, a link, a mention or the end of a cell. */
export const markdownText = (text: string, most = 300): string =>
  oneLine(text, most)
    .replace(/[\\`*_{}[\]()#+!|~-]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/@/g, '&#64;')
    // GitHub makes links of addresses by themselves.
    .replace(/:\/\//g, '&#58;//')
    .replace(/www\./gi, 'www&#46;');

/** A text in a block of its own, fenced by more backticks than it holds. */
export const markdownBlock = (text: string): string => {
  const shown = visibleText(text);
  const longest = Math.max(2, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${shown}\n${fence}`;
};

export const markdownTable = (
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[],
): string =>
  [
    `| ${header.join(' | ')} |`,
    `|${header.map((_, column) => (right.includes(column) ? ' ---: ' : ' --- ')).join('|')}|`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
