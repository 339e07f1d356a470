import type { EvaluationSpec } from '../core/release/manifest.ts';

export interface FilledRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Null sends no body. */
  readonly body: string | null;
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: it is what users write in their configuration
const PLACEHOLDER = '${input}';

/**
 * Puts a case's input into the request of the specification. A string that is nothing but `${input}` becomes the value
 * as it is, of whatever type; inside a longer string, and in the path (percent-encoded), it becomes text, values that
 * are not strings as JSON. Keys stay as they are.
 */
export const fillRequest = (request: EvaluationSpec['request'], input: unknown): FilledRequest => {
  const text = typeof input === 'string' ? input : JSON.stringify(input);
  return {
    method: request.method,
    path: request.path.replaceAll(PLACEHOLDER, () => encodeURIComponent(text.toWellFormed())),
    body: request.method === 'GET' ? null : JSON.stringify(fill(request.body, input, text)),
  };
};

const fill = (template: unknown, input: unknown, text: string): unknown => {
  if (template === PLACEHOLDER) return input;
  // A function as replacement, for `$&` and the like in an input must stay what they are.
  if (typeof template === 'string') return template.replaceAll(PLACEHOLDER, () => text);
  if (Array.isArray(template)) return template.map((item) => fill(item, input, text));
  if (typeof template === 'object' && template !== null) {
    return Object.fromEntries(Object.entries(template).map(([key, item]) => [key, fill(item, input, text)]));
  }
  return template;
};
