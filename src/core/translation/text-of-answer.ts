import { isData } from './read-members.ts';

/**
 * What the content of an answer of chat says: a text, or a list of parts, as some servers give it. What the model thought is left
 * out. Null: it holds something else, which has no counterpart.
 */
export function textOfAnswer(content: unknown): string | null {
  if (content === null || content === undefined) return '';
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return null;
  let text = '';
  for (const part of content as readonly unknown[]) {
    if (!isData(part)) return null;
    if (part.type === 'thinking') continue;
    if (part.type !== 'text' || typeof part.text !== 'string') return null;
    text += part.text;
  }
  return text;
}
