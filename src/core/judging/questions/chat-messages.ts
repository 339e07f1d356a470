import { aboutQuotations, quotation } from '../quotation.ts';
import type { ChatMessage } from './question.ts';

/** The two messages of a question. Quotations without a text are left out; what stands in `instructions` is ours or the author's. */
export const chatMessages = (
  mark: string,
  instructions: readonly string[],
  quoted: readonly (readonly [what: string, text: string | null])[],
): readonly ChatMessage[] => [
  { role: 'system', content: [aboutQuotations(mark), ...instructions].join('\n') },
  {
    role: 'user',
    content: quoted
      .flatMap(([what, text]) => (text === null ? [] : [quotation(what, text, mark)]))
      .join('\n\n'),
  },
];

/** A quotation for each text, numbered from 1. */
export const numbered = (what: string, texts: readonly string[]): [what: string, text: string][] =>
  texts.map((text, place) => [`${what} ${place + 1}`, text]);
