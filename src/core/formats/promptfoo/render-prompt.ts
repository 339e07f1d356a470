import type { PlainObject } from '../plain-object.ts';
import { isPlainObject } from '../plain-object.ts';
import { renderTemplate } from './render-template.ts';

export type RenderedPrompt =
  /** A text, or a list of messages where the prompt is a conversation. */
  | { readonly isRendered: true; readonly input: unknown }
  | { readonly isRendered: false; readonly what: string };

/**
 * What a case asks: the prompt with its variables filled in. A prompt that is JSON is filled text by text, so that quotes in values cannot break it. `onMissing` hears of
 * variables without a value, which become empty text.
 */
export const renderPrompt = (
  raw: string,
  vars: PlainObject,
  onMissing: (name: string) => void,
): RenderedPrompt => {
  const conversation = messagesOf(raw);
  if (conversation === null) {
    const rendered = renderTemplate(raw, vars, onMissing);
    if (!rendered.isRendered) return rendered;
    return { isRendered: true, input: messagesOf(rendered.text) ?? rendered.text };
  }
  let refused: string | null = null;
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') {
      const rendered = renderTemplate(value, vars, onMissing);
      if (!rendered.isRendered) refused ??= rendered.what;
      return rendered.isRendered ? rendered.text : value;
    }
    if (Array.isArray(value)) return value.map(fill);
    return isPlainObject(value)
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner)]))
      : value;
  };
  const input = fill(conversation);
  return refused === null ? { isRendered: true, input } : { isRendered: false, what: refused };
};

const messagesOf = (text: string): readonly unknown[] | null => {
  if (!text.trimStart().startsWith('[')) return null;
  try {
    const value: unknown = JSON.parse(text);
    const isConversation =
      Array.isArray(value) && value.length > 0 && value.every((one) => isPlainObject(one) && 'role' in one);
    return isConversation ? value : null;
  } catch {
    return null;
  }
};
