import type { Problem } from './problem.ts';

/**
 * Problems as plain text for a terminal: place, message, the line with a caret below the column, and what was probably
 * meant. Characters that would steer the terminal are replaced.
 */
export const renderProblems = (problems: readonly Problem[]): string =>
  problems.map((problem) => plain(render(problem))).join('\n\n');

const render = ({ severity, file, line, column, path, message, suggestion, excerpt }: Problem): string => {
  const lines = [`${file}:${line}:${column}: ${severity}: ${message}${path === '' ? '' : ` (${path})`}`];
  if (excerpt !== undefined) {
    const margin = ' '.repeat(String(line).length);
    lines.push(`  ${line} | ${excerpt.replaceAll('\t', ' ')}`);
    lines.push(`  ${margin} | ${' '.repeat(column - 1)}^`);
  }
  // One word replaces what stands there; anything longer is advice.
  if (suggestion !== undefined)
    lines.push(/\s/.test(suggestion) ? `  try: ${suggestion}` : `  did you mean ${suggestion}?`);
  return lines.join('\n');
};

const plain = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}]/gu, (found) => (found === '\n' ? found : '\uFFFD'));
