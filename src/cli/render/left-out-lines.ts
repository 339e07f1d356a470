import type { LeftOut } from '../../core/formats/left-out.ts';
import { summariseLeftOut } from '../../core/formats/left-out.ts';
import type { Palette } from './palette.ts';
import { plainText } from './plain-text.ts';

/** What was not carried over, the same thing in one line. */
export const leftOutLines = (leftOut: readonly LeftOut[], palette: Palette): string[] => {
  const summaries = summariseLeftOut(leftOut);
  if (summaries.length === 0) return [];
  return [
    'Not carried over:',
    ...summaries.map(({ what, why, count, where }) => {
      const more = count > where.length && where.length > 0 ? `, and ${count - where.length} more` : '';
      const places = where.length === 0 ? '' : ` (${where.join(', ')}${more})`;
      return `  ${palette.warn('!')} ${plainText(what)}${plainText(places)}: ${plainText(why)}`;
    }),
  ];
};
